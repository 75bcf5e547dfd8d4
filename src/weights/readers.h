/* SPDX-License-Identifier: Apache-2.0 */
/* The readers of this room. Each fills in a zeroed pw_weights but for names, hash and file_size,
 * which weights.c does. */
#ifndef PW_READERS_H
#define PW_READERS_H

#include "weights/module.h"
#include "weights/pickle_reader.h"

#define PW_TENSOR_LIMIT ((size_t)1 << 16) /* tensors of a state dictionary */

pawl_status pw_pt_read_zip(const void *data, size_t size, pw_weights *weights,
                           pawl_error *error) PW_NODISCARD;
pawl_status pw_pt_read_legacy(const void *data, size_t size, pw_weights *weights,
                              pawl_error *error) PW_NODISCARD;
pawl_status pw_wts_read(const void *data, size_t size, pw_weights *weights,
                        pawl_error *error) PW_NODISCARD;
/* The same piece by piece; hash and file_size, too. */
pawl_status pw_wts_read_file(pw_os_input *input, pw_weights *weights,
                             pawl_error *error) PW_NODISCARD;

/* The model in a checkpoint: module tree and state dictionary of weights->checkpoint. size: of the
 * file. */
pawl_status pw_modules_read(pw_weights *weights, size_t size, pawl_error *error) PW_NODISCARD;

/* pickle_scan.c: notes the globals of all pickles in a file in pickle, which is zeroed but for kept, file_name and error. The machine is ended, the names
 * stay in kept. */
pawl_status pw_pickle_scan(pw_pickle *pickle, const void *data, size_t size) PW_NODISCARD;

/* What both containers end with: globals and the model. */
pawl_status pw_pt_finish(pw_weights *weights, pw_pickle *pickle, pw_value *top, size_t size,
                         pawl_error *error) PW_NODISCARD;

#endif
