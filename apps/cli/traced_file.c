/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel and the dynamic linker will make of a file: whether preloading reaches it. */
#define _DEFAULT_SOURCE 1
#include "cli/traced.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

typedef struct image {
    const uint8_t *data;
    size_t size;
} image;

static const void *part(const image *file, uint64_t offset, uint64_t size)
{
    return offset <= file->size && size <= file->size - offset ? file->data + offset : NULL;
}

static const Elf64_Phdr *header(const image *file, const Elf64_Ehdr *elf, int index)
{
    return elf->e_phentsize == sizeof(Elf64_Phdr)
               ? part(file, elf->e_phoff + (uint64_t)index * sizeof(Elf64_Phdr), sizeof(Elf64_Phdr))
               : NULL;
}

/* Where an address of the loaded program lies in its file. */
static uint64_t offset_of(const image *file, const Elf64_Ehdr *elf, uint64_t address)
{
    for (int i = 0; i < elf->e_phnum; i++) {
        const Elf64_Phdr *const each = header(file, elf, i);
        if (each != NULL && each->p_type == PT_LOAD && address >= each->p_vaddr &&
            address - each->p_vaddr < each->p_filesz)
            return address - each->p_vaddr + each->p_offset;
    }
    return UINT64_MAX;
}

/* A text of the dynamic table by its tag; room: bytes that it takes with its end, at most. */
static const char *text_at(const image *file, uint64_t texts, const Elf64_Dyn *row, size_t room)
{
    const char *const text = part(file, texts + row->d_un.d_val, 1);
    if (text == NULL)
        return NULL;
    const size_t left = (size_t)(file->data + file->size - (const uint8_t *)text);
    return memchr(text, '\0', left < room ? left : room) != NULL ? text : NULL;
}

/* What the library is called, and which sanitizer's it needs: that one ends the program unless it
 * is the first. */
static void read_dynamic(const image *file, const Elf64_Ehdr *elf, const Elf64_Phdr *dynamic,
                         traced_file *found)
{
    static const char *const names[] = {"libasan.so.", "libtsan.so.", "libhwasan.so.",
                                        "liblsan.so."};
    const Elf64_Dyn *const rows = part(file, dynamic->p_offset, dynamic->p_filesz);
    const size_t count = dynamic->p_filesz / sizeof *rows;
    uint64_t texts = UINT64_MAX;
    for (size_t i = 0; rows != NULL && i < count && rows[i].d_tag != DT_NULL; i++)
        if (rows[i].d_tag == DT_STRTAB)
            texts = offset_of(file, elf, rows[i].d_un.d_ptr);
    for (size_t i = 0; rows != NULL && texts != UINT64_MAX && i < count && rows[i].d_tag != DT_NULL;
         i++) {
        const bool is_own = rows[i].d_tag == DT_SONAME;
        const char *const name = is_own || rows[i].d_tag == DT_NEEDED
                                     ? text_at(file, texts, &rows[i], sizeof found->before)
                                     : NULL;
        if (name == NULL)
            continue;
        found->is_loader = found->is_loader || (is_own && strncmp(name, "ld-", 3) == 0);
        for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
            if (strncmp(name, names[k], strlen(names[k])) == 0)
                memcpy(found->before, name, strlen(name) + 1);
    }
}

static uint16_t own_machine(void)
{
#if defined(__aarch64__)
    return EM_AARCH64;
#else
    return EM_X86_64;
#endif
}

static void look_inside(const image *file, traced_file *found)
{
    const Elf64_Ehdr *const elf = part(file, 0, sizeof *elf);
    bool has_linker = false;
    const Elf64_Phdr *dynamic = NULL;
    if (elf == NULL || memcmp(elf->e_ident, ELFMAG, SELFMAG) != 0)
        return; /* a script, whose interpreter is traced, or nothing that runs */
    if (elf->e_ident[EI_CLASS] != ELFCLASS64 || elf->e_machine != own_machine()) {
        found->obstacle = "is for another kind of processor than pawl, so it ran untraced";
        return;
    }
    for (int i = 0; i < elf->e_phnum; i++) {
        const Elf64_Phdr *const each = header(file, elf, i);
        has_linker = has_linker || (each != NULL && each->p_type == PT_INTERP);
        if (each != NULL && each->p_type == PT_DYNAMIC)
            dynamic = each;
    }
    if (dynamic != NULL)
        read_dynamic(file, elf, dynamic, found);
    found->is_loader = found->is_loader && !has_linker;
    if (!has_linker && !found->is_loader)
        found->obstacle = "is statically linked, so no library can be brought into it, and it ran "
                          "untraced: link it dynamically";
}

const char *traced_loaded(char *const *words)
{
    static const char *const with_value[] = {
        /* behind two hyphens */
        "library-path",         "inhibit-rpath",    "audit", "preload", "argv0",
        "glibc-hwcaps-prepend", "glibc-hwcaps-mask"};
    for (size_t i = 1; words[i] != NULL; i++) {
        bool has_value = false;
        if (strncmp(words[i], "--", 2) != 0)
            return words[i];
        for (size_t k = 0; k < sizeof with_value / sizeof with_value[0]; k++)
            has_value = has_value || strcmp(words[i] + 2, with_value[k]) == 0;
        if (has_value && words[i + 1] == NULL)
            return NULL;
        i += has_value ? 1 : 0;
    }
    return NULL;
}

void traced_look(const char *path, traced_file *found)
{
    struct stat info;
    *found = (traced_file){.obstacle = NULL};
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return;
    if (fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode)) {
        const bool is_other =
            ((info.st_mode & S_ISUID) != 0 && info.st_uid != geteuid()) ||
            ((info.st_mode & S_ISGID) != 0 && info.st_gid != getegid()) ||
            (geteuid() != 0 && fgetxattr(descriptor, "security.capability", NULL, 0) > 0);
        void *const data = info.st_size > 0 ? mmap(NULL, (size_t)info.st_size, PROT_READ,
                                                   MAP_PRIVATE, descriptor, 0)
                                            : MAP_FAILED;
        if (is_other)
            found->obstacle = "runs with another's rights (setuid), where the system lets no "
                              "library in, so it ran untraced";
        else if (data != MAP_FAILED)
            look_inside(&(image){data, (size_t)info.st_size}, found);
        if (data != MAP_FAILED)
            (void)munmap(data, (size_t)info.st_size);
    }
    (void)close(descriptor);
}
