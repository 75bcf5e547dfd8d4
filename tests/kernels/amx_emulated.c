/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of AMX with tile registers in plain C: all of them but the instructions themselves is
 * checked on any processor with AVX-512. */
#define PK_AMX_EMULATED
#define pk_amx_leave                emulated_leave
#define pk_conv_u8s8_u8_32x32_amx   emulated_u8s8_u8
#define pk_conv_u8s8_f32_32x32_amx  emulated_u8s8_f32
#define pk_conv_bf16_f32_32x32_amx  emulated_bf16_f32
#define pk_conv_bf16_bf16_32x32_amx emulated_bf16_bf16
#include "../../src/kernels/conv/dot_amx.c"

#include "kernels/check.h"

bool pt_amx_emulate(const pk_implementation *row, pk_implementation *emulated)
{
    static const struct {
        const char *name;
        void (*run)(const pk_tile_args *args);
    } known[] = {{"conv_u8s8_u8_amx_32x32", emulated_u8s8_u8},
                 {"conv_u8s8_f32_amx_32x32", emulated_u8s8_f32},
                 {"conv_bf16_f32_amx_32x32", emulated_bf16_f32},
                 {"conv_bf16_bf16_amx_32x32", emulated_bf16_bf16}};
    static pk_tile tile;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(row->name, known[i].name) == 0) {
            tile = *(const pk_tile *)row->variant;
            tile.run = known[i].run;
            *emulated = *row;
            emulated->variant = &tile;
            emulated->leave = emulated_leave;
            return true;
        }
    return false;
}
