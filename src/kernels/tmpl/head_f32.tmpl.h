/* SPDX-License-Identifier: Apache-2.0 */
/* The detection head: decode and candidates. Needs a simd_*.h and PK_NAME(op). Both make a row by
 * the same code, bit for bit. */

PK_INLINE size_t PK_NAME(head_width)(const pk_head_args *args)
{
    return args->class_count + 5 + args->mask_count;
}

/* One row from the raw values of a cell. */
PK_INLINE void PK_NAME(head_row)(const pk_head_args *args, const float *raw, size_t cell,
                                 float *row)
{
    const size_t width = args->class_count + 5;
    size_t i = 0;
    for (; i + VF32_LANES <= width; i += VF32_LANES)
        vf32_store(row + i, vf32_sigmoid(vf32_load(raw + i)));
    if (i < width)
        vf32_store_first(row + i, vf32_sigmoid(vf32_load_first(raw + i, width - i)), width - i);
    for (i = width; i < width + args->mask_count; i++)
        row[i] = raw[i];
    const float x = (float)(cell % args->grid_width);
    const float y = (float)(cell / args->grid_width);
    row[0] = (2.0f * row[0] - 0.5f + x) * args->stride;
    row[1] = (2.0f * row[1] - 0.5f + y) * args->stride;
    row[2] = 4.0f * row[2] * row[2] * args->anchor[0];
    row[3] = 4.0f * row[3] * row[3] * args->anchor[1];
}

void PK_NAME(decode_f32)(const pk_head_args *args)
{
    const size_t width = PK_NAME(head_width)(args);
    for (size_t cell = args->cell_begin; cell < args->cell_end; cell++)
        PK_NAME(head_row)
        (args, args->raw + cell * args->raw_stride, cell, args->rows + cell * width);
}

size_t PK_NAME(candidates_f32)(const pk_head_args *args)
{
    const size_t width = PK_NAME(head_width)(args);
    size_t count = 0;
    for (size_t cell = args->cell_begin; cell < args->cell_end; cell++) {
        const float *raw = args->raw + cell * args->raw_stride;
        if (!(raw[4] >= args->raw_threshold)) /* almost always; NaN too */
            continue;
        float *row = args->rows + count * width;
        PK_NAME(head_row)(args, raw, cell, row);
        if (!(row[4] > args->threshold))
            continue;
        args->index[count] = args->first_index + (int32_t)cell;
        count++;
    }
    return count;
}
