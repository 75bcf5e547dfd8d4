/* SPDX-License-Identifier: Apache-2.0 */
/* Names of classes: a checkpoint's own, or the caller's. */
#ifndef PW_CLASS_NAMES_H
#define PW_CLASS_NAMES_H

#include "network/network_ir.h"
#include "weights/module.h"

/* The model's names: a list up to v6.2, a dict {int: str} from v7.0, absent in a .wts. Names are but labels: one that is no text becomes what
   Python prints of it, or else, like one that is missing, "class7"; one of no class is left out. Both are said to the log. */
pawl_status pw_names_read(const pw_module *root, const char *file_name, pw_network *network, pawl_error *error) PW_NODISCARD;

/* These instead, one for each class. */
pawl_status pw_names_override(const char *const *names, size_t count, pw_network *network, pawl_error *error) PW_NODISCARD;

#endif
