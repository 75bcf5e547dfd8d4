/* SPDX-License-Identifier: Apache-2.0 */
/* Few enough to look through; moved to the front when used. */
#include "runtime/programs.h"

#include <string.h>

static void release_from(pw_programs *programs, const pw_backend *backend, size_t first)
{
    for (size_t i = first; i < PW_PROGRAMS_COUNT && programs->at[i] != NULL; i++) {
        backend->release(programs->at[i]);
        programs->at[i] = NULL;
    }
}

static void put_first(pw_programs *programs, pw_program *program, size_t place)
{
    memmove(&programs->at[1], &programs->at[0], place * sizeof(programs->at[0]));
    programs->at[0] = program;
}

/* The forms of a context never change. */
static bool is_of(const pw_program *program, const pw_lowering *lowering)
{
    return program->lowering.batch == lowering->batch &&
           program->lowering.height == lowering->height &&
           program->lowering.width == lowering->width;
}

/* Makes room for one more behind which the others stay. */
static void trim(pw_programs *programs, const pw_backend *backend)
{
    size_t kept = 0;
    for (size_t i = 0; i < PW_PROGRAMS_COUNT && programs->at[i] != NULL; i++) {
        const size_t size = programs->at[i]->memory_size;
        if (i == PW_PROGRAMS_COUNT - 1 || size > PW_PROGRAMS_MEMORY - kept) {
            release_from(programs, backend, i);
            return;
        }
        kept += size;
    }
}

pawl_status pw_programs_use(pw_programs *programs, const pw_backend *backend,
                            pw_device_plan *device, const pw_lowering *lowering, pawl_error *error)
{
    for (size_t i = 0; i < PW_PROGRAMS_COUNT && programs->at[i] != NULL; i++)
        if (is_of(programs->at[i], lowering)) {
            put_first(programs, programs->at[i], i);
            return PAWL_OK;
        }
    pw_program *made = NULL;
    pw_lowering wanted = *lowering;
    wanted.sibling = programs->at[0];
    pawl_status status = backend->lower(device, &wanted, &made, error);
    const bool is_room_short = status == PAWL_ERR_MEMORY || status == PAWL_ERR_DEVICE;
    if (is_room_short && programs->at[1] != NULL) {
        release_from(programs, backend, 1);
        status = backend->lower(device, &wanted, &made, error);
    }
    PW_TRY(status);
    made->lowering.sibling = NULL; /* it may go before this one */
    trim(programs, backend);
    put_first(programs, made, PW_PROGRAMS_COUNT - 1);
    return PAWL_OK;
}

void pw_programs_free(pw_programs *programs, const pw_backend *backend)
{
    release_from(programs, backend, 0);
}
