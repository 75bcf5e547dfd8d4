/* SPDX-License-Identifier: Apache-2.0 */
/* Weights of one tensor in a file, and the tiny network as if it came from them: it pins them. */
#ifndef PT_TINY_WEIGHTS_H
#define PT_TINY_WEIGHTS_H

#include "support/tiny_model.h"
#include "weights/module.h"

#include <stdlib.h>
#include <unistd.h>

/* path ends in XXXXXX, which becomes the file's own; unlink() it. */
static inline bool pt_weights_write(char *path)
{
    static const char text[] = "1\nmodel.0.weight 3  3f800000 40000000 c0000000\n";
    const int file = mkstemp(path);
    if (file < 0)
        return false;
    const bool is_written = write(file, text, sizeof(text) - 1) == (ssize_t)(sizeof(text) - 1);
    return close(file) == 0 && is_written;
}

static inline pawl_status pt_weights_network(pawl_weights *handle, pawl_network **out, pawl_error *error)
{
    pw_object *weights PW_USING = NULL;
    pw_network network = {.layer_count = 0};
    pw_network_object *made PW_MAKING = NULL;
    PW_TRY(pw_object_use(handle, &pw_weights_type, &weights, error));
    PW_TRY(pt_tiny_network(&network, error));
    const pawl_status status = pw_network_object_make(weights, &network, &made, error);
    pw_network_free(&network);
    PW_TRY(status);
    *out = pw_object_publish(PW_TAKE(made));
    return PAWL_OK;
}

#endif
