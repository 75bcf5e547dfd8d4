/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files that the programs read themselves. The first byte says which kind the rest is of: .npy,
 * data.yaml, names (of either form), a list of pictures, labels, COCO's JSON, the header of a y4m,
 * and COCO's masks as text, as numbers and as polygons.
 */
#include "fuzz_target.h"
#include "support/rle_decode.h"
#include "temporary_path.h"

#include "cli/val_data.h"
#include "common/data_yaml.h"
#include "common/names.h"
#include "common/npy.h"
#include "common/rle.h"
#include "common/video/video_frame.h"
#include "common/video/y4m.h"

#include <math.h>
#include <string.h>

#define MOST_BYTES   ((size_t)1 << 16)
#define MOST_PIXELS  ((size_t)1 << 16) /* of a mask that is unpacked */
#define MOST_NUMBERS ((size_t)512)     /* runs, or coordinates of corners */

static void check_code(int code)
{
    fuzz_check(code == APP_EXIT_DONE || code == APP_EXIT_INPUT || code == APP_EXIT_UNSUPPORTED ||
               code == APP_EXIT_LIMIT);
}

static void read_npy(const char *path)
{
    app_npy npy;
    float values[256];
    const int code = app_npy_open(&npy, path);
    check_code(code);
    if (code != APP_EXIT_DONE)
        return;
    fuzz_check(npy.rank >= 0 && npy.rank <= APP_NPY_MAX_RANK &&
               npy.count <= MOST_BYTES / sizeof(float));
    for (uint64_t left = npy.count; left > 0;) {
        const size_t part = left < 256 ? (size_t)left : 256;
        fuzz_check(app_npy_read(&npy, values, part) == APP_EXIT_DONE);
        left -= part;
    }
    app_npy_close(&npy);
}

static void read_yaml(const char *path)
{
    app_data_yaml yaml;
    char *place = NULL;
    const int code = app_data_yaml_read(&yaml, path);
    check_code(code);
    if (code == APP_EXIT_DONE && yaml.val.count > 0)
        check_code(app_data_yaml_place(&yaml, path, yaml.val.items[0], &place));
    for (size_t i = 0; code == APP_EXIT_DONE && i < yaml.names.count; i++)
        fuzz_check(yaml.names.items[i] != NULL);
    free(place);
    app_data_yaml_free(&yaml);
}

static void read_names(const char *path)
{
    app_paths names = {0};
    const int code = app_names_read(&names, path);
    check_code(code);
    fuzz_check(code != APP_EXIT_DONE || names.count > 0);
    (void)app_names_are_coco((const char *const *)names.items, names.count);
    app_paths_free(&names);
}

/* A data.yaml's val: names this list. */
static void read_list(const char *path)
{
    char yaml[TEMPORARY_PATH_SIZE];
    temporary_path(yaml, "-list.yaml");
    static const char text[] = "val: x\nnc: 3\n";
    temporary_write(yaml, (const uint8_t *)text, sizeof text - 1);
    const val_options options = {.images = path};
    val_data data = {.path = yaml};
    check_code(val_yolo_open(&data, &options));
    val_data_close(&data);
    (void)unlink(yaml);
}

static void read_labels(const char *path)
{
    val_data data = {.path = "fuzz", .has_masks = true};
    for (json_int_t i = 0; i < 3; i++)
        fuzz_check(val_add_category(&data, json_integer(i), "x") != NULL);
    val_picture *picture = val_add_picture(&data, "x.png");
    fuzz_check(picture != NULL);
    picture->label = app_format("%s", path);
    picture->width = 640;
    picture->height = 480;
    picture->is_seen = true;
    check_code(val_labels_read(&data, 0));
    fuzz_check(picture->is_seen || data.truth_count == 0);
    for (size_t i = 0; i < data.truth_count; i++)
        fuzz_check(data.truths[i].category < 3 && data.truths[i].area >= 0);
    val_data_close(&data);
}

static void read_coco(const char *path)
{
    const val_options options = {.images = "/"};
    val_data data = {.path = path, .has_masks = true};
    check_code(val_coco_open(&data, &options));
    for (size_t i = 0; i < data.truth_count; i++)
        fuzz_check(data.truths[i].image < data.picture_count &&
                   data.truths[i].category < data.category_count);
    val_data_close(&data);
}

/* All that is done with a mask; it must be the same after its text. */
static void use_mask(app_rle *mask)
{
    const size_t pixels = (size_t)mask->height * (size_t)mask->width;
    app_rle again, other = {0};
    double box[4];
    uint64_t sum = 0;
    for (size_t i = 0; i < mask->count; i++)
        sum += mask->counts[i];
    fuzz_check(sum == pixels && app_rle_area(mask) <= pixels);
    app_rle_box(mask, box);
    char *text = app_rle_to_text(mask);
    fuzz_check(text != NULL && app_rle_from_text(&again, mask->height, mask->width, text));
    free(text);
    fuzz_check(again.count == mask->count &&
               memcmp(again.counts, mask->counts, mask->count * sizeof *mask->counts) == 0);
    const double overlap = app_rle_iou(mask, &again, false);
    fuzz_check(app_rle_area(mask) == 0 ? overlap == 0 : overlap == 1);
    fuzz_check(app_rle_unite(&again, mask) && app_rle_area(&again) == app_rle_area(mask));
    uint8_t *unpacked = pixels <= MOST_PIXELS ? malloc(pixels) : NULL;
    if (unpacked != NULL) {
        rle_decode(mask, unpacked, (size_t)mask->width);
        fuzz_check(
            app_rle_encode(&other, unpacked, mask->height, mask->width, (size_t)mask->width));
        fuzz_check(app_rle_area(&other) == app_rle_area(mask));
    }
    free(unpacked);
    app_rle_free(&other);
    app_rle_free(&again);
    app_rle_free(mask);
}

/* The size of a mask stands in four bytes, then its text, its runs of four bytes each, or its
 * corners of four bytes each. */
static void read_mask(uint8_t kind, const uint8_t *data, size_t size)
{
    app_rle mask;
    if (size < 4)
        return;
    const int32_t height = data[0] | data[1] << 8, width = data[2] | data[3] << 8;
    const size_t count = (size - 4) / 4 < MOST_NUMBERS ? (size - 4) / 4 : MOST_NUMBERS;
    char *text = calloc(size + 1, 1);
    uint32_t *counts = calloc(count + 1, sizeof *counts);
    double *corners = calloc(count + 1, sizeof *corners);
    fuzz_check(text != NULL && counts != NULL && corners != NULL);
    memcpy(text, data + 4, size - 4);
    memcpy(counts, data + 4, 4 * count);
    for (size_t i = 0; i < count; i++) {
        float corner;
        memcpy(&corner, data + 4 + 4 * i, sizeof corner);
        corners[i] = fabsf(corner) < 4096 ? (double)corner : (double)(counts[i] % 4096);
    }
    const bool is_made = kind == 't' ? app_rle_from_text(&mask, height, width, text)
                         : kind == 'r'
                             ? app_rle_from_counts(&mask, height, width, counts, count)
                             : app_rle_from_polygon(&mask, height, width, corners, count / 2);
    if (is_made)
        use_mask(&mask);
    free(corners);
    free(counts);
    free(text);
}

/* The header of a video on stdin: what it says can be allocated, and holds a picture. */
static void read_y4m(const char *path)
{
    char line[APP_Y4M_LINE];
    app_video video = {.width = 0};
    const char *why = NULL;
    FILE *file = fopen(path, "rb");
    fuzz_check(file != NULL);
    const bool is_there = fgets(line, sizeof line, file) != NULL;
    fclose(file);
    if (!is_there || !app_y4m_header(line, &video, &why)) {
        fuzz_check(!is_there || (why != NULL && why[0] != '\0'));
        return;
    }
    const size_t luma = (size_t)video.width * (size_t)video.height;
    const size_t chroma = video.format == PAWL_PICTURE_GREY ? 0 : luma / 2;
    fuzz_check(luma > 0 && luma <= PAWL_MAX_PIXELS && app_frame_size(&video) >= luma + chroma);
    fuzz_check(app_ratio_value(video.rate) > 0);
}

/* What the readers say goes nowhere; the fuzzer and sanitizers have the descriptor. */
static void silence(void)
{
    static FILE *nowhere;
    if (nowhere == NULL && (nowhere = fopen("/dev/null", "w")) != NULL)
        stderr = nowhere;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct {
        uint8_t kind;
        const char *ending;
        void (*read)(const char *path);
    } readers[] = {
        {'n', ".npy", read_npy},     {'y', ".yaml", read_yaml}, {'c', ".yaml", read_names},
        {'l', ".names", read_names}, {'i', ".txt", read_list},  {'b', ".txt", read_labels},
        {'j', ".json", read_coco},   {'v', ".y4m", read_y4m},
    };
    char path[TEMPORARY_PATH_SIZE];
    silence();
    if (size == 0 || size > MOST_BYTES)
        return 0;
    if (data[0] == 't' || data[0] == 'r' || data[0] == 'p')
        read_mask(data[0], data + 1, size - 1);
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++)
        if (readers[i].kind == data[0]) {
            temporary_path(path, readers[i].ending);
            temporary_write(path, data + 1, size - 1);
            readers[i].read(path);
            (void)unlink(path);
        }
    return 0;
}
