/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The .engine file (docs/engine-format.md). Little-endian throughout; a section begins at a multiple of 64.
 *
 *     0    magic (8) | byte order mark (4) | format version (4) | file size (8) | section count (4) | zeros (28) | checksum (8)
 *     64   section table, a row a section: tag (4) | flags (4) | offset (8) | size (8) | checksum (8)
 *     ...  META, NETW, CNST, then those of TACT and ARTF that there are, and others that a reader may skip
 *
 * The header's checksum covers its first 56 bytes and the section table; a section's covers the section. All are XXH3-64.
 */
#ifndef PW_PLAN_FORMAT_H
#define PW_PLAN_FORMAT_H

#include "base/bytes.h"
#include "network/operator.h"
#include "plan/plan_ir.h"
#include <pawl/limits.h>

#define PW_ENGINE_MAGIC       "\x89PAWL\r\n\x1a" /* catches text-mode transfers, as PNG's does */
#define PW_ENGINE_MAGIC_SIZE  8
#define PW_ENGINE_ORDER       0x01020304u
#define PW_ENGINE_ORDER_OTHER 0x04030201u
#define PW_ENGINE_VERSION     5
#define PW_ENGINE_TYPED       5 /* from here on constants are stored in their types */
#define PW_ENGINE_OLDEST      1
#define PW_ENGINE_ALIGNMENT   64
#define PW_ENGINE_HEADER_SIZE 64
#define PW_ENGINE_VERSION_AT  12
#define PW_ENGINE_ZEROS_AT    28
#define PW_ENGINE_SUM_AT      56 /* of the header's own checksum */
#define PW_ENGINE_COUNT_AT    24 /* of the number of sections */
#define PW_ENGINE_ROW_SIZE    32
#define PW_ENGINE_OPTIONAL    1u /* flag of a section: who does not know it may skip it */
#define PW_ENGINE_NO_CONSTANT \
    UINT64_MAX /* where a layer has none, e.g. a convolution without bias */

/* What a file may hold at most; every count is checked against these before anything is multiplied
 * or allocated. */
#define PW_ENGINE_MAX_TEXT      4096
#define PW_ENGINE_MAX_TACTICS   (8 * PW_MAX_LAYERS)
#define PW_ENGINE_MAX_ARTIFACTS 64
#define PW_ENGINE_MAX_SECTIONS  32

/* tag, flags. Formats 1 and 2 have all of them, without flags. */
#define PW_SECTION_MAP(X)                                                                                              \
    X(META, "META", 0)                       /* model, names, profile, options, source, version, backend, precision */ \
    X(NETWORK, "NETW", 0)                    /* tensors and layers */                                                  \
    X(CONSTANTS, "CNST", 0)                  /* arrays in the order of the layers, each at a multiple of 64 */         \
    X(TACTICS, "TACT", PW_ENGINE_OPTIONAL)   /* what was timed, by machine and problem; only if there is any */        \
    X(ARTIFACTS, "ARTF", PW_ENGINE_OPTIONAL) /* opaque bytes of backends, each at a multiple of 64; only if there are any */

typedef enum pw_section {
#define PW_SECTION_ENUM(name, tag, flags) PW_SECTION_##name,
    PW_SECTION_MAP(PW_SECTION_ENUM)
#undef PW_SECTION_ENUM
        PW_SECTION_COUNT
} pw_section;

/* Constants are used as they lie in the file. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "engines are little-endian, and so must be the machine");

/* The four letters that stand for a section in the table and in messages, and its flags. */
const char *pw_section_tag(pw_section section);
uint32_t pw_section_flags(pw_section section);

typedef struct pw_engine_layout {
    uint32_t version;
    bool has[PW_SECTION_COUNT];
    size_t offset[PW_SECTION_COUNT], size[PW_SECTION_COUNT];
} pw_engine_layout;

/* Magic, version, sizes, bounds, padding and all checksums; fills *layout. See pawl_plan_load() for
 * what it returns. */
pawl_status pw_engine_verify(const uint8_t *data, size_t size, pw_engine_layout *layout,
                             pawl_error *error) PW_NODISCARD;
/* What of that an engine's first bytes tell, PW_OS_HEAD_SIZE or all of them. size: of the file. */
pawl_status pw_engine_verify_head(const uint8_t *head, size_t head_size, uint64_t size,
                                  pawl_error *error) PW_NODISCARD;

/* Rows of pw_tensor, and of pw_plan's profile and options, in the order of the file. */
typedef struct pw_field_list {
    const pw_field *fields;
    size_t count;
} pw_field_list;
pw_field_list pw_tensor_fields(void);
pw_field_list pw_plan_fields(void);

/* Fills in zeros: least and most as the optimum, one context. */
void pw_profile_complete(pw_profile *profile);
/* NULL where the profile, filled in, makes sense, else what is wrong with it. */
const char *pw_profile_fault(const pw_profile *profile, int32_t max_stride);

/* Below 0, 0 or above 0: the order of rows in a file, by machine, then problem. */
int pw_tactic_compare(const pw_tactic *a, const pw_tactic *b);
/* The type that a constant has in a file; of any but float32 it is made from the slot's, and made floats of again. scales: of the layer's integers, a
   value a channel; else NULL. */
pawl_dtype pw_constant_stored(const pw_constant *constant, uint32_t version);
void pw_constant_store(const pw_constant *constant, const float *scales, void *stored);
void pw_constant_restore(const pw_constant *constant, const float *scales, const void *stored, float *values);
/* Bytes of the section that holds them all. */
size_t pw_constant_stored_size(pw_network *network);

/* Makes an empty plan, and at the end of making the texts that pawl_plan_layer_get() shows. */
pawl_status pw_plan_new(pw_plan **plan, pawl_error *error) PW_NODISCARD;
pawl_status pw_plan_finish(pw_plan *plan, pawl_error *error) PW_NODISCARD;

#endif
