/* SPDX-License-Identifier: Apache-2.0 */
/* The plan: the waist between building and running. What builder, backends and runtime know of one
 * another is in this struct. */
#ifndef PW_PLAN_IR_H
#define PW_PLAN_IR_H

#include "base/os.h"
#include "network/network_ir.h"
#include <pawl/plan.h>
#include <stdatomic.h>

/* The implementation that was fastest for a problem on a machine, as timed there. A plan may hold rows of several machines. */
typedef struct pw_tactic {
    const char *machine; /* a fingerprint: all by which the machine's times may differ from another's */
    uint64_t problem;    /* hash of what is computed: sizes, types, attributes, threads */
    const char *name;    /* of the implementation */
    float microseconds;  /* a run of it */
} pw_tactic;

/* Opaque bytes of a backend: cubins, a TensorRT plan. */
typedef struct pw_artifact {
    const char *key;
    const void *data;
    size_t size;
} pw_artifact;

/* What to optimise for, and the least and most that an engine must take where its backend asks for that (TensorRT). */
typedef struct pw_profile {
    int32_t batch_min, batch_opt, batch_max;
    int32_t height, width; /* optimum */
    int32_t height_min, width_min, height_max, width_max;
    int32_t contexts; /* that may run at once: TensorRT 8 and 9 need a profile for each */
} pw_profile;

/* All else that a build was told and that changes its result. */
typedef struct pw_build_options {
    bool is_unoptimised, is_fp16_fixed, is_version_compatible, is_hardware_compatible; /* as in pawl_build_desc */
    int32_t optimisation_level; /* -1: the library's own default */
    int32_t tuning;             /* 0: implementations as the table has them; 1, 2: timed, quickly or in full */
    size_t workspace_size;      /* 0: the default */
    bool is_tf32;
    int32_t tactic_sources;     /* bits of pawl_tactic_source; -1: the library's default */
    pawl_accuracy accuracy;     /* changes nothing any more */
} pw_build_options;
#define PW_BUILD_OPTIONS_INIT ((pw_build_options){.optimisation_level = -1, .tactic_sources = -1})

/* The object behind a pawl_plan handle. */
typedef struct pw_plan {
    pw_object object;
    pw_contents contents; /* of the .engine; empty when built just now */
    pw_network network;   /* optimised; constants lie in the contents or in its own arena */
    pw_profile profile;
    pw_build_options options;
    bool is_older; /* read from a format (1, 2) that keeps neither options nor the range of shapes: those are defaults */
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

/* What a plan is made from and for. Strings are copied. Of the profile, zeros are filled in: least and most as the optimum, one context. */
typedef struct pw_plan_desc {
    pw_profile profile;
    pw_build_options options;
    const char *backend, *precision, *source_name;
    uint64_t source_hash[2];
} pw_plan_desc;

/* Takes over *network (zeroed on success), copies constants into one canonical block, fills in the
   rest. The plan is not published: the builder does that after tuning. */
pawl_status pw_plan_assemble(pw_network *network, const pw_plan_desc *desc, pw_plan **plan,
                             pawl_error *error) PW_NODISCARD;

/* Adds or replaces what was measured. Strings and data are copied. */
pawl_status pw_plan_set_tactic(pw_plan *plan, const pw_tactic *tactic, pawl_error *error) PW_NODISCARD;
const pw_tactic *pw_plan_tactic(const pw_plan *plan, const char *machine, uint64_t problem); /* NULL: none */
pawl_status pw_plan_set_artifact(pw_plan *plan, const char *key, const void *data, size_t size,
                                 pawl_error *error) PW_NODISCARD;
const pw_artifact *pw_plan_artifact(const pw_plan *plan, const char *key);

/* Not yet published: of a file; of bytes, which are copied. */
pawl_status pw_plan_load(const char *path, pw_plan **plan, pawl_error *error) PW_NODISCARD;
pawl_status pw_plan_load_memory(const void *data, size_t size, pw_plan **plan, pawl_error *error) PW_NODISCARD;

/* What is known of the model, as pawl_plan_model_get() tells it. */
pawl_status pw_plan_model(const pw_plan *plan, pawl_model_info *info, pawl_error *error) PW_NODISCARD;

/* Reads from memory, which must outlive the plan (tests, fuzzing). */
pawl_status pw_plan_parse(const void *data, size_t size, pw_plan **plan,
                          pawl_error *error) PW_NODISCARD;

#endif
