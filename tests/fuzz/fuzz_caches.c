/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What builds keep for other builds. The first byte says which: 'c' a calibration without its key
 * and checksum, which are made right here, 'r' one as it is; 't' a file of timings whose lines have
 * no checksums, 'u' one as it is.
 */
#define XXH_INLINE_ALL
#include "fuzz_target.h"
#include "support/tiny_model.h"
#include "temporary_path.h"

#include "builder/calibration.h"
#include "tune/timings.h"

#include <math.h>
#include <pawl/version.h>
#include <string.h>
#include <xxhash.h>

#define MOST_BYTES   ((size_t)1 << 16)
#define MOST_TENSORS 4 /* whose ranges are looked for: entropy takes its time */
#define MAGIC_SIZE   8
#define KEY_SIZE     28

static pawl_plan *the_plan(void)
{
    static pawl_plan *plan;
    pawl_error error = {.message = ""};
    if (plan == NULL)
        fuzz_check(pt_tiny_plan("cpu", &plan, &error) >= 0);
    return plan;
}

static void use_calibration(const pw_calibration *calibration)
{
    for (size_t i = 0; i < calibration->count && i < MOST_TENSORS; i++)
        for (int method = PAWL_CALIBRATE_ENTROPY; method <= PAWL_CALIBRATE_MSE; method++) {
            const pw_range range = pw_histogram_range(&calibration->tensors[i].histogram,
                                                      (pawl_calibration_method)method);
            fuzz_check(isfinite(range.low) && isfinite(range.high) && range.low <= 0 &&
                       range.high >= 0);
        }
}

static bool is_same(const char *a, const char *b)
{
    pw_contents first = {.data = NULL}, second = {.data = NULL};
    fuzz_check(pw_os_read(a, SIZE_MAX, &first, NULL) >= 0);
    fuzz_check(pw_os_read(b, SIZE_MAX, &second, NULL) >= 0);
    const bool is_equal =
        first.size == second.size && memcmp(first.data, second.data, first.size) == 0;
    pw_os_contents_free(&first);
    pw_os_contents_free(&second);
    return is_equal;
}

/* What was read can be used, and written and read again. */
static void read_calibration(const char *path)
{
    char copy[TEMPORARY_PATH_SIZE], again[TEMPORARY_PATH_SIZE];
    pawl_calibration *handle = NULL, *second = NULL;
    pw_calibration *calibration = NULL;
    pawl_error error = {.message = ""};
    if (pawl_calibration_load(path, the_plan(), &handle, &error) < 0) {
        fuzz_check(handle == NULL && error.message[0] != '\0');
        return;
    }
    fuzz_check(pw_object_use(handle, &pw_calibration_type, &calibration, &error) >= 0);
    use_calibration(calibration);
    pw_object_release(calibration);
    temporary_path(copy, "-copy.calib");
    temporary_path(again, "-again.calib");
    fuzz_check(pawl_calibration_save(handle, copy, &error) >= 0);
    fuzz_check(pawl_calibration_load(copy, the_plan(), &second, &error) >= 0);
    fuzz_check(pawl_calibration_save(second, again, &error) >= 0 && is_same(copy, again));
    fuzz_check(pawl_calibration_destroy(&second) == PAWL_OK);
    fuzz_check(pawl_calibration_destroy(&handle) == PAWL_OK);
    (void)unlink(copy);
    (void)unlink(again);
}

/* Magic, the key of the plan, then what is given: the number of pictures and so on. */
static void read_unsigned_calibration(const char *path, const uint8_t *data, size_t size)
{
    static const uint32_t key[] = {0x1234, 0, 0x5678, 0, 64, 64, PAWL_TASK_DETECT};
    const size_t whole = MAGIC_SIZE + KEY_SIZE + size;
    uint8_t *bytes = malloc(whole + sizeof(uint64_t));
    fuzz_check(bytes != NULL);
    memcpy(bytes, "pawlcal1", MAGIC_SIZE);
    for (size_t i = 0; i < KEY_SIZE; i++)
        bytes[MAGIC_SIZE + i] = (uint8_t)(key[i / 4] >> 8 * (i % 4));
    memcpy(bytes + MAGIC_SIZE + KEY_SIZE, data, size);
    const uint64_t sum = XXH3_64bits(bytes, whole);
    for (size_t i = 0; i < sizeof sum; i++)
        bytes[whole + i] = (uint8_t)(sum >> 8 * i);
    temporary_write(path, bytes, whole + sizeof sum);
    free(bytes);
    read_calibration(path);
}

/* What was read is found, and the same when it is written and read again. */
static void read_timings(const char *path)
{
    char copy[TEMPORARY_PATH_SIZE];
    pw_timings timings = {.count = 0}, again = {.count = 0};
    fuzz_check(pw_timings_read(path, &timings, NULL) >= 0);
    temporary_path(copy, "-copy.times");
    (void)unlink(copy);
    pw_timings_write(copy, &timings);
    fuzz_check(pw_timings_read(copy, &again, NULL) >= 0);
    for (size_t i = timings.first; i < timings.count; i++) {
        const pw_timing *row = &timings.rows[i];
        const pw_timing *found = pw_timings_find(&timings, row->machine, row->problem, row->level);
        const pw_timing *kept = pw_timings_find(&again, row->machine, row->problem, row->level);
        fuzz_check(found == row);
        fuzz_check(timings.is_foreign || (kept != NULL && strcmp(kept->name, row->name) == 0 &&
                                          kept->nanoseconds == row->nanoseconds));
    }
    pw_timings_free(&again);
    pw_timings_free(&timings);
    (void)unlink(copy);
}

/* Each line gets its checksum. */
static void read_unsigned_timings(const char *path, const uint8_t *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    fuzz_check(file != NULL);
    fputs("pawl-timings 1 " PAWL_VERSION_STRING "\n", file);
    for (const uint8_t *end = data + size; data < end;) {
        const uint8_t *line_end = memchr(data, '\n', (size_t)(end - data));
        const size_t length = (size_t)((line_end != NULL ? line_end : end) - data);
        fprintf(file, "%016llx\t", (unsigned long long)XXH3_64bits(data, length));
        fwrite(data, 1, length, file);
        fputc('\n', file);
        data += length + (line_end != NULL ? 1 : 0);
    }
    fuzz_check(fclose(file) == 0);
    read_timings(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[TEMPORARY_PATH_SIZE];
    if (size == 0 || size > MOST_BYTES)
        return 0;
    temporary_path(path, ".cache");
    switch (data[0]) {
    case 'c':
        read_unsigned_calibration(path, data + 1, size - 1);
        break;
    case 't':
        read_unsigned_timings(path, data + 1, size - 1);
        break;
    case 'r':
    case 'u':
        temporary_write(path, data + 1, size - 1);
        (data[0] == 'r' ? read_calibration : read_timings)(path);
        break;
    default:
        return 0;
    }
    (void)unlink(path);
    return 0;
}
