/* SPDX-License-Identifier: Apache-2.0 */
/* The machine's peak, by the clock: the best of many short turns, so that what interrupts one costs
 * nothing. */
#include "base/cpu_info.h"
#include "base/desc.h"
#include "base/memory.h"
#include "base/os.h"
#include "kernels/probe/probe.h"
#include <pawl/profile.h>

#define HALF_NS   25000000u          /* for each of the two */
#define TURN_NS   500000.0           /* of multiply-adds */
#define READ_SIZE ((size_t)64 << 20) /* beyond a core's share of any cache */
#define PIECE     ((size_t)4 << 20)  /* of a turn: at other places each time */

/* What was computed must be wanted by somebody. */
static volatile float sink;

static double best_gflops(const pk_probe *probe)
{
    const uint64_t end = pw_os_clock_ns() + HALF_NS;
    size_t rounds = 1000;
    double best = 0;
    do {
        const uint64_t start = pw_os_clock_ns();
        sink = probe->multiply_add(rounds);
        const double taken = (double)(pw_os_clock_ns() - start) + 1;
        const double rate = (double)(rounds * probe->flops) / taken;
        best = rate > best ? rate : best;
        if (taken < TURN_NS)
            rounds *= 2;
    } while (pw_os_clock_ns() < end);
    return best;
}

static double best_gigabytes(const pk_probe *probe, const float *values)
{
    const uint64_t end = pw_os_clock_ns() + HALF_NS;
    double best = 0;
    size_t at = 0;
    do {
        const uint64_t start = pw_os_clock_ns();
        sink = probe->read(values + at / sizeof(float), PIECE / sizeof(float));
        const double rate = (double)PIECE / ((double)(pw_os_clock_ns() - start) + 1);
        best = rate > best ? rate : best;
        at = (at + PIECE) % READ_SIZE;
    } while (pw_os_clock_ns() < end);
    return best;
}

pawl_status pawl_machine_probe(pawl_probe_info *info, pawl_error *error)
{
    pawl_probe_info made = PAWL_PROBE_INFO_INIT;
    const pk_probe *probe = pk_probe_select(pw_isa_mask());
    PW_TRY(pw_desc_answer(info, &made, sizeof(made), "pawl_probe_info", error));
    float *values PW_AUTO_FREE = pw_calloc(READ_SIZE / sizeof(float), sizeof(float));
    if (values == NULL)
        return pw_fail_memory(error, "the probe of memory", READ_SIZE);
    made.gflops = best_gflops(probe);
    made.gigabytes = best_gigabytes(probe, values);
    return pw_desc_answer(info, &made, sizeof(made), "pawl_probe_info", error);
}
