/* SPDX-License-Identifier: Apache-2.0 */
/* Checkpoints made in memory, read from there. */
#ifndef PT_PARSED_H
#define PT_PARSED_H

#include "small_model.h"
#include "weights/module.h"

typedef struct opened {
    pw_weights weights;
    pawl_error error;
    pawl_status status;
    char names[1024];
} opened;

static inline opened parse(const mk_buffer *file)
{
    opened made;
    memset(&made, 0, sizeof made);
    made.status = pw_weights_parse(file->data, file->size, "small.pt", &made.weights, &made.error);
    for (size_t i = 0; made.status >= 0 && i < made.weights.tensor_count; i++) {
        strcat(made.names, made.weights.tensors[i]->name);
        strcat(made.names, " ");
    }
    return made;
}

static inline void is_refused(opened made, mk_buffer *file, pawl_status status, const char *what)
{
    assert_int_equal(made.status, status);
    if (strstr(made.error.message, what) == NULL)
        fail_msg("'%s' is not in: %s", what, made.error.message);
    assert_true(made.error.offset <= file->size);
    pw_arena_free(&made.weights.arena);
    mk_free(file);
}

#endif
