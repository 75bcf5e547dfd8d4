/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a file is, by its first bytes. People hand over the wrong one often, so each kind that was seen has its name here, once; what to do
 * instead depends on what was wanted, and is said by who wanted it.
 */
#ifndef PW_FILE_KIND_H
#define PW_FILE_KIND_H

#include <pawl/file.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum pw_file_kind {
    PW_FILE_UNKNOWN,
    PW_FILE_ZIP,       /* as checkpoints are since torch 1.6 */
    PW_FILE_LEGACY_PT, /* five pickles and the storages */
    PW_FILE_WTS,
    PW_FILE_ENGINE,    /* pawl's */
    PW_FILE_PLAN,      /* TensorRT's */
    PW_FILE_MODEL,     /* of another framework */
    PW_FILE_PICTURE,
    PW_FILE_VIDEO,
    PW_FILE_ARRAY,
    PW_FILE_OTHER      /* nothing that any of us reads */
} pw_file_kind;

typedef struct pw_file_guess {
    pw_file_kind kind;
    const char *what;   /* "an ONNX model"; NULL: unknown */
    const char *remedy; /* what to do with such a file whatever was wanted, or NULL */
} pw_file_guess;

/* From the file's first bytes (64 and more tell all there is to tell but a tar archive: 262) and its whole size. */
pw_file_guess pw_file_guess_of(const void *data, size_t size, uint64_t whole);

/* A file that may be a pickle of its own, of any protocol, whatever else it is: some begin as other kinds do, on purpose. */
bool pw_file_may_be_pickle(const void *data, size_t size);

#endif
