/* SPDX-License-Identifier: Apache-2.0 */
/* The plan: the waist between building and running. What builder, backends and runtime know of one
 * another is in this struct. */
#ifndef PW_PLAN_IR_H
#define PW_PLAN_IR_H

#include "base/os.h"
#include "network/network_ir.h"
#include <pawl/plan.h>
#include <stdatomic.h>

/* The kernel that was best for a layer on a kind of machine. A plan may hold rows for several
 * machines. */
typedef struct pw_tactic {
    const char *machine; /* "x86-64/avx512" */
    uint32_t layer_id;
    const char *name; /* row of the kernel table */
} pw_tactic;

/* Opaque bytes of a backend: cubins, a TensorRT plan. */
typedef struct pw_artifact {
    const char *key;
    const void *data;
    size_t size;
} pw_artifact;

typedef struct pw_profile {
    int32_t batch_min, batch_opt, batch_max;
    int32_t height, width; /* optimum */
} pw_profile;

/* The object behind a pawl_plan handle. */
typedef struct pw_plan {
    pw_object object;
    pw_contents contents; /* of the .engine; empty when built just now */
    pw_network network;   /* optimised; constants lie in the contents or in its own arena */
    pw_profile profile;
    const char *backend, *precision;
    const char *source_name;
    const char *pawl_version;
    uint64_t source_hash[2];
    pw_tactic *tactics;
    size_t tactic_count, tactic_capacity;
    pw_artifact *artifacts;
    size_t artifact_count, artifact_capacity;
    _Atomic uint64_t file_size; /* bytes; 0 until saved or loaded. Atomic: a save on one thread, a
                                   question on another */
    char **layer_attributes;    /* text for pawl_plan_layer_get, made when the plan is */
} pw_plan;
extern const pw_type pw_plan_type;

/* Takes over *network (zeroed on success), copies constants into one canonical block, fills in the
   rest; strings are copied. The plan is not published: the builder does that after tuning. */
pawl_status pw_plan_assemble(pw_network *network, const pw_profile *profile, const char *backend,
                             const char *precision, const char *source_name,
                             const uint64_t source_hash[2], pw_plan **plan,
                             pawl_error *error) PW_NODISCARD;

/* Adds or replaces. Strings and data are copied. */
pawl_status pw_plan_set_tactic(pw_plan *plan, const char *machine, uint32_t layer_id,
                               const char *name, pawl_error *error) PW_NODISCARD;
const char *pw_plan_tactic(const pw_plan *plan, const char *machine,
                           uint32_t layer_id); /* NULL: none */
pawl_status pw_plan_set_artifact(pw_plan *plan, const char *key, const void *data, size_t size,
                                 pawl_error *error) PW_NODISCARD;
const pw_artifact *pw_plan_artifact(const pw_plan *plan, const char *key);

/* Reads from memory, which must outlive the plan (tests, fuzzing). */
pawl_status pw_plan_parse(const void *data, size_t size, pw_plan **plan,
                          pawl_error *error) PW_NODISCARD;

#endif
