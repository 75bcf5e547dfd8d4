/* SPDX-License-Identifier: Apache-2.0 */
/* Raw maps of heads on the host -> what a program shows: for backends that leave the heads to us. */
#ifndef PW_DECODER_H
#define PW_DECODER_H

#include "backend/binding.h"
#include "lower/schedule.h"

typedef struct pw_decoder {
    pk_head head;
    pk_problem problem;
    pk_needs needs;
    pk_thresholds thresholds;
    pk_found found;
    pk_call call;
} pw_decoder;

/*
 * For a program whose outputs are bound, in form DECODED or CANDIDATES. maps[l]: N x H x W x C, PK_F32, of level l, shapes[l]; they, the rows and the
 * arena outlive the decoder. isa: what may be used. PAWL_ERR_MEMORY.
 */
pawl_status pw_decoder_make(const pw_program *program, const pw_layer *layer, const pw_shape *shapes, void *const *maps, const pw_rows *rows,
                            uint32_t isa, pw_arena *arena, pw_decoder *decoder, pawl_error *error) PW_NODISCARD;
/* All pictures of the batch; fills in the program's candidates. */
void pw_decoder_run(pw_decoder *decoder, const pw_program *program, float threshold);

#endif
