/* SPDX-License-Identifier: Apache-2.0 */
/* The detection head: decode and candidates. Needs a vocabulary of simd/ with elements.h and PK_ISA.
 * Both make a row by the same code, bit for bit. */

/* One row from the raw values of a cell. */
PK_INLINE void head_row(const pk_problem *problem, size_t level, size_t anchor, size_t cell, const float *raw, float *row)
{
    const pk_head *head = problem->as.head;
    const size_t width = head->class_count + 5, grid = problem->source[level].width;
    size_t i = 0;
    for (; i + VF32_LANES <= width; i += VF32_LANES)
        vf32_store(row + i, vf32_sigmoid(vf32_load(raw + i)));
    if (i < width)
        vf32_store_first(row + i, vf32_sigmoid(vf32_load_first(raw + i, width - i)), width - i);
    for (i = width; i < width + head->mask_count; i++)
        row[i] = raw[i];
    const float x = (float)(cell % grid);
    const float y = (float)(cell / grid);
    row[0] = pk_head_centre(row[0], x, head->stride[level]);
    row[1] = pk_head_centre(row[1], y, head->stride[level]);
    row[2] = pk_head_side(row[2], head->anchor[level][anchor][0]);
    row[3] = pk_head_side(row[3], head->anchor[level][anchor][1]);
}

void PK_JOIN(pk_decode_f32_, PK_ISA)(const pk_call *call, size_t phase, size_t item, void *scratch)
{
    (void)phase;
    (void)scratch;
    const pk_problem *problem = call->problem;
    const pk_cells at = pk_decode_cells(problem, item);
    const size_t width = pk_head_width(problem->as.head), pixel = problem->source[at.level].pixel;
    const float *raw = pk_head_raw(call, at.picture, at.level, at.anchor);
    float *rows = (float *)call->destination + (at.picture * pk_head_rows(problem) + at.first_row) * width;
    for (size_t cell = at.begin; cell < at.end; cell++)
        head_row(problem, at.level, at.anchor, cell, raw + cell * pixel, rows + cell * width);
}

/* Rows of one anchor of one level that exceed the threshold; how many. */
PK_INLINE size_t head_candidates(const pk_call *call, size_t picture, size_t level, size_t anchor, int32_t first_row, float *rows,
                                 int32_t *index)
{
    const pk_problem *problem = call->problem;
    const pk_thresholds *at = call->parameters;
    const size_t width = pk_head_width(problem->as.head), pixel = problem->source[level].pixel;
    const float *raw = pk_head_raw(call, picture, level, anchor);
    size_t count = 0;
    for (size_t cell = 0; cell < pk_pixels(&problem->source[level]); cell++, raw += pixel) {
        if (!(raw[4] >= at->raw)) /* almost always; NaN too */
            continue;
        float *row = rows + count * width;
        head_row(problem, level, anchor, cell, raw, row);
        if (!(row[4] > at->threshold))
            continue;
        index[count++] = first_row + (int32_t)cell;
    }
    return count;
}

void PK_JOIN(pk_candidates_f32_, PK_ISA)(const pk_call *call, size_t phase, size_t item, void *scratch)
{
    (void)phase;
    (void)scratch;
    const pk_problem *problem = call->problem;
    const pk_found *found = call->destination;
    const size_t width = pk_head_width(problem->as.head), all = pk_head_rows(problem);
    float *rows = found->rows + item * all * width;
    int32_t *index = found->index + item * all;
    size_t count = 0, first_row = 0;
    for (size_t l = 0; l < problem->source_count; l++)
        for (size_t a = 0; a < problem->as.head->anchor_count; a++) {
            count += head_candidates(call, item, l, a, (int32_t)first_row, rows + count * width, index + count);
            first_row += pk_pixels(&problem->source[l]);
        }
    found->count[item] = count;
    found->not_finite[item] = count == 0 ? pk_count_not_finite(call, item) : 0;
}
