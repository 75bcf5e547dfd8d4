/* SPDX-License-Identifier: Apache-2.0 */
/* The tiny model, up to a context on a backend (the reference's, if none is named); pictures for detectors on it. */
#ifndef PT_CHAIN_H
#define PT_CHAIN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/tiny_model.h"

#include <pawl/job.h>

#include <stdlib.h>
#include <string.h>

typedef struct chain {
    pawl_plan *plan;
    pawl_runtime *runtime;
    pawl_engine *engine;
    pawl_context *context;
} chain;

static inline pawl_context_desc small_context(void)
{
    pawl_context_desc desc = PAWL_CONTEXT_DESC_INIT;
    desc.threads = 2;
    desc.batch = 1;
    desc.height = 32;
    desc.width = 32;
    return desc;
}

static inline void drop_chain(chain *c)
{
    (void)pawl_context_destroy(&c->context);
    (void)pawl_engine_destroy(&c->engine);
    (void)pawl_runtime_destroy(&c->runtime);
    (void)pawl_plan_destroy(&c->plan);
}

static inline pawl_status make_chain_on(const char *backend, chain *c, const pawl_context_desc *desc,
                                        pawl_error *error)
{
    *c = (chain){NULL, NULL, NULL, NULL};
    pawl_status status = pt_tiny_plan(backend, &c->plan, error);
    if (status >= 0)
        status = pawl_runtime_create(NULL, &c->runtime, error);
    if (status >= 0)
        status = pawl_engine_create(c->runtime, c->plan, &c->engine, error);
    if (status >= 0)
        status = pawl_context_create(c->engine, desc, &c->context, error);
    if (status < 0)
        drop_chain(c);
    return status;
}

static inline pawl_status make_chain(chain *c, const pawl_context_desc *desc, pawl_error *error)
{
    return make_chain_on("reference", c, desc, error);
}

/* The same picture for a seed, whatever lies beside it in the batch. */
static inline void fill_picture(pawl_context *context, size_t picture, uint64_t seed)
{
    pawl_tensor input;
    assert_int_equal(pawl_context_input(context, &input, NULL), PAWL_OK);
    assert_true((int64_t)picture < input.dims[0]);
    const size_t count = input.size / (size_t)input.dims[0] / pawl_dtype_size(input.dtype);
    for (size_t i = 0; i < count; i++) {
        const float value = 0.5f * (pt_uniform(&seed) + 1.0f);
        if (input.dtype == PAWL_F32)
            ((float *)input.data)[picture * count + i] = value;
        else
            ((uint8_t *)input.data)[picture * count + i] = (uint8_t)(255.0f * value);
    }
}

/* A context as a detector needs it. */
static inline pawl_context_desc detector_context(int32_t batch)
{
    pawl_context_desc desc = small_context();
    desc.batch = batch;
    desc.height = 64;
    desc.width = 64;
    desc.input = PAWL_INPUT_U8_NHWC;
    desc.output = PAWL_OUTPUT_CANDIDATES;
    return desc;
}

static inline pawl_image *make_image(int32_t width, int32_t height, uint64_t seed)
{
    uint8_t *pixels = malloc((size_t)width * (size_t)height * 3);
    for (size_t i = 0; i < (size_t)width * (size_t)height * 3; i++)
        pixels[i] = (uint8_t)(127.5f * (pt_uniform(&seed) + 1.0f));
    const pawl_image_view view = {width, height, (size_t)width * 3, pixels};
    pawl_image *image = NULL;
    assert_int_equal(pawl_image_create(&view, &image, NULL), PAWL_OK);
    free(pixels);
    return image;
}

#endif
