/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libpawl_audit.so: the dynamic linker asks it about every symbol that is bound, by dlsym too and
 * whatever scope a library was opened in. It lives in a namespace of its own and needs no library,
 * not even C's. It only asks the witness, which lies in the program, what to put in a symbol's
 * place; before the program's libraries are relocated it gives small jumps, and fills in where they
 * lead when they are called, which a library's constructor may do, or when main() is near.
 */
#define _GNU_SOURCE
#include "trace/witness/hooked.h"

#include <link.h>
#include <stddef.h>
#include <stdint.h>

#define EXPORT  __attribute__((visibility("default")))
#define WITNESS "libpawl_trace.so"
#define JUMPS   64

typedef void *(*bind_function)(const char *name, void *original);

EXPORT unsigned la_version(unsigned version);
EXPORT unsigned la_objopen(struct link_map *map, Lmid_t space, uintptr_t *cookie);
EXPORT void la_preinit(uintptr_t *cookie);
EXPORT uintptr_t la_symbind64(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to,
                              unsigned *flags, const char *name);

static const struct link_map *witness;
static bind_function bind;

/* Jump k goes where targets[k] says: at first to the kth of pw_firsts, which asks
 * pw_jump_first(k) and goes on there. */
extern const char pw_jumps[];
extern char pw_firsts[];
__attribute__((visibility("hidden"))) void *pw_jump_targets[JUMPS];
__attribute__((visibility("hidden"))) void *pw_jump_first(unsigned jump);
static void *jump_originals[JUMPS];
static const char *jump_names[JUMPS];
static unsigned jump_count;

#if defined(__x86_64__)
__asm__(".text\n.p2align 4\n.globl pw_jumps\n.hidden pw_jumps\npw_jumps:\n"
        ".set n, 0\n.rept 64\nendbr64\njmp *pw_jump_targets+8*n(%rip)\n.p2align 4\n.set n, n + "
        "1\n.endr\n"
        ".p2align 4\n.globl pw_firsts\n.hidden pw_firsts\npw_firsts:\n"
        ".set n, 0\n.rept 64\nendbr64\npushq $n\njmp pw_first\n.p2align 4\n.set n, n + 1\n.endr\n"
        "pw_first:\n"
        ".irp r, rdi, rsi, rdx, rcx, r8, r9\npushq %\\r\n.endr\n"
        "movl 48(%rsp), %edi\ncall pw_jump_first\n"
        ".irp r, r9, r8, rcx, rdx, rsi, rdi\npopq %\\r\n.endr\n"
        "addq $8, %rsp\njmp *%rax\n");
#elif defined(__aarch64__)
__asm__(".text\n.p2align 4\n.globl pw_jumps\n.hidden pw_jumps\npw_jumps:\n"
        ".set n, 0\n.rept 64\nhint #34\nadrp x16, pw_jump_targets+8*n\nldr x16, [x16, "
        "#:lo12:pw_jump_targets+8*n]\nbr x16\n"
        ".set n, n + 1\n.endr\n"
        ".p2align 4\n.globl pw_firsts\n.hidden pw_firsts\npw_firsts:\n"
        ".set n, 0\n.rept 64\nhint #34\nmov w17, #n\nb pw_first\n.p2align 4\n.set n, n + 1\n.endr\n"
        "pw_first:\n"
        "stp x0, x1, [sp, #-80]!\nstp x2, x3, [sp, #16]\nstp x4, x5, [sp, #32]\n"
        "stp x6, x7, [sp, #48]\nstp x8, x30, [sp, #64]\n"
        "mov w0, w17\nbl pw_jump_first\nmov x16, x0\n"
        "ldp x2, x3, [sp, #16]\nldp x4, x5, [sp, #32]\nldp x6, x7, [sp, #48]\n"
        "ldp x8, x30, [sp, #64]\nldp x0, x1, [sp], #80\nbr x16\n");
#endif

static int is_same(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

static int is_hooked(const char *name)
{
    static const char names[][40] = {
#define FACTORY(symbol, interface, method, has_parent) #symbol,
#define DRIVER(symbol)                                 #symbol,
        PW_TRACE_FACTORY_MAP(FACTORY) PW_TRACE_DRIVER_MAP(DRIVER)
#undef FACTORY
#undef DRIVER
    };
    if (name[0] != 'c')
        return 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (is_same(names[i], name))
            return 1;
    return 0;
}

/* Addresses in the dynamic section are relocated on some machines. */
static const void *address_of(const struct link_map *map, uintptr_t value)
{
    return (const void *)(value < map->l_addr ? value + map->l_addr : value);
}

/* The witness's pawl_trace_bind, once it is relocated. */
static void find_bind(void)
{
    const Elf64_Sym *symbols = NULL;
    const char *texts = NULL;
    const uint32_t *hash = NULL; /* DT_HASH: buckets, then how many symbols there are */
    for (const Elf64_Dyn *row = witness->l_ld; row->d_tag != DT_NULL; row++) {
        if (row->d_tag == DT_SYMTAB)
            symbols = address_of(witness, row->d_un.d_ptr);
        if (row->d_tag == DT_STRTAB)
            texts = address_of(witness, row->d_un.d_ptr);
        if (row->d_tag == DT_HASH)
            hash = address_of(witness, row->d_un.d_ptr);
    }
    for (uint32_t i = 0; symbols != NULL && texts != NULL && hash != NULL && i < hash[1]; i++)
        if (symbols[i].st_value != 0 && is_same(texts + symbols[i].st_name, "pawl_trace_bind"))
            bind = (bind_function)(witness->l_addr + symbols[i].st_value);
}

/* Nothing is called before all libraries are relocated, the witness too. */
void *pw_jump_first(unsigned jump)
{
    if (bind == NULL)
        find_bind();
    void *const original = jump_originals[jump];
    return pw_jump_targets[jump] = bind != NULL ? bind(jump_names[jump], original) : original;
}

unsigned la_version(unsigned version)
{
    return version < LAV_CURRENT ? version : LAV_CURRENT;
}

unsigned la_objopen(struct link_map *map, Lmid_t space, uintptr_t *cookie)
{
    const char *base = map->l_name;
    (void)cookie;
    for (const char *at = base; *at != '\0'; at++)
        if (*at == '/')
            base = at + 1;
    if (space == LM_ID_BASE && witness == NULL && is_same(base, WITNESS))
        witness = map;
    return LA_FLG_BINDTO | LA_FLG_BINDFROM;
}

void la_preinit(uintptr_t *cookie)
{
    (void)cookie;
    if (witness == NULL)
        return;
    for (unsigned i = 0; i < jump_count; i++)
        (void)pw_jump_first(i);
    if (bind == NULL)
        find_bind();
}

uintptr_t la_symbind64(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to,
                       unsigned *flags, const char *name)
{
    void *const original = (void *)symbol->st_value;
    (void)index;
    (void)from;
    (void)to;
    if ((*flags & LA_SYMB_DLSYM) != 0 && witness != NULL && bind == NULL)
        find_bind(); /* code of the program runs */
    *flags |= LA_SYMB_NOPLTENTER | LA_SYMB_NOPLTEXIT;
    if (original == NULL || witness == NULL || !is_hooked(name))
        return symbol->st_value;
    if (bind != NULL)
        return (uintptr_t)bind(name, original);
    if (jump_count == JUMPS)
        return symbol->st_value;
    pw_jump_targets[jump_count] = pw_firsts + (size_t)16 * jump_count;
    jump_originals[jump_count] = original;
    jump_names[jump_count] = name;
    return (uintptr_t)(pw_jumps + 16 * jump_count++);
}
