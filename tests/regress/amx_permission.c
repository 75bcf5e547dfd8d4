/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at the machine asks for no tile registers: the permission would enlarge every signal
 * frame of the program. Skipped (77) where the processor or the kernel has none to give. */
#define _GNU_SOURCE 1 /* syscall */
#include <pawl/pawl.h>

#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SKIPPED       77
#define GET_SUPPORTED 0x1021 /* ARCH_GET_XCOMP_SUPP of arch_prctl(2) */
#define GET_PERMITTED 0x1022 /* ARCH_GET_XCOMP_PERM */
#define TILE_DATA     18

#if defined(SYS_arch_prctl)
static int has_tiles(int question)
{
    uint64_t states = 0;
    return syscall(SYS_arch_prctl, question, &states) == 0 && (states >> TILE_DATA & 1u) != 0;
}
#endif

static void ignore(void *user, const char *text)
{
    (void)user;
    (void)text;
}

int main(void)
{
#if defined(SYS_arch_prctl)
    pawl_machine_info machine = {.struct_size = sizeof machine};
    if (!has_tiles(GET_SUPPORTED)) {
        puts("skipped: no tile registers here");
        return SKIPPED;
    }
    if (has_tiles(GET_PERMITTED)) {
        puts("skipped: they were permitted before the program began");
        return SKIPPED;
    }
    if (pawl_machine_info_get(&machine) < 0 || pawl_max_isa_set("amx") < 0)
        return 1;
    pawl_backends_report(ignore, NULL);
    if (has_tiles(GET_PERMITTED)) {
        printf("a look at the machine (%s) asked for tile registers\n", machine.isa);
        return 1;
    }
    return 0;
#else
    (void)ignore;
    return SKIPPED;
#endif
}
