/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The .pt from before torch 1.6: five pickles in a row (magic number, protocol, system, the object,
 * storage keys), then a storage a key: int64 count, elements. They lie at any alignment.
 */
#include "base/bytes.h"
#include "base/size.h"
#include "weights/printable.h"
#include "weights/readers.h"
#include <string.h>

#define PROTOCOL       1001
#define OBJECT_PICKLES 5

static pawl_status check_system(const pw_value *protocol, const pw_value *system,
                                const char *file_name, pawl_error *error)
{
    int64_t number = 0;
    bool is_little = true;
    if (!pw_value_int(protocol, &number) || number != PROTOCOL)
        return pw_fail(
            error, PAWL_ERR_UNSUPPORTED,
            "%s is a checkpoint of torch's old container, protocol %lld, where %d is known; load "
            "and save it again with a newer PyTorch",
            file_name, (long long)number, PROTOCOL);
    if (pw_value_bool(pw_dict_get(system, "little_endian"), &is_little) && !is_little)
        return pw_fail(
            error, PAWL_ERR_UNSUPPORTED,
            "%s was saved on a big-endian machine; load and save it again with PyTorch on a "
            "little-endian one",
            file_name);
    return PAWL_OK;
}

static pawl_status read_storage(const pw_pickle *pickle, const pw_value *key, pw_reader *reader)
{
    const char *text = pw_value_text(key);
    const uint64_t at = pickle->offset + reader->at;
    const size_t index =
        text == NULL ? PW_NAME_NONE
                     : pw_name_table_find(&pickle->storage_names, text, key->as.string.length);
    if (index == PW_NAME_NONE)
        return pw_fail_at(
            pickle->error, PAWL_ERR_CORRUPT, at,
            "%s: the list of storages names one that no tensor uses; the file is damaged",
            pickle->file_name);
    pw_storage *storage = pickle->storages[index];
    const pw_printable shown = pw_printable_of(text, key->as.string.length);
    if (storage->element_size == 0)
        return pw_fail_at(
            pickle->error, PAWL_ERR_UNSUPPORTED, at,
            "%s: storage %s is of type %s, which is not known; load and save the file again "
            "with a newer PyTorch",
            pickle->file_name, shown.text,
            pw_printable_of(storage->type_name, strlen(storage->type_name)).text);
    const uint64_t count = pw_read_u64(reader);
    size_t size = 0;
    if (reader->is_short || count != storage->count ||
        !pw_size_mul(storage->count, storage->element_size, &size))
        return pw_fail_at(
            pickle->error, PAWL_ERR_CORRUPT, at,
            "%s: storage %s at byte %llu has %llu elements where the pickle says %zu; the file "
            "is cut short or damaged",
            pickle->file_name, shown.text, (unsigned long long)at, (unsigned long long)count,
            storage->count);
    storage->data = pw_read_bytes(reader, size);
    if (storage->data == NULL)
        return pw_fail_at(
            pickle->error, PAWL_ERR_CORRUPT, at,
            "%s: storage %s at byte %llu wants %zu bytes where %zu are left: the file is cut "
            "short; copy or download it again",
            pickle->file_name, shown.text, (unsigned long long)at, size, pw_reader_left(reader));
    return PAWL_OK;
}

static pawl_status read_storages(const pw_pickle *pickle, const pw_value *keys, pw_reader *reader)
{
    if (keys->kind != PW_VALUE_LIST)
        return pw_pickle_corrupt(pickle, "should list the storages, and is no list");
    for (size_t i = 0; i < keys->as.list.count; i++)
        PW_TRY(read_storage(pickle, keys->as.list.items[i], reader));
    for (size_t i = 0; i < pickle->storage_count; i++)
        if (pickle->storages[i]->data == NULL)
            return pw_fail_at(
                pickle->error, PAWL_ERR_CORRUPT, pickle->offset + reader->at,
                "%s: storage %s is used, but is not in the file's list of storages",
                pickle->file_name,
                pw_printable_of(pickle->storages[i]->key, pickle->storages[i]->key_length).text);
    return PAWL_OK;
}

static pawl_status read_all(const void *data, size_t size, pw_weights *weights, pw_pickle *pickle,
                            pawl_error *error)
{
    pw_value *values[OBJECT_PICKLES] = {NULL};
    for (size_t i = 0; i < OBJECT_PICKLES; i++) {
        PW_TRY(pw_pickle_read(pickle, &values[i]));
        if (i == 2)
            PW_TRY(check_system(values[1], values[2], weights->file_name, error));
    }
    pw_reader reader = pw_reader_over(data, size);
    pw_read_bytes(&reader, pickle->at);
    PW_TRY(read_storages(pickle, values[4], &reader));
    return pw_pt_finish(weights, pickle, values[3], size, error);
}

pawl_status pw_pt_read_legacy(const void *data, size_t size, pw_weights *weights, pawl_error *error)
{
    const size_t pickle_size = pw_size_min(size, PW_PICKLE_SIZE_LIMIT);
    weights->arena.limit = pw_pickle_room(pickle_size);
    pw_pickle pickle =
        pw_pickle_over(data, pickle_size, 0, weights->file_name, &weights->arena, error);
    const pawl_status status = read_all(data, size, weights, &pickle, error);
    pw_pickle_end(&pickle);
    return status;
}
