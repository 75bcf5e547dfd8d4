/* SPDX-License-Identifier: Apache-2.0 */
/* The .pt of torch 1.6 and later: a zip of ROOT/data.pkl, ROOT/data/KEY and a few notes. ROOT is
 * the file's stem, or "archive". */
#include "base/size.h"
#include "weights/printable.h"
#include "weights/readers.h"
#include "weights/zip_reader.h"
#include <string.h>

#define PICKLE_NAME     "/data.pkl"
#define ENTRY_NAME_SIZE 2304

typedef struct pt_archive {
    pw_zip zip;
    const char *root; /* "archive", not terminated */
    size_t root_length;
    const pw_zip_entry *pickle;
} pt_archive;

static bool ends_with(const pw_zip_entry *entry, const char *suffix)
{
    const size_t length = strlen(suffix);
    return entry->name_length >= length &&
           memcmp(entry->name + entry->name_length - length, suffix, length) == 0;
}

/* ROOT/name with a name of length bytes, or NULL. */
static const pw_zip_entry *find_in_root(const pt_archive *archive, const char *name, size_t length)
{
    char whole[ENTRY_NAME_SIZE];
    if (length > sizeof whole || archive->root_length + 1 > sizeof whole - length)
        return NULL;
    memcpy(whole, archive->root, archive->root_length);
    whole[archive->root_length] = '/';
    memcpy(whole + archive->root_length + 1, name, length);
    return pw_zip_find(&archive->zip, whole, archive->root_length + 1 + length);
}

/* The shortest name wins: nothing that was put deeper can take the pickle's place. */
static pawl_status find_pickle(pt_archive *archive, pawl_error *error)
{
    const pw_zip *zip = &archive->zip;
    bool is_numpy = false, is_exported = false;
    for (size_t i = 0; i < zip->entry_count; i++) {
        const pw_zip_entry *entry = &zip->entries[i];
        is_numpy = is_numpy || ends_with(entry, ".npy");
        is_exported = is_exported || ends_with(entry, "/models/model.json") ||
                      ends_with(entry, "serialized_exported_program.json");
        if (ends_with(entry, PICKLE_NAME) &&
            (archive->pickle == NULL || entry->name_length < archive->pickle->name_length))
            archive->pickle = entry;
    }
    if (archive->pickle == NULL && is_exported)
        return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                       "%s is a program of torch.export (.pt2), whose layers cannot be read back; "
                       "give the .pt it was exported from",
                       zip->file_name);
    if (archive->pickle == NULL)
        return pw_fail(
            error, PAWL_ERR_UNSUPPORTED,
            "%s is %s, not a PyTorch checkpoint (no entry ends in /data.pkl); give the .pt that "
            "train.py wrote",
            zip->file_name, is_numpy ? "a NumPy archive (.npz)" : "a zip archive");
    archive->root = archive->pickle->name;
    archive->root_length = archive->pickle->name_length - strlen(PICKLE_NAME);
    return PAWL_OK;
}

static bool is_in_folder(const pt_archive *archive, const pw_zip_entry *entry, const char *folder)
{
    const size_t length = strlen(folder), root = archive->root_length + 1;
    return entry->name_length > root + length &&
           memcmp(entry->name, archive->root, archive->root_length) == 0 &&
           memcmp(entry->name + root, folder, length) == 0;
}

static pawl_status refuse_torchscript(const pt_archive *archive, pawl_error *error)
{
    bool has_code = find_in_root(archive, "constants.pkl", strlen("constants.pkl")) != NULL;
    for (size_t i = 0; i < archive->zip.entry_count && !has_code; i++)
        has_code = is_in_folder(archive, &archive->zip.entries[i], "code/");
    if (has_code)
        return pw_fail(
            error, PAWL_ERR_UNSUPPORTED,
            "%s is a TorchScript program (export.py's .torchscript), whose layers cannot be "
            "read back; give the .pt it was exported from",
            archive->zip.file_name);
    return PAWL_OK;
}

static pawl_status check_byte_order(const pt_archive *archive, pawl_error *error)
{
    const pw_zip_entry *entry = find_in_root(archive, "byteorder", strlen("byteorder"));
    const uint8_t *bytes = NULL;
    if (entry == NULL)
        return PAWL_OK; /* older than torch 2.1: little */
    PW_TRY(pw_zip_read(&archive->zip, entry, &bytes, NULL, error));
    if (entry->size == strlen("little") && memcmp(bytes, "little", entry->size) == 0)
        return PAWL_OK;
    return pw_fail_at(
        error, PAWL_ERR_UNSUPPORTED, entry->header_at,
        "%s was saved on a machine of byte order '%s'; load and save it again with PyTorch "
        "on a little-endian one",
        archive->zip.file_name, pw_printable_of((const char *)bytes, entry->size).text);
}

static pawl_status find_storage(const pt_archive *archive, pw_storage *storage, pawl_error *error)
{
    char name[ENTRY_NAME_SIZE] = "data/";
    const pw_printable key = pw_printable_of(storage->key, storage->key_length);
    const size_t start = strlen(name);
    const pw_zip_entry *entry = NULL;
    if (storage->key_length <= sizeof name - start) {
        memcpy(name + start, storage->key, storage->key_length);
        entry = find_in_root(archive, name, start + storage->key_length);
    }
    if (entry == NULL)
        return pw_fail(
            error, PAWL_ERR_CORRUPT,
            "%s: the archive has no entry data/%s, which a tensor needs; copy or download the "
            "file again",
            archive->zip.file_name, key.text);
    size_t size = 0;
    if (!pw_size_mul(storage->count, storage->element_size, &size) || size > entry->size)
        return pw_fail_at(
            error, PAWL_ERR_CORRUPT, entry->header_at,
            "%s: storage data/%s should have %zu elements of %zu bytes, but has %zu bytes "
            "in all",
            archive->zip.file_name, key.text, storage->count, storage->element_size, entry->size);
    return pw_zip_read(&archive->zip, entry, &storage->data, NULL, error);
}

static pawl_status read_object(pt_archive *archive, pw_weights *weights, pw_pickle *pickle,
                               pawl_error *error)
{
    pw_value *top = NULL;
    PW_TRY(pw_pickle_read(pickle, &top));
    for (size_t i = 0; i < pickle->storage_count; i++)
        if (pickle->storages[i]->is_plain)
            PW_TRY(find_storage(archive, pickle->storages[i], error));
    return pw_pt_finish(weights, pickle, top, archive->zip.size, error);
}

pawl_status pw_pt_finish(pw_weights *weights, pw_pickle *pickle, pw_value *top, size_t size,
                         pawl_error *error)
{
    pw_pickle_resolve(pickle);
    weights->kind = PAWL_WEIGHTS_PT;
    weights->globals = pickle->globals;
    weights->global_count = pickle->global_count;
    weights->checkpoint = top;
    return pw_modules_read(weights, size, error);
}

pawl_status pw_pt_read_zip(const void *data, size_t size, pw_weights *weights, pawl_error *error)
{
    pt_archive archive = {0};
    const uint8_t *bytes = NULL;
    uint64_t at = 0;
    PW_TRY(pw_zip_open(data, size, weights->file_name, &weights->arena, &archive.zip, error));
    PW_TRY(find_pickle(&archive, error));
    PW_TRY(refuse_torchscript(&archive, error));
    PW_TRY(check_byte_order(&archive, error));
    const size_t pickle_size = archive.pickle->size;
    if (pickle_size > PW_PICKLE_SIZE_LIMIT)
        return pw_fail_at(error, PAWL_ERR_LIMIT, archive.pickle->header_at,
                          "%s: data.pkl has %zu bytes; at most %zu are read", weights->file_name,
                          pickle_size, PW_PICKLE_SIZE_LIMIT);
    PW_TRY(pw_zip_read(&archive.zip, archive.pickle, &bytes, &at, error));
    weights->arena.limit = weights->arena.total + pw_pickle_room(archive.pickle->packed);
    pw_pickle pickle =
        pw_pickle_over(bytes, pickle_size, at, weights->file_name, &weights->arena, error);
    pickle.is_unpacked = pw_zip_is_packed(archive.pickle);
    const pawl_status status = read_object(&archive, weights, &pickle, error);
    pw_pickle_end(&pickle);
    return status;
}
