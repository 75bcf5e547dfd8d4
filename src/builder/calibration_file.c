/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file behind --calib-cache, little-endian:
 *
 *     "pawlcal1"  source hash (2 x u64)  height, width, task (u32)  pictures (u64)  tensors (u32)
 *     each tensor: layer id (u32)  bytes of its name (u32)  name
 *         reach (f64)  least, most (f32)  values, not finite (u64)  bins (7-bit groups)
 *     XXH3-64 of all before it
 *
 * A bin is a number in groups of 7 bits, lowest first, the top bit set where another follows.
 */
#define XXH_INLINE_ALL
#include "builder/calibration.h"

#include "base/bytes.h"
#include "base/os.h"
#include "plan/plan_ir.h"

#include <math.h>
#include <string.h>
#include <xxhash.h>

#define MAGIC      "pawlcal1"
#define MAGIC_SIZE (sizeof MAGIC - 1)
#define KIND_SIZE  (MAGIC_SIZE - 1) /* what versions have in common */
#define FILE_MOST  ((size_t)256 << 20)
#define SUM_SIZE   sizeof(uint64_t)

static void write_bins(pw_writer *to, const uint64_t bins[PW_BINS])
{
    for (size_t i = 0; i < PW_BINS; i++) {
        uint64_t left = bins[i];
        for (; left > 0x7f; left >>= 7)
            pw_write_u8(to, (uint8_t)(left | 0x80));
        pw_write_u8(to, (uint8_t)left);
    }
}

static void write_tensor(pw_writer *to, const pw_calibrated *tensor)
{
    const pw_histogram *histogram = &tensor->histogram;
    const size_t length = strlen(tensor->name);
    pw_write_u32(to, tensor->layer_id);
    pw_write_u32(to, (uint32_t)length);
    pw_write_bytes(to, tensor->name, length);
    pw_write_f64(to, histogram->reach);
    pw_write_f32(to, histogram->least);
    pw_write_f32(to, histogram->most);
    pw_write_u64(to, histogram->count);
    pw_write_u64(to, histogram->not_finite);
    write_bins(to, histogram->bins);
}

static void write_all(pw_writer *to, const pw_calibration *from)
{
    pw_write_bytes(to, MAGIC, MAGIC_SIZE);
    pw_write_u64(to, from->key.source_hash[0]);
    pw_write_u64(to, from->key.source_hash[1]);
    pw_write_u32(to, (uint32_t)from->key.height);
    pw_write_u32(to, (uint32_t)from->key.width);
    pw_write_u32(to, (uint32_t)from->key.task);
    pw_write_u64(to, from->picture_count);
    pw_write_u32(to, (uint32_t)from->count);
    for (size_t i = 0; i < from->count; i++)
        write_tensor(to, &from->tensors[i]);
    if (!to->has_failed)
        pw_write_u64(to, XXH3_64bits(to->data, to->size));
}

pawl_status pawl_calibration_save(pawl_calibration *calibration, const char *path,
                                  pawl_error *error)
{
    pw_calibration *used PW_USING = NULL;
    PW_TRY(pw_object_use(calibration, &pw_calibration_type, &used, error));
    if (path == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "path is NULL: name the file to write");
    pw_writer bytes PW_CLEANUP(pw_writer_free) = {.data = NULL};
    (void)pthread_mutex_lock(&used->mutex);
    write_all(&bytes, used);
    (void)pthread_mutex_unlock(&used->mutex);
    if (bytes.has_failed)
        return pw_fail_memory(error, "the calibration's file", bytes.size);
    pw_os_file file;
    PW_TRY(pw_os_file_create(path, &file, error));
    pw_os_file_write(&file, bytes.data, bytes.size);
    return pw_os_file_commit(&file, error);
}

static bool read_bins(pw_reader *from, uint64_t bins[PW_BINS], uint64_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < PW_BINS; i++) {
        uint8_t byte = 0x80;
        for (unsigned shift = 0; (byte & 0x80) != 0; shift += 7) {
            byte = pw_read_u8(from);
            if (shift > 56 || from->is_short)
                return false;
            bins[i] |= (uint64_t)(byte & 0x7f) << shift;
        }
        if (bins[i] > count || sum > count - bins[i])
            return false;
        sum += bins[i];
    }
    return sum == count;
}

/* A power of two that holds both ends; nothing of a tensor without values. */
static bool is_sound(const pw_histogram *histogram)
{
    int exponent = 0;
    if (histogram->count == 0)
        return histogram->reach == 0.0;
    return isnormal(histogram->reach) && frexp(histogram->reach, &exponent) == 0.5 &&
           histogram->least <= histogram->most && -(double)histogram->least <= histogram->reach &&
           (double)histogram->most <= histogram->reach;
}

static bool read_tensor(pw_reader *from, pw_arena *arena, pw_calibrated *tensor)
{
    pw_histogram *histogram = &tensor->histogram;
    tensor->layer_id = pw_read_u32(from);
    const uint32_t length = pw_read_u32(from);
    const char *name = pw_read_bytes(from, length);
    histogram->reach = pw_read_f64(from);
    histogram->least = pw_read_f32(from);
    histogram->most = pw_read_f32(from);
    histogram->count = pw_read_u64(from);
    histogram->not_finite = pw_read_u64(from);
    if (name == NULL || from->is_short || !read_bins(from, histogram->bins, histogram->count))
        return false;
    tensor->name = pw_arena_strndup(arena, name, length);
    return tensor->name != NULL && is_sound(histogram);
}

static pw_calibration_key read_key(pw_reader *from)
{
    pw_calibration_key key = {.source_hash = {0, 0}};
    key.source_hash[0] = pw_read_u64(from);
    key.source_hash[1] = pw_read_u64(from);
    key.height = (int32_t)pw_read_u32(from);
    key.width = (int32_t)pw_read_u32(from);
    key.task = (int32_t)pw_read_u32(from);
    return key;
}

/* Of a file that is whole: whether it may stand for this plan's. */
static pawl_status check_key(const char *path, const pw_calibration_key *found,
                             const pw_calibration_key *wanted, pawl_error *error)
{
    if (memcmp(found->source_hash, wanted->source_hash, sizeof found->source_hash) != 0)
        return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                       "%s was made of other weights (their hash is %016llx%016llx, of these "
                       "%016llx%016llx): name another file, or remove it to calibrate anew",
                       path, (unsigned long long)found->source_hash[1],
                       (unsigned long long)found->source_hash[0],
                       (unsigned long long)wanted->source_hash[1],
                       (unsigned long long)wanted->source_hash[0]);
    if (found->task != wanted->task || found->height != wanted->height ||
        found->width != wanted->width)
        return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                       "%s was made of pictures of %dx%d, this build is for %dx%d: name another "
                       "file, or remove it to calibrate anew",
                       path, (int)found->height, (int)found->width, (int)wanted->height,
                       (int)wanted->width);
    return PAWL_OK;
}

static pawl_status fail_damaged(const char *path, pawl_error *error)
{
    return pw_fail(error, PAWL_ERR_CORRUPT,
                   "%s is damaged: remove it, and the pictures are calibrated anew", path);
}

static pawl_status parse(const char *path, const pw_contents *file,
                         const pw_calibration_key *wanted, pw_calibration **calibration,
                         pawl_error *error)
{
    if (file->size < MAGIC_SIZE || memcmp(file->data, MAGIC, KIND_SIZE) != 0)
        return pw_fail(error, PAWL_ERR_CORRUPT,
                       "%s is no calibration of pawl's, and is left as it is: name another file",
                       path);
    if (memcmp(file->data, MAGIC, MAGIC_SIZE) != 0)
        return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                       "%s was written by another version of pawl: remove it, and the pictures "
                       "are calibrated anew",
                       path);
    if (file->size < MAGIC_SIZE + SUM_SIZE)
        return fail_damaged(path, error);
    pw_reader sum = pw_reader_over(file->data + file->size - SUM_SIZE, SUM_SIZE);
    if (pw_read_u64(&sum) != XXH3_64bits(file->data, file->size - SUM_SIZE))
        return fail_damaged(path, error);
    pw_reader from = pw_reader_over(file->data + MAGIC_SIZE, file->size - MAGIC_SIZE - SUM_SIZE);
    const pw_calibration_key key = read_key(&from);
    const uint64_t pictures = pw_read_u64(&from);
    const uint32_t count = pw_read_u32(&from);
    PW_TRY(check_key(path, &key, wanted, error));
    if (from.is_short || count > PW_MAX_LAYERS || count > pw_reader_left(&from) / PW_BINS)
        return fail_damaged(path, error);
    pw_calibration *made PW_MAKING = NULL;
    PW_TRY(pw_calibration_new(&key, count, &made, error));
    made->picture_count = pictures;
    made->count = count;
    for (uint32_t i = 0; i < count; i++)
        if (!read_tensor(&from, &made->arena, &made->tensors[i]))
            return fail_damaged(path, error);
    if (pw_reader_left(&from) != 0)
        return fail_damaged(path, error);
    *calibration = PW_TAKE(made);
    return PAWL_OK;
}

pawl_status pawl_calibration_load(const char *path, pawl_plan *plan, pawl_calibration **calibration,
                                  pawl_error *error)
{
    pw_plan *used PW_USING = NULL;
    PW_TRY(pw_object_use(plan, &pw_plan_type, &used, error));
    if (path == NULL || calibration == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "path or calibration is NULL");
    const pw_calibration_key wanted = pw_calibration_key_of(used);
    pw_contents file PW_CLEANUP(pw_os_contents_free) = {.data = NULL};
    pw_calibration *made = NULL;
    PW_TRY(pw_os_read(path, FILE_MOST, &file, error));
    PW_TRY(parse(path, &file, &wanted, &made, error));
    *calibration = pw_object_publish(made);
    return PAWL_OK;
}
