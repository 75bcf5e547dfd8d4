/* SPDX-License-Identifier: Apache-2.0 */
/* Tile registers on a processor without them: each of their instructions traps, is decoded, and
 * done here in plain C (Intel 64 manual, volume 1, "Programming with Intel AMX"; volume 2, TDPBUSD,
 * TDPBF16PS). So what is checked is the code that the compiler made: memory holds at each
 * instruction what the processor would find there. What it would refuse ends the program. */
#define _GNU_SOURCE 1 /* REG_RIP */
#include "kernels/check.h"
#include "kernels/simd/amx.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

static struct {
    bool is_configured;
    amx_shapes shapes;
    unsigned char data[8][16][64];
} amx;

static void amx_expect(bool is_so, const char *what)
{
    if (is_so)
        return;
    printf("FAILED tile registers: %s\n", what);
    abort();
}

static void emulate_configure(const amx_shapes *shapes)
{
    amx_expect(shapes->palette == 1 && shapes->start_row == 0, "palette or first row");
    for (size_t t = 0; t < 16; t++) {
        const size_t rows = shapes->rows[t], size = shapes->row_size[t];
        amx_expect(rows <= 16 && size <= 64 && (rows == 0) == (size == 0), "a shape");
        amx_expect(t < 8 || rows == 0, "there are eight");
    }
    memset(&amx, 0, sizeof amx);
    amx.is_configured = true;
    amx.shapes = *shapes;
}

static void emulate_release(void)
{
    memset(&amx, 0, sizeof amx);
}

static void amx_use(size_t tile)
{
    amx_expect(amx.is_configured && amx.shapes.rows[tile] > 0,
               "a register that was not configured");
}

static void emulate_load(size_t tile, const void *from, size_t step)
{
    amx_use(tile);
    memset(amx.data[tile], 0, sizeof amx.data[tile]);
    for (size_t r = 0; r < amx.shapes.rows[tile]; r++)
        memcpy(amx.data[tile][r], (const unsigned char *)from + r * step,
               amx.shapes.row_size[tile]);
}

static void emulate_store(size_t tile, void *to, size_t step)
{
    amx_use(tile);
    for (size_t r = 0; r < amx.shapes.rows[tile]; r++)
        memcpy((unsigned char *)to + r * step, amx.data[tile][r], amx.shapes.row_size[tile]);
}

static void amx_fit(size_t sums, size_t rows, size_t columns)
{
    amx_use(sums);
    amx_use(rows);
    amx_use(columns);
    amx_expect(amx.shapes.rows[sums] == amx.shapes.rows[rows] &&
                   amx.shapes.row_size[sums] == amx.shapes.row_size[columns] &&
                   amx.shapes.row_size[rows] % 4 == 0 &&
                   amx.shapes.row_size[rows] / 4 == amx.shapes.rows[columns],
               "shapes that do not fit each other");
}

static int32_t amx_four(const unsigned char *bytes, const unsigned char *signed_bytes)
{
    int32_t sum = 0;
    for (size_t i = 0; i < 4; i++)
        sum += bytes[i] * (int8_t)signed_bytes[i];
    return sum;
}

static float amx_half(const unsigned char *at)
{
    uint16_t half;
    memcpy(&half, at, sizeof half);
    const uint32_t bits = (uint32_t)half << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void emulate_add_u8s8(size_t sums, size_t rows, size_t columns)
{
    amx_fit(sums, rows, columns);
    for (size_t m = 0; m < amx.shapes.rows[sums]; m++)
        for (size_t n = 0; n < amx.shapes.row_size[sums] / 4u; n++)
            for (size_t k = 0; k < amx.shapes.rows[columns]; k++) {
                int32_t sum;
                memcpy(&sum, &amx.data[sums][m][4 * n], sizeof sum);
                sum += amx_four(&amx.data[rows][m][4 * k], &amx.data[columns][k][4 * n]);
                memcpy(&amx.data[sums][m][4 * n], &sum, sizeof sum);
            }
}

static void emulate_add_bf16(size_t sums, size_t rows, size_t columns)
{
    amx_fit(sums, rows, columns);
    for (size_t m = 0; m < amx.shapes.rows[sums]; m++)
        for (size_t n = 0; n < amx.shapes.row_size[sums] / 4u; n++)
            for (size_t k = 0; k < amx.shapes.rows[columns]; k++)
                for (size_t i = 0; i < 4; i += 2) {
                    float sum;
                    memcpy(&sum, &amx.data[sums][m][4 * n], sizeof sum);
                    sum += amx_half(&amx.data[rows][m][4 * k + i]) *
                           amx_half(&amx.data[columns][k][4 * n + i]);
                    memcpy(&amx.data[sums][m][4 * n], &sum, sizeof sum);
                }
}

/* One of the instructions: a VEX prefix of three bytes, the opcode, and its operands. */
typedef struct instruction {
    unsigned prefix, opcode; /* 0: none, 1: 66, 2: f3, 3: f2 */
    size_t reg, rm, third, size;
    bool is_memory;
    const unsigned char *address; /* without the index */
    size_t step;                  /* the index */
} instruction;

static size_t general_register(const ucontext_t *at, size_t number)
{
    static const int order[] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
                                REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                REG_R12, REG_R13, REG_R14, REG_R15};
    return (size_t)at->uc_mcontext.gregs[order[number]];
}

/* Memory by a base, an index or none, and an offset of 0, 1 or 4 bytes; forms without a base are
 * none that a compiler needs here. */
static bool decode_memory(instruction *to, const ucontext_t *at, const unsigned char *code,
                          size_t mode)
{
    const size_t base_high = (code[1] & 0x20) == 0 ? 8 : 0,
                 index_high = (code[1] & 0x40) == 0 ? 8 : 0;
    size_t base = to->rm, used = 5;
    if (base == 4) {
        const size_t sib = code[used++], index = (sib >> 3 & 7) + index_high;
        base = sib & 7;
        to->step = index == 4 ? 0 : general_register(at, index) << (sib >> 6);
    }
    if (mode == 0 && base == 5)
        return false;
    int32_t offset = 0;
    if (mode == 1)
        offset = (int8_t)code[used];
    else if (mode == 2)
        memcpy(&offset, code + used, sizeof offset);
    to->size = used + (mode == 1 ? 1 : mode == 2 ? 4 : 0);
    to->address = (const unsigned char *)(uintptr_t)(general_register(at, base + base_high) +
                                                     (size_t)(ptrdiff_t)offset);
    return true;
}

static bool decode(instruction *to, const ucontext_t *at)
{
    const unsigned char *code = (const unsigned char *)(uintptr_t)at->uc_mcontext.gregs[REG_RIP];
    if (code[0] != 0xc4 || (code[1] & 0x1f) != 2 || (code[2] & 0x84) != 0)
        return false;
    const size_t mode = code[4] >> 6;
    *to = (instruction){.prefix = code[2] & 3,
                        .opcode = code[3],
                        .reg = code[4] >> 3 & 7,
                        .rm = code[4] & 7,
                        .third = ~code[2] >> 3 & 7,
                        .size = 5,
                        .is_memory = mode != 3};
    return mode == 3 || decode_memory(to, at, code, mode);
}

static bool emulate(const instruction *in)
{
    switch (in->opcode << 8 | in->prefix << 4 | in->is_memory) {
    case 0x4901: {
        amx_shapes shapes;
        memcpy(&shapes, in->address, sizeof shapes);
        emulate_configure(&shapes);
        return true;
    }
    case 0x4900:
        emulate_release();
        return true;
    case 0x4b31:
        emulate_load(in->reg, in->address, in->step);
        return true;
    case 0x4b21:
        emulate_store(in->reg, (unsigned char *)(uintptr_t)in->address, in->step);
        return true;
    case 0x5e10:
        emulate_add_u8s8(in->reg, in->rm, in->third);
        return true;
    case 0x5c20:
        emulate_add_bf16(in->reg, in->rm, in->third);
        return true;
    default:
        return false;
    }
}

static void trapped(int number, siginfo_t *about, void *context)
{
    (void)about;
    ucontext_t *at = context;
    instruction in;
    if (!decode(&in, at) || !emulate(&in))
        signal(number, SIG_DFL); /* not one of these: it traps again, and ends the program */
    else
        at->uc_mcontext.gregs[REG_RIP] += (greg_t)in.size;
}

void pt_amx_emulate(void)
{
    struct sigaction action = {.sa_sigaction = trapped, .sa_flags = SA_SIGINFO};
    if (sigaction(SIGILL, &action, NULL) != 0)
        abort();
}
