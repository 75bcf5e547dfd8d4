/* SPDX-License-Identifier: Apache-2.0 */
/* What lies between the convolutions: dwconv, eltwise, maxpool, upsample, input. Needs a simd_*.h,
 * simd_activation.h and PK_NAME(op). */

/* One vector of channels; count is VF32_LANES but for the last. */
PK_INLINE vf32 PK_NAME(load)(const float *p, size_t count)
{
    return PK_LIKELY(count == VF32_LANES) ? vf32_load(p) : vf32_load_first(p, count);
}

PK_INLINE void PK_NAME(store)(float *p, vf32 a, size_t count)
{
    if (PK_LIKELY(count == VF32_LANES))
        vf32_store(p, a);
    else
        vf32_store_first(p, a, count);
}

PK_INLINE size_t PK_NAME(lanes)(size_t at, size_t channels)
{
    return channels - at < VF32_LANES ? channels - at : VF32_LANES;
}

void PK_NAME(dwconv_f32)(const pk_dwconv_f32_args *args)
{
    for (size_t c = 0; c < args->channels; c += VF32_LANES) {
        const size_t count = PK_NAME(lanes)(c, args->channels);
        vf32 sum = PK_NAME(load)(args->bias + c, count);
        for (size_t t = 0; t < args->tap_count; t++)
            sum = vf32_fma(PK_NAME(load)(args->taps[t] + c, count),
                           PK_NAME(load)(args->weights[t] + c, count), sum);
        sum = vf32_activate(sum, args->activation, args->alpha);
        if (args->residual != NULL)
            sum = vf32_add(sum, PK_NAME(load)(args->residual + c, count));
        PK_NAME(store)(args->output + c, sum, count);
    }
}

void PK_NAME(eltwise_f32)(const pk_eltwise_f32_args *args)
{
    for (size_t p = 0; p < args->pixels; p++) {
        const float *input = args->input + p * args->input_stride;
        const float *other = args->other == NULL ? NULL : args->other + p * args->other_stride;
        float *output = args->output + p * args->output_stride;
        for (size_t c = 0; c < args->channels; c += VF32_LANES) {
            const size_t count = PK_NAME(lanes)(c, args->channels);
            vf32 y = PK_NAME(load)(input + c, count);
            if (args->scale != NULL)
                y = vf32_fma(y, PK_NAME(load)(args->scale + c, count),
                             PK_NAME(load)(args->shift + c, count));
            y = vf32_activate(y, args->activation, args->alpha);
            if (other != NULL)
                y = vf32_add(y, PK_NAME(load)(other + c, count));
            PK_NAME(store)(output + c, y, count);
        }
    }
}

/* First and end of the window that starts padding before at * stride, cut to size. */
PK_INLINE void PK_NAME(window)(size_t at, size_t stride, size_t padding, size_t kernel, size_t size,
                               size_t *begin, size_t *end)
{
    const size_t start = at * stride;
    *begin = start > padding ? start - padding : 0;
    *end = start + kernel - padding < size ? start + kernel - padding : size;
}

void PK_NAME(maxpool_f32)(const pk_maxpool_f32_args *args)
{
    for (size_t y = args->row_begin; y < args->row_end; y++) {
        size_t top, bottom;
        PK_NAME(window)
        (y, args->stride[0], args->padding[0], args->kernel[0], args->height, &top, &bottom);
        for (size_t x = 0; x < args->output_width; x++) {
            size_t left, right;
            PK_NAME(window)
            (x, args->stride[1], args->padding[1], args->kernel[1], args->width, &left, &right);
            float *output = args->output + (y * args->output_width + x) * args->output_stride;
            for (size_t c = 0; c < args->channels; c += VF32_LANES) {
                const size_t count = PK_NAME(lanes)(c, args->channels);
                const float *corner =
                    args->input + (top * args->width + left) * args->input_stride + c;
                vf32 most = PK_NAME(load)(corner, count);
                for (size_t i = top; i < bottom; i++) {
                    const float *input =
                        args->input + (i * args->width + left) * args->input_stride + c;
                    for (size_t j = left; j < right; j++, input += args->input_stride)
                        most = vf32_max(PK_NAME(load)(input, count), most);
                }
                PK_NAME(store)(output + c, most, count);
            }
        }
    }
}

void PK_NAME(upsample_f32)(const pk_upsample_f32_args *args)
{
    const size_t factor = args->factor;
    const size_t output_width = args->width * factor;
    for (size_t y = args->row_begin; y < args->row_end; y++) {
        for (size_t x = 0; x < args->width; x++) {
            const float *input = args->input + (y * args->width + x) * args->input_stride;
            float *output =
                args->output + (y * factor * output_width + x * factor) * args->output_stride;
            for (size_t c = 0; c < args->channels; c += VF32_LANES) {
                const size_t count = PK_NAME(lanes)(c, args->channels);
                const vf32 value = PK_NAME(load)(input + c, count);
                for (size_t i = 0; i < factor; i++)
                    for (size_t j = 0; j < factor; j++)
                        PK_NAME(store)
                        (output + (i * output_width + j) * args->output_stride + c, value, count);
            }
        }
    }
}

void PK_NAME(input_f32)(const pk_input_args *args)
{
    const size_t channels = args->channels;
    if (channels == 3 && args->output_stride == 3) { /* the compiler turns this into shuffles */
        const float *restrict red = args->planes;
        const float *restrict green = args->planes + args->plane_size;
        const float *restrict blue = args->planes + 2 * args->plane_size;
        float *restrict output = args->output;
        for (size_t p = args->pixel_begin; p < args->pixel_end; p++) {
            output[3 * p] = red[p];
            output[3 * p + 1] = green[p];
            output[3 * p + 2] = blue[p];
        }
        return;
    }
    for (size_t p = args->pixel_begin; p < args->pixel_end; p++)
        for (size_t c = 0; c < channels; c++)
            args->output[p * args->output_stride + c] = args->planes[c * args->plane_size + p];
}

void PK_NAME(input_u8)(const pk_input_args *args)
{
    const size_t channels = args->channels;
    const uint8_t *restrict input = args->bytes;
    float *restrict output = args->output;
    if (args->mean != NULL) {
        for (size_t p = args->pixel_begin; p < args->pixel_end; p++)
            for (size_t c = 0; c < channels; c++)
                output[p * args->output_stride + c] =
                    ((float)input[p * channels + c] / 255.0f - args->mean[c]) / args->deviation[c];
        return;
    }
    if (args->output_stride == channels) {
        for (size_t i = args->pixel_begin * channels; i < args->pixel_end * channels; i++)
            output[i] = (float)input[i] / 255.0f;
        return;
    }
    for (size_t p = args->pixel_begin; p < args->pixel_end; p++)
        for (size_t c = 0; c < channels; c++)
            output[p * args->output_stride + c] = (float)input[p * channels + c] / 255.0f;
}
