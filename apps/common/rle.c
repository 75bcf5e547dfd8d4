/* SPDX-License-Identifier: Apache-2.0 */
/* Run-length masks. Formats, rounding and overlaps are those of COCO's API (pycocotools, its
 * maskApi), so that figures agree with it to the last digit. */
#include "common/rle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_PIXELS ((uint64_t)1 << 31)

static bool is_size(int32_t height, int32_t width)
{
    return height > 0 && width > 0 && (uint64_t)height * (uint64_t)width <= MOST_PIXELS;
}

/* Starts a mask with room for so many runs. */
static bool begin(app_rle *mask, int32_t height, int32_t width, size_t room)
{
    *mask = (app_rle){.height = height, .width = width};
    if (is_size(height, width) && room < SIZE_MAX / sizeof(uint32_t))
        mask->counts = malloc((room + 1) * sizeof(uint32_t));
    if (mask->counts != NULL)
        return true;
    *mask = (app_rle){0};
    return false;
}

void app_rle_free(app_rle *mask)
{
    free(mask->counts);
    *mask = (app_rle){0};
}

/* The first and the last but one row and column that hold a pixel; all 0 where none does. */
struct bounds {
    int32_t top, bottom, left, right;
};

static struct bounds bounds_of(const uint8_t *pixels, int32_t height, int32_t width,
                               size_t row_size)
{
    struct bounds bounds = {height, 0, width, 0};
    for (int32_t y = 0; y < height; y++) {
        const uint8_t *row = pixels + (size_t)y * row_size;
        /* A row of zeros is as good as its first byte and each equal to the next. */
        if (row[0] == 0 && memcmp(row, row + 1, (size_t)width - 1) == 0)
            continue;
        int32_t first = 0, end = width;
        while (row[first] == 0)
            first++;
        while (row[end - 1] == 0)
            end--;
        bounds.top = y < bounds.top ? y : bounds.top;
        bounds.bottom = y + 1;
        bounds.left = first < bounds.left ? first : bounds.left;
        bounds.right = end > bounds.right ? end : bounds.right;
    }
    return bounds.bottom == 0 ? (struct bounds){0, 0, 0, 0} : bounds;
}

/* Counts the runs of the mask, and writes them where there is room for them. Each column ends what
 * runs in it; what the next one's first pixel takes up again is one run. */
static size_t put_runs(const uint8_t *pixels, const struct bounds *bounds, int32_t height,
                       int32_t width, size_t row_size, uint32_t *counts)
{
    const uint32_t end = (uint32_t)height * (uint32_t)width;
    uint32_t start = 0, ones = 0; /* of the run at hand, of the last one inside */
    size_t runs = 0;
    bool before = false;
    for (int32_t x = bounds->left; x < bounds->right; x++)
        for (int32_t y = bounds->top; y <= bounds->bottom; y++) {
            const bool is_in = y < bounds->bottom && pixels[(size_t)y * row_size + (size_t)x] != 0;
            if (is_in == before)
                continue;
            before = is_in;
            const uint32_t at = (uint32_t)x * (uint32_t)height + (uint32_t)y;
            if (is_in && at == start && runs > 0) {
                start = ones;
                runs--;
                continue;
            }
            if (counts != NULL)
                counts[runs] = at - start;
            ones = is_in ? at : ones;
            start = at;
            runs++;
        }
    if (start == end && runs > 0)
        return runs;
    if (counts != NULL)
        counts[runs] = end - start;
    return runs + 1;
}

bool app_rle_encode(app_rle *mask, const uint8_t *pixels, int32_t height, int32_t width,
                    size_t row_size)
{
    if (!is_size(height, width))
        return begin(mask, 0, 0, 0);
    const struct bounds bounds = bounds_of(pixels, height, width, row_size);
    const size_t runs = put_runs(pixels, &bounds, height, width, row_size, NULL);
    if (!begin(mask, height, width, runs))
        return false;
    mask->count = put_runs(pixels, &bounds, height, width, row_size, mask->counts);
    return true;
}

bool app_rle_from_counts(app_rle *mask, int32_t height, int32_t width, const uint32_t *counts,
                         size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += counts[i];
    if (!begin(mask, height, width, count))
        return false;
    if (sum != (uint64_t)height * (uint64_t)width || sum > UINT32_MAX) {
        app_rle_free(mask);
        return false;
    }
    memcpy(mask->counts, counts, count * sizeof(uint32_t));
    mask->count = count;
    return true;
}

/*
 * The text: each number in groups of five bits, lowest first, a character 48 + group a group, bit 5
 * set where another follows, the sign in the last group's bit 4. From the fourth on each is the
 * difference to the run two before.
 */
bool app_rle_from_text(app_rle *mask, int32_t height, int32_t width, const char *text)
{
    const size_t length = strlen(text);
    uint64_t sum = 0;
    if (!begin(mask, height, width, length))
        return false;
    for (size_t at = 0; at < length;) {
        int64_t number = 0;
        unsigned shift = 0, group = 0x20;
        while ((group & 0x20) != 0 && at < length && shift < 35) {
            group = (unsigned)(unsigned char)text[at++] - 48;
            if (group > 63)
                break;
            number |= (int64_t)(group & 0x1f) << shift;
            shift += 5;
        }
        if ((group & 0x20) != 0 || group > 63)
            goto fail;
        if ((group & 0x10) != 0)
            number -= (int64_t)1 << shift;
        if (mask->count > 2)
            number += mask->counts[mask->count - 2];
        if (number < 0 || number > UINT32_MAX)
            goto fail;
        mask->counts[mask->count++] = (uint32_t)number;
        sum += (uint64_t)number;
    }
    if (sum == (uint64_t)height * (uint64_t)width)
        return true;
fail:
    app_rle_free(mask);
    return false;
}

char *app_rle_to_text(const app_rle *mask)
{
    if (mask->count >= SIZE_MAX / 8)
        return NULL;
    char *text = malloc(mask->count * 7 + 1); /* 33 bits and a sign: seven groups at most */
    size_t length = 0;
    if (text == NULL)
        return NULL;
    for (size_t i = 0; i < mask->count; i++) {
        int64_t number = mask->counts[i];
        if (i > 2)
            number -= mask->counts[i - 2];
        for (bool is_more = true; is_more;) {
            const unsigned group = (unsigned)(number & 0x1f);
            /* An arithmetic shift of a negative number, in words C defines. */
            number = (number - (int64_t)group) / 32;
            is_more = (group & 0x10) != 0 ? number != -1 : number != 0;
            text[length++] = (char)(48 + (group | (is_more ? 0x20u : 0u)));
        }
    }
    text[length] = '\0';
    return text;
}

uint64_t app_rle_area(const app_rle *mask)
{
    uint64_t area = 0;
    for (size_t i = 1; i < mask->count; i += 2)
        area += mask->counts[i];
    return area;
}

void app_rle_box(const app_rle *mask, double box[4])
{
    uint64_t at = 0;
    const uint64_t height = (uint64_t)mask->height;
    uint64_t left = UINT64_MAX, right = 0, top = UINT64_MAX, bottom = 0;
    for (size_t i = 0; i < mask->count; i++) {
        const uint64_t length = mask->counts[i];
        if (i % 2 == 1 && length > 0) {
            const uint64_t first = at, last = at + length - 1;
            const bool is_over = first / height < last / height; /* goes on in the next column */
            const uint64_t low = is_over ? 0 : first % height;
            const uint64_t high = is_over ? height - 1 : last % height;
            left = first / height < left ? first / height : left;
            right = last / height > right ? last / height : right;
            top = low < top ? low : top;
            bottom = high > bottom ? high : bottom;
        }
        at += length;
    }
    memset(box, 0, 4 * sizeof(double));
    if (left == UINT64_MAX)
        return;
    box[0] = (double)left;
    box[1] = (double)top;
    box[2] = (double)(right - left + 1);
    box[3] = (double)(bottom - top + 1);
}

/* Two masks walked side by side: the next stretch in which neither changes. */
struct walk {
    const app_rle *masks[2];
    size_t run[2];    /* index of the run at hand */
    uint64_t left[2]; /* of it */
    uint64_t length;  /* of the stretch */
    bool is_in[2];    /* in the stretch */
};

static struct walk walk_from(const app_rle *a, const app_rle *b)
{
    struct walk walk = {.masks = {a, b}};
    for (size_t i = 0; i < 2; i++)
        walk.left[i] = walk.masks[i]->count > 0 ? walk.masks[i]->counts[0] : 0;
    return walk;
}

static bool walk_on(struct walk *walk)
{
    for (size_t i = 0; i < 2; i++) {
        walk->left[i] -= walk->length;
        while (walk->left[i] == 0) {
            if (++walk->run[i] >= walk->masks[i]->count)
                return false;
            walk->left[i] = walk->masks[i]->counts[walk->run[i]];
        }
        walk->is_in[i] = walk->run[i] % 2 == 1;
    }
    walk->length = walk->left[0] < walk->left[1] ? walk->left[0] : walk->left[1];
    return true;
}

double app_rle_iou(const app_rle *detection, const app_rle *truth, bool is_crowd)
{
    uint64_t both = 0, either = 0;
    if (detection->height != truth->height || detection->width != truth->width)
        return 0;
    struct walk walk = walk_from(detection, truth);
    while (walk_on(&walk)) {
        both += walk.is_in[0] && walk.is_in[1] ? walk.length : 0;
        either += walk.is_in[0] || walk.is_in[1] ? walk.length : 0;
    }
    if (both == 0)
        return 0;
    return (double)both / (double)(is_crowd ? app_rle_area(detection) : either);
}

bool app_rle_unite(app_rle *mask, const app_rle *other)
{
    app_rle sum;
    if (mask->height != other->height || mask->width != other->width)
        return false;
    if (!begin(&sum, mask->height, mask->width, mask->count + other->count))
        return false;
    struct walk walk = walk_from(mask, other);
    bool before = false;
    uint32_t length = 0;
    while (walk_on(&walk)) {
        const bool is_in = walk.is_in[0] || walk.is_in[1];
        if (is_in != before) {
            sum.counts[sum.count++] = length;
            length = 0;
        }
        before = is_in;
        length += (uint32_t)walk.length;
    }
    sum.counts[sum.count++] = length;
    app_rle_free(mask);
    *mask = sum;
    return true;
}

double app_box_iou(const double detection[4], const double truth[4], bool is_crowd)
{
    const double width =
        fmin(detection[2] + detection[0], truth[2] + truth[0]) - fmax(detection[0], truth[0]);
    const double height =
        fmin(detection[3] + detection[1], truth[3] + truth[1]) - fmax(detection[1], truth[1]);
    if (!(width > 0) || !(height > 0))
        return 0;
    const double both = width * height, own = detection[2] * detection[3];
    return both / (is_crowd ? own : own + truth[2] * truth[3] - both);
}
