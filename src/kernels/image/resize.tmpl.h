/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The letterbox. Needs PK_ISA. The arithmetic is OpenCV's for 8-bit INTER_LINEAR: a horizontal pass kept to 15 bits, a vertical pass of two
 * truncated high products; exactly half the size is a mean of four pixels, and the same size a copy. The passes run over plain arrays, of which the
 * compiler makes vectors: a source row is first gathered into left and right, output pixel by output pixel.
 */

typedef struct letterbox_work {
    const pk_problem *problem;
    const pk_letterbox *how;
    pk_letterbox_layout layout;
    const uint8_t *plane[PK_MAX_PLANES]; /* of the picture at hand */
    const uint8_t *source; /* the window's first byte, where rows are read as they are */
    const unsigned char *packed;
    uint8_t *left, *right; /* gathered */
    int16_t *line[2];      /* the horizontal pass of the window's row line_row */
    size_t line_row[2];
    uint8_t *row;          /* resized, plane by plane */
    uint8_t *rgb[2];       /* a converted row of even number, and one of odd */
} letterbox_work;

#define LETTERBOX_NO_ROW SIZE_MAX

static void letterbox_weave(const uint8_t *restrict red, const uint8_t *restrict green, const uint8_t *restrict blue, size_t count,
                            uint8_t *restrict out)
{
    for (size_t x = 0; x < count; x++) {
        out[3 * x] = red[x];
        out[3 * x + 1] = green[x];
        out[3 * x + 2] = blue[x];
    }
}

/* Where row y of the picture has a channel's value number x. */
PK_INLINE const uint8_t *letterbox_channel(const letterbox_work *work, const pk_channel_place *channel, size_t y, size_t x)
{
    return work->plane[channel->plane] + y * work->problem->source[channel->plane].row + channel->first + x * channel->step;
}

static void letterbox_colour(const pk_yuv *by, const uint8_t *restrict luma, const uint8_t *restrict u, const uint8_t *restrict v, size_t count,
                             uint8_t *restrict red, uint8_t *restrict green, uint8_t *restrict blue)
{
    const pk_yuv own = *by;
    for (size_t x = 0; x < count; x++) {
        red[x] = pk_yuv_red(&own, luma[x], v[x]);
        green[x] = pk_yuv_green(&own, luma[x], u[x], v[x]);
        blue[x] = pk_yuv_blue(&own, luma[x], u[x]);
    }
}

/* Row y of the window as R G B, a part at a time; there until another as even or as odd is made. */
static const uint8_t *letterbox_convert(const letterbox_work *work, size_t y)
{
    enum { PART = 256 };
    const pk_letterbox *how = work->how;
    const pk_yuv by = pk_yuv_of(how->matrix, how->is_full_range);
    const pk_format_layout *layout = pk_format_layout_of(how->format);
    const size_t odd = how->left % 2, chroma_row = (how->top + y) / layout->rows;
    uint8_t light[PART], u[PART + 2], v[PART + 2], red[PART], green[PART], blue[PART];
    for (size_t x = 0; x < how->width; x += PART) {
        const size_t count = how->width - x < PART ? how->width - x : PART, pairs = (odd + count + 1) / 2, pair = (how->left + x) / 2;
        const uint8_t *luma = letterbox_channel(work, &layout->y, how->top + y, how->left + x);
        if (layout->y.step > 1) {
            pk_letterbox_spread(luma, count, layout->y.step, 1, light);
            luma = light;
        }
        pk_letterbox_spread(letterbox_channel(work, &layout->u, chroma_row, pair), pairs, layout->u.step, 2, u);
        pk_letterbox_spread(letterbox_channel(work, &layout->v, chroma_row, pair), pairs, layout->v.step, 2, v);
        letterbox_colour(&by, luma, u + odd, v + odd, count, red, green, blue);
        letterbox_weave(red, green, blue, count, work->rgb[y % 2] + 3 * x);
    }
    return work->rgb[y % 2];
}

PK_INLINE const uint8_t *letterbox_source(const letterbox_work *work, size_t plane, size_t y)
{
    if (work->layout.converted > 0)
        return letterbox_convert(work, y);
    const pk_tensor *in = &work->problem->source[0];
    return work->source + plane * in->block_step + y * in->row;
}

/* Where the row has bytes behind the pixel, four are moved for three: the fourth is overwritten by the next, or lies behind the last. */
static void letterbox_gather_pixels(const letterbox_work *work, const uint8_t *restrict row)
{
    const int32_t *left_at = (const int32_t *)(const void *)(work->packed + work->layout.left_at);
    const int32_t *right_at = (const int32_t *)(const void *)(work->packed + work->layout.right_at);
    const size_t whole = *(const size_t *)(const void *)work->packed, count = work->how->inner_width;
    uint8_t *restrict left = work->left;
    uint8_t *restrict right = work->right;
    size_t x = 0;
    for (; x < whole; x++) {
        memcpy(left + 3 * x, row + left_at[x], PK_LETTERBOX_MOVE);
        memcpy(right + 3 * x, row + left_at[x] + 3, PK_LETTERBOX_MOVE);
    }
    for (; x < count; x++) {
        memcpy(left + 3 * x, row + left_at[x], 3);
        memcpy(right + 3 * x, row + right_at[x], 3);
    }
}

static void letterbox_gather_values(const letterbox_work *work, const uint8_t *restrict row)
{
    const int32_t *left_at = (const int32_t *)(const void *)(work->packed + work->layout.left_at);
    const int32_t *right_at = (const int32_t *)(const void *)(work->packed + work->layout.right_at);
    uint8_t *restrict left = work->left;
    uint8_t *restrict right = work->right;
    for (size_t x = 0; x < work->how->inner_width; x++) {
        left[x] = row[left_at[x]];
        right[x] = row[right_at[x]];
    }
}

static void letterbox_blend(const uint8_t *restrict left, const uint8_t *restrict right, const int16_t *restrict left_weights,
                            const int16_t *restrict right_weights, size_t count, int16_t *restrict line)
{
    for (size_t i = 0; i < count; i++)
        line[i] = pk_resize_across(left[i], right[i], left_weights[i], right_weights[i]);
}

static void letterbox_mix(const int16_t *restrict above, const int16_t *restrict below, int16_t a, int16_t b, size_t count, uint8_t *restrict out)
{
    for (size_t i = 0; i < count; i++)
        out[i] = pk_resize_down(above[i], below[i], a, b);
}

/* The horizontal pass of a row of the window, all planes; of the two that are kept, keep is the one that must stay. */
static const int16_t *letterbox_line(letterbox_work *work, size_t y, size_t keep)
{
    for (size_t i = 0; i < 2; i++)
        if (work->line_row[i] == y)
            return work->line[i];
    const size_t slot = work->line_row[0] == keep ? 1 : 0, values = work->layout.values;
    for (size_t plane = 0; plane < work->layout.planes; plane++) {
        if (work->layout.pixel == 3)
            letterbox_gather_pixels(work, letterbox_source(work, plane, y));
        else
            letterbox_gather_values(work, letterbox_source(work, plane, y));
        letterbox_blend(work->left, work->right, (const int16_t *)(const void *)(work->packed + work->layout.left_weights),
                        (const int16_t *)(const void *)(work->packed + work->layout.right_weights), values, work->line[slot] + plane * values);
    }
    work->line_row[slot] = y;
    return work->line[slot];
}

PK_INLINE void letterbox_half(const uint8_t *restrict above, const uint8_t *restrict below, size_t count, const size_t pixel, uint8_t *restrict out)
{
    for (size_t x = 0; x < count; x++)
        for (size_t c = 0; c < pixel; c++) {
            const size_t i = 2 * pixel * x + c;
            out[pixel * x + c] = pk_resize_mean(above[i], above[i + pixel], below[i], below[i + pixel]);
        }
}

/* Row y of the inner picture, plane by plane. */
static void letterbox_resize(letterbox_work *work, size_t y, uint8_t *row)
{
    const pk_letterbox *how = work->how;
    const size_t planes = work->layout.planes, values = work->layout.values;
    if (how->width == how->inner_width && how->height == how->inner_height) {
        for (size_t plane = 0; plane < planes; plane++)
            memcpy(row + plane * values, letterbox_source(work, plane, y), values);
    } else if (how->width == 2 * how->inner_width && how->height == 2 * how->inner_height) {
        for (size_t plane = 0; plane < planes; plane++) {
            const uint8_t *above = letterbox_source(work, plane, 2 * y), *below = letterbox_source(work, plane, 2 * y + 1);
            if (work->layout.pixel == 3)
                letterbox_half(above, below, how->inner_width, 3, row + plane * values);
            else
                letterbox_half(above, below, how->inner_width, 1, row + plane * values);
        }
    } else {
        const pk_resized at = pk_resized_row(y, how->height, pk_resize_scale(how->height, how->inner_height));
        const int16_t *above = letterbox_line(work, (size_t)at.before, (size_t)at.after);
        const int16_t *below = letterbox_line(work, (size_t)at.after, (size_t)at.before);
        letterbox_mix(above, below, at.before_weight, at.after_weight, planes * values, row);
    }
}

static void letterbox_swap(const uint8_t *restrict row, size_t count, uint8_t *restrict out)
{
    for (size_t x = 0; x < count; x++) {
        out[3 * x] = row[3 * x + 2];
        out[3 * x + 1] = row[3 * x + 1];
        out[3 * x + 2] = row[3 * x];
    }
}

/* Row y of the inner picture as R G B. */
static void letterbox_row(letterbox_work *work, size_t y, uint8_t *out)
{
    const bool is_bgr = work->how->format == PK_BGR;
    const size_t count = work->how->inner_width, planes = work->layout.planes;
    if (work->layout.pixel == 3 && !is_bgr) {
        letterbox_resize(work, y, out);
        return;
    }
    letterbox_resize(work, y, work->row);
    const uint8_t *last = work->row + (planes - 1) * work->layout.values; /* of grey: the one */
    if (work->layout.pixel == 3)
        letterbox_swap(work->row, count, out);
    else
        letterbox_weave(is_bgr ? last : work->row, planes == 1 ? work->row : work->row + work->layout.values, is_bgr ? work->row : last, count, out);
}

void PK_JOIN(pk_letterbox_u8_, PK_ISA)(const pk_call *call, size_t phase, size_t item, void *scratch)
{
    (void)phase;
    const pk_tensor *in = &call->problem->source[0], *out = &call->problem->destination;
    const pk_letterbox *how = &call->problem->as.letterbox;
    const pk_range range = pk_cut_range(&call->needs->cut, item);
    unsigned char *memory = scratch;
    letterbox_work work = {.problem = call->problem, .how = how, .layout = pk_letterbox_layout_of(call->problem), .packed = call->packed,
                           .line_row = {LETTERBOX_NO_ROW, LETTERBOX_NO_ROW}};
    for (size_t i = 0; i < call->problem->source_count; i++)
        work.plane[i] = (const uint8_t *)call->source[i] + range.part * call->problem->source[i].picture;
    work.source = work.layout.converted > 0 ? NULL : work.plane[0] + how->top * in->row + how->left * in->pixel;
    work.left = memory + work.layout.left;
    work.right = memory + work.layout.right;
    for (size_t i = 0; i < 2; i++) {
        work.line[i] = (int16_t *)(void *)(memory + work.layout.line[i]);
        work.rgb[i] = memory + work.layout.rgb[i];
    }
    work.row = memory + work.layout.row;
    const size_t begin = 3 * how->inner_left, end = begin + 3 * how->inner_width;
    for (size_t y = range.begin; y < range.end; y++) {
        uint8_t *row = (uint8_t *)call->destination + range.part * out->picture + y * out->row;
        const ptrdiff_t inner = (ptrdiff_t)y - how->inner_top;
        if (inner < 0 || (size_t)inner >= how->inner_height) {
            memset(row, how->fill, 3 * out->width);
            continue;
        }
        memset(row, how->fill, begin);
        letterbox_row(&work, (size_t)inner, row + begin);
        memset(row + end, how->fill, 3 * out->width - end);
    }
}
