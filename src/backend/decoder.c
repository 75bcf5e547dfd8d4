/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding is one call of a kernel, as in the CPU backend's programs. */
#include "backend/decoder.h"

pawl_status pw_decoder_make(const pw_program *program, const pw_layer *layer,
                            const pw_shape *shapes, void *const *maps, const pw_rows *rows,
                            uint32_t isa, pw_arena *arena, pw_decoder *decoder, pawl_error *error)
{
    const bool is_decoded = program->lowering.output == PAWL_OUTPUT_DECODED;
    const size_t batch = (size_t)program->lowering.batch;
    *decoder = (pw_decoder){.head = pw_kernel_head(&layer->as.detect)};
    pk_problem *problem = &decoder->problem;
    *problem = (pk_problem){.op = is_decoded ? PK_DECODE : PK_CANDIDATES,
                            .source_count = (size_t)layer->as.detect.level_count,
                            .as.head = &decoder->head,
                            .workers = 1};
    for (size_t l = 0; l < problem->source_count; l++) {
        const size_t channels = (size_t)shapes[l].channels;
        problem->source[l] = pk_tensor_nhwc(PK_F32, batch, channels, (size_t)shapes[l].height,
                                            (size_t)shapes[l].width, channels);
        decoder->call.source[l] = maps[l];
    }
    problem->destination = pk_tensor_nhwc(PK_F32, batch, rows->width, rows->count, 1, rows->width);
    const pk_implementation *implementation = pk_select(isa, problem); /* generic takes any head */
    const pk_machine machine = {.isa = isa};
    implementation->plan(implementation, problem, &machine, &decoder->needs);
    size_t *counts = pw_arena_array(arena, batch, sizeof(size_t));
    if (counts == NULL)
        return pw_fail_memory(error, "the candidates", batch * sizeof(size_t));
    decoder->found = (pk_found){rows->values, rows->index, counts, program->not_finite};
    decoder->call.implementation = implementation;
    decoder->call.problem = problem;
    decoder->call.needs = &decoder->needs;
    decoder->call.destination = is_decoded ? (void *)rows->values : (void *)&decoder->found;
    decoder->call.parameters = &decoder->thresholds;
    return PAWL_OK;
}

void pw_decoder_run(pw_decoder *decoder, const pw_program *program, float threshold)
{
    decoder->thresholds =
        (pk_thresholds){.threshold = threshold, .raw = pw_raw_threshold(threshold)};
    pk_run_all(&decoder->call, NULL);
    for (int32_t n = 0; n < program->lowering.batch && program->candidates != NULL; n++)
        program->candidates[n].count = decoder->found.count[n];
}
