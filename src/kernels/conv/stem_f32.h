/* SPDX-License-Identifier: Apache-2.0 */
/* Stems in floats on the vector vocabulary included before this: PK_STEM_FLOATS(mr, nr, isa). */
#ifndef PK_STEM_FLOATS_H
#define PK_STEM_FLOATS_H

#include "kernels/conv/each.h"
#include "kernels/conv/finish.h"
#include "kernels/conv/stem.h"

typedef vf32 vdot, vdot_rows, vdot_words;
#define VDOT_LANES      VF32_LANES
#define VDOT_WORDS_SIZE (VF32_LANES * 4)

PK_INLINE vdot vdot_load(const void *p) { return vf32_load(p); }
PK_INLINE void vdot_store(void *p, vdot sums) { vf32_store(p, sums); }
PK_INLINE vdot_words vdot_words_load(const void *p) { return vf32_load(p); }
PK_INLINE vdot_rows vdot_four(const void *p) { return vf32_set1(*(const float *)p); }
PK_INLINE vdot vdot_add(vdot sums, vdot_rows rows, vdot_words words) { return vf32_fma(rows, words, sums); }

#define PK_STEM_TO(to, mr, nr, isa)                         \
    void pk_stem_f32_##to##_##isa(const pk_tile_args *args)   \
    {                                                         \
        float all[(mr) * (nr)] __attribute__((aligned(64)));  \
        sums(args, args->bias, all);                          \
        finish_##to(args, all, nr);                           \
    }

#define PK_STEM_FLOATS(mr, nr, isa)                                                                  \
    void pk_stem_fill_f32_##isa(const uint8_t *restrict bytes, size_t count, void *elements)      \
    {                                                                                             \
        float *restrict to = elements;                                                            \
        for (size_t i = 0; i < count; i++)                                                        \
            to[i] = (float)bytes[i];                                                              \
    }                                                                                             \
                                                                                                  \
    PK_STEM_TO(f32, mr, nr, isa)                                                                  \
    PK_STEM_TO(f16, mr, nr, isa)                                                                  \
    PK_STEM_TO(bf16, mr, nr, isa)

#endif
