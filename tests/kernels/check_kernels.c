/* SPDX-License-Identifier: Apache-2.0 */
/* Every row of the kernel table under every instruction set of this machine; closes with "N passed,
 * N failed". */
#include "kernels/check.h"

#include <stdarg.h>
#include <string.h>

static size_t passed, failed;

void pt_result(bool is_right, const char *row, const char *format, ...)
{
    if (is_right) {
        passed++;
        return;
    }
    failed++;
    va_list arguments;
    va_start(arguments, format);
    printf("FAILED %s: ", row);
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
}

static void check_row(const pk_row *row)
{
    switch (row->op) {
    case PK_CONV_F32:
        pt_check_conv(row);
        break;
    case PK_DWCONV_F32:
        pt_check_dwconv(row);
        break;
    case PK_ELTWISE_F32:
        pt_check_eltwise(row);
        break;
    case PK_MAXPOOL_F32:
        pt_check_maxpool(row);
        break;
    case PK_UPSAMPLE_F32:
        pt_check_upsample(row);
        break;
    case PK_INPUT_F32:
    case PK_INPUT_U8:
        pt_check_input(row);
        break;
    case PK_DECODE_F32:
        pt_check_decode(row);
        break;
    case PK_CANDIDATES_F32:
        pt_check_candidates(row);
        break;
    case PK_GLOBALPOOL_F32:
        pt_check_globalpool(row);
        break;
    case PK_SHUFFLE_F32:
        pt_check_shuffle(row);
        break;
    case PK_DECONV_F32:
        pt_check_deconv(row);
        break;
    case PK_ATTENTION_F32:
        pt_check_attention(row);
        break;
    case PK_OP_COUNT:
        pt_result(false, row->name, "is of no operation");
        break;
    }
}

/* Under each mask every operation has a row, rows never need what the mask lacks, and are found
 * again by name. */
static void check_dispatch(uint32_t mask)
{
    static const size_t channels[] = {1, 7, 8, 16, 24, 31, 32, 33, 48, 64, 255};
    for (int op = 0; op < PK_OP_COUNT; op++)
        for (size_t i = 0; i < sizeof(channels) / sizeof(channels[0]); i++) {
            const bool is_depthwise = op == PK_DWCONV_F32;
            const pk_problem problem = {.in_channels = is_depthwise ? 1 : channels[i],
                                        .out_channels = is_depthwise ? 1 : channels[i],
                                        .groups = is_depthwise ? channels[i] + 1 : 1,
                                        .kernel = {3, 3},
                                        .stride = {1, 1},
                                        .dilation = {1, 1}};
            const pk_row *row = pk_row_select((pk_op)op, mask, &problem);
            pt_result(row != NULL && row->op == (pk_op)op && (row->isa & ~mask) == 0 &&
                          pk_row_find((pk_op)op, row->name, mask, &problem) == row,
                      "dispatch", "mask %x, operation %d, %zu channels", mask, op, channels[i]);
        }
}

static void check_table(void)
{
    for (size_t i = 0; i < pk_row_count; i++) {
        const pk_row *row = &pk_rows[i];
        pt_result(row->mr <= PK_MAX_MR && row->nr <= PK_MAX_NR &&
                      (row->op != PK_CONV_F32 || row->mr * row->nr > 0),
                  row->name, "tile of %d x %d", row->mr, row->nr);
        for (size_t k = 0; k < i; k++)
            pt_result(strcmp(row->name, pk_rows[k].name) != 0, row->name, "the name occurs twice");
    }
}

int main(void)
{
    static const uint32_t levels[] = {PW_ISA_GENERIC, PW_ISA_SSE41, PW_ISA_AVX2, PW_ISA_AVX512,
                                      PW_ISA_NEON};
    const uint32_t machine = pw_isa_machine();
    uint32_t mask = 0;
    size_t possible = 0, checked = 0;
    check_table();
    for (size_t l = 0; l < sizeof(levels) / sizeof(levels[0]); l++) {
        if ((levels[l] & ~machine) != 0)
            continue;
        mask |= levels[l];
        check_dispatch(mask);
        for (size_t i = 0; i < pk_row_count; i++)
            if (pk_rows[i].isa == levels[l]) {
                check_row(&pk_rows[i]);
                checked++;
            }
    }
    for (size_t i = 0; i < pk_row_count; i++)
        possible += (pk_rows[i].isa & ~machine) == 0;
    pt_result(checked == possible, "the table", "%zu of %zu rows are of a level that is not listed",
              possible - checked, possible);
    printf("%zu passed, %zu failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}
