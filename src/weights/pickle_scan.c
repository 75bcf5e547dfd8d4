/* SPDX-License-Identifier: Apache-2.0 */
/* The names in all pickles of a file, for people who are about to load it with Python. */
#include "base/file_kind.h"
#include "base/os.h"
#include "base/size.h"
#include "weights/readers.h"
#include "weights/zip_reader.h"
#include <string.h>

#define PICKLE_ENDING ".pkl"
#define ROW_MAX       16   /* pickles in a file; torch's older container has 5 */
#define PROTO         0x80 /* how a pickle of protocol 2 and later begins */

/* Points the machine to other bytes, which take so many of the file. Values are of one pickle and
 * go with it, names are of all: each pickle has its room, whatever the one before it took. */
static void turn_to(pw_pickle *p, const void *data, size_t size, size_t packed, uint64_t offset)
{
    p->data = data;
    p->size = pw_size_min(size, PW_PICKLE_SIZE_LIMIT);
    p->at = 0;
    p->offset = offset;
    p->is_unpacked = false;
    p->storages = NULL;
    p->storage_count = p->storage_capacity = 0;
    p->storage_names = (pw_name_table){0};
    p->last_tensor = NULL;
    pw_pickle_end(p);
    pw_arena_free(p->arena);
    *p->arena = (pw_arena){.limit = pw_pickle_room(packed)};
}

/* Pickles one behind the other. What follows the first and does not begin as one is let be: nobody
 * loads it. */
static pawl_status scan_row(pw_pickle *p)
{
    pw_value *value = NULL;
    PW_TRY(pw_pickle_read(p, &value));
    for (size_t i = 1; i < ROW_MAX && p->at < p->size && p->data[p->at] == PROTO; i++)
        PW_TRY(pw_pickle_read(p, &value));
    return PAWL_OK;
}

static bool is_pickle_entry(const pw_zip_entry *entry)
{
    const size_t length = strlen(PICKLE_ENDING);
    return entry->name_length >= length &&
           memcmp(entry->name + entry->name_length - length, PICKLE_ENDING, length) == 0;
}

static pawl_status scan_entry(pw_pickle *p, const pw_zip *zip, const pw_zip_entry *entry)
{
    const uint8_t *bytes = NULL;
    pw_value *value = NULL;
    uint64_t at = 0;
    PW_TRY(pw_zip_read(zip, entry, &bytes, &at, p->error));
    turn_to(p, bytes, entry->size, entry->packed, at);
    p->is_unpacked = pw_zip_is_packed(entry);
    return pw_pickle_read(p, &value);
}

/* Every one of them, whatever is wrong with another: the first fault is told. */
static pawl_status scan_zip(pw_pickle *p, const void *data, size_t size)
{
    pw_zip zip = {0};
    pawl_error *const error = p->error;
    pawl_status result = PAWL_OK;
    size_t count = 0;
    PW_TRY(pw_zip_open(data, size, p->file_name, p->kept, &zip, error));
    for (size_t i = 0; i < zip.entry_count; i++) {
        pawl_error fault = {PAWL_OK, 0, 0, ""};
        if (!is_pickle_entry(&zip.entries[i]))
            continue;
        p->error = &fault;
        const pawl_status status = scan_entry(p, &zip, &zip.entries[i]);
        p->error = error;
        count++;
        if (status >= 0 || result < 0)
            continue;
        result = status;
        if (error != NULL)
            *error = fault;
    }
    return count > 0 ? result
                     : pw_fail(error, PAWL_ERR_UNSUPPORTED,
                               "%s is a zip archive without a pickle (no entry ends in .pkl)",
                               p->file_name);
}

/* By the first bytes; whole: size of the file. */
static pawl_status find_pickle(const void *data, size_t size, uint64_t whole, const char *file_name,
                               pw_file_kind *kind, pawl_error *error)
{
    const pw_file_guess guess = pw_file_guess_of(data, size, whole);
    *kind = guess.kind;
    if (guess.kind == PW_FILE_ZIP || guess.kind == PW_FILE_LEGACY_PT ||
        pw_file_may_be_pickle(data, size))
        return PAWL_OK;
    return pw_fail(error, PAWL_ERR_UNSUPPORTED, "%s is %s, no pickle", file_name,
                   size == 0            ? "empty"
                   : guess.what == NULL ? "of an unknown kind"
                                        : guess.what);
}

static pawl_status scan(pw_pickle *p, const void *data, size_t size)
{
    pw_file_kind kind = PW_FILE_UNKNOWN;
    PW_TRY(find_pickle(data, size, size, p->file_name, &kind, p->error));
    if (kind == PW_FILE_ZIP)
        return scan_zip(p, data, size);
    turn_to(p, data, size, size, 0);
    return scan_row(p);
}

pawl_status pw_pickle_scan(pw_pickle *p, const void *data, size_t size)
{
    pw_arena values = {0};
    p->arena = &values;
    p->kept->limit = p->kept->total + pw_pickle_room(size);
    const pawl_status status = scan(p, data, size);
    pw_pickle_end(p);
    pw_arena_free(&values);
    p->arena = NULL;
    return status;
}

/* Only what can be a pickle is read, however large it is. */
static pawl_status read_file(const char *path, const char *name, pw_contents *contents,
                             pawl_error *error)
{
    pw_file_kind kind = PW_FILE_UNKNOWN;
    pw_os_input input PW_CLEANUP(pw_os_input_close);
    PW_TRY(pw_os_input_open(path, false, &input, error));
    PW_TRY(find_pickle(input.head, input.head_size, input.size, name, &kind, error));
    return pw_os_input_read(&input, SIZE_MAX, contents, error);
}

pawl_status pawl_pickle_report(const char *path,
                               void (*tell)(void *user, const pawl_global_info *global), void *user,
                               pawl_error *error)
{
    if (path == NULL || tell == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_pickle_report: %s is NULL",
                       path == NULL ? "path" : "tell");
    pw_arena arena = {0};
    pw_contents contents = {0};
    pw_pickle pickle = {.kept = &arena, .file_name = pw_os_basename(path), .error = error};
    pawl_status status = read_file(path, pickle.file_name, &contents, error);
    if (status >= 0)
        status = pw_pickle_scan(&pickle, contents.data, contents.size);
    for (size_t i = 0; i < pickle.global_count; i++)
        tell(user, &pickle.globals[i]);
    pw_arena_free(&arena);
    pw_os_contents_free(&contents);
    return status;
}
