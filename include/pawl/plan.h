/* SPDX-License-Identifier: Apache-2.0 */
/* The plan: optimised network, constants, tactics, profile, metadata; in a file it is the .engine (docs/engine-format.md). */
#ifndef PAWL_PLAN_H
#define PAWL_PLAN_H

#include <pawl/network.h>

PAWL_BEGIN

/**
 * Depends on no other object: neither on builder, network and weights, nor on the file's name. Engines made on it pin it, since its constants
 * are theirs: it may be ended at any time, its memory goes with the last of them. Every call below holds it until it returns.
 */
typedef struct pawl_plan pawl_plan;

/** What labelled pictures showed when layers were chosen for int8 by their accuracy: a figure of 0 to 1. All 0: nobody measured. Since 0.2. */
typedef struct pawl_accuracy {
    float drop_limit; /* that the figure might fall by */
    float fp32, int8; /* the figure of the weights in float32; with every layer in int8 that may be */
    float built;      /* of the plan */
} pawl_accuracy;
#define PAWL_ACCURACY_INIT { 0, 0, 0, 0 }

/** What a plan is for and what it was made from. */
typedef struct pawl_plan_info {
    size_t struct_size; /* set by the caller */
    const char *backend, *precision;  /* live as long as the plan */
    int32_t height, width;            /* optimum */
    int32_t batch_min, batch_opt, batch_max; /* least, optimum, most */
    uint64_t source_hash[2];          /* XXH3-128 of the weights file */
    const char *source_name;          /* its file name, without folders */
    const char *pawl_version;         /* that built it */
    uint64_t constant_size;           /* bytes of weights, as a file has them */
    uint64_t file_size;               /* bytes; 0 until saved or when built just now */
    size_t tactic_count, artifact_count; /* for pawl_plan_tactic_get() and pawl_plan_artifact_get() */
    int32_t height_min, width_min, height_max, width_max; /* that it must take where the backend asks for that, as TensorRT does */
    int32_t contexts;                 /* that may run at once, of TensorRT 8 and 9; of others any number */
    /* As built (pawl_build_desc); an engine of format 1 or 2 does not say: defaults. */
    int32_t is_unoptimised, is_fp16_fixed, is_version_compatible, is_hardware_compatible; /* 1: as its name says */
    int32_t optimisation_level;       /* -1: the library's own default */
    uint64_t workspace_size;          /* bytes; 0: the default */
    int32_t tuning;                   /* pawl_tuning */
    int32_t is_tf32, tactic_sources;  /* as built; -1: the library's default. Since 0.2 */
    pawl_accuracy accuracy;           /* as built. Since 0.2 */
} pawl_plan_info;
#define PAWL_PLAN_INFO_INIT \
    { sizeof(pawl_plan_info), NULL, NULL, 0, 0, 0, 0, 0, { 0, 0 }, NULL, NULL, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, \
      PAWL_ACCURACY_INIT }

/** What was fastest for a problem on a machine, as measured there. */
typedef struct pawl_tactic_info {
    size_t struct_size;  /* set by the caller */
    const char *machine; /* fingerprint: brand, model, instructions, caches, cores used */
    uint64_t problem;    /* hash of what is computed */
    const char *name;    /* of the implementation */
    float microseconds;  /* a run of it */
} pawl_tactic_info;
#define PAWL_TACTIC_INFO_INIT { sizeof(pawl_tactic_info), NULL, 0, NULL, 0 }

/** Bytes of a backend's own inside the plan, e.g. NVIDIA's serialised plan. Valid while the plan lives. */
typedef struct pawl_artifact_info {
    size_t struct_size; /* set by the caller */
    const char *key;    /* "tensorrt/10.7.0/sm_86" */
    const void *data;   /* the plan's */
    size_t size;        /* bytes */
} pawl_artifact_info;
#define PAWL_ARTIFACT_INFO_INIT { sizeof(pawl_artifact_info), NULL, NULL, 0 }

/**
 * Reads an .engine file and checks it: header, bounds and checksum of each section. What is checked is the plan's own copy: whatever becomes
 * of the file, the plan and engines on it stay what they are.
 * @param[out] plan  On success the caller's: end it with pawl_plan_destroy(). Else untouched.
 * @retval PAWL_ERR_READ         The file cannot be opened, or changed while it was read.
 * @retval PAWL_ERR_CORRUPT      Not an engine of pawl's (the message says what it looks like), truncated or damaged; error->offset.
 * @retval PAWL_ERR_UNSUPPORTED  Written by a newer pawl, or on a machine of other byte order.
 * @retval PAWL_ERR_MEMORY       Nothing is left behind.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_plan_load(const char *path, pawl_plan **plan, pawl_error *error);

/**
 * The same from the @p size bytes of an engine, which are copied: the plan does not depend on them. No PAWL_ERR_READ. Any thread. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_plan_load_memory(const void *data, size_t size, pawl_plan **plan, pawl_error *error);

/**
 * pawl_plan_load(), but the plan uses the file itself, mapped into memory, for as long as it or an engine on it lives: processes that run one
 * engine share its pages, and what is packed for this machine does not stay in memory twice. The caller answers for the file: nobody may write
 * into it or shorten it. After a writing (cp over it, rsync --inplace) the weights are mixed and nothing tells; after a shortening the process
 * dies of SIGBUS. A new engine that is renamed over it, as pawl_plan_save() does, is fine: the old one stays until the plan has ended. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_plan_map(const char *path, pawl_plan **plan, pawl_error *error);

/**
 * Writes the .engine: nameless or under a name of its own in the same folder, synced, then named @p path (pawl_file_create() has the rules).
 * @retval PAWL_ERR_WRITE  Disk full, no permission ...: the message has the system's reason; an old file at @p path is intact.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_plan_save(pawl_plan *plan, const char *path, pawl_error *error);

/**
 * Ends a plan, at any time. Engines on it keep what they need.
 * @retval PAWL_DEFERRED, PAWL_ERR_IN_USE (strict)  An engine or a call under way holds it; see pawl_object_destroy() for all results.
 */
PAWL_API pawl_status pawl_plan_destroy(pawl_plan **plan);

/** Fills @p info with what the plan was made for; strings in it are valid while the plan lives. Any thread. */
PAWL_API PAWL_NODISCARD pawl_status pawl_plan_info_get(pawl_plan *plan, pawl_plan_info *info, pawl_error *error);

/** Fills @p info with what is known of the model; strings in it are valid while the plan lives. Any thread. */
PAWL_API PAWL_NODISCARD pawl_status pawl_plan_model_get(pawl_plan *plan, pawl_model_info *info, pawl_error *error);

/** Name of class @p class_id, or NULL where none is known; valid while the plan lives. Any thread. */
PAWL_API const char *pawl_plan_class_name(pawl_plan *plan, int32_t class_id);

/** Describes optimised layer @p index; strings are valid while the plan lives. Any thread. @retval PAWL_ERR_ARGUMENT There is none. */
PAWL_API PAWL_NODISCARD pawl_status pawl_plan_layer_get(pawl_plan *plan, size_t index, pawl_layer_info *info, pawl_error *error);

/** Describes tactic @p index; strings are valid while the plan lives. Any thread. @retval PAWL_ERR_ARGUMENT There is none. */
PAWL_API PAWL_NODISCARD pawl_status pawl_plan_tactic_get(pawl_plan *plan, size_t index, pawl_tactic_info *info, pawl_error *error);

/** Describes artifact @p index. Any thread. @retval PAWL_ERR_ARGUMENT There is no such artifact. */
PAWL_API PAWL_NODISCARD pawl_status pawl_plan_artifact_get(pawl_plan *plan, size_t index, pawl_artifact_info *info, pawl_error *error);

/** The shape and forms whose memory is asked for. */
typedef struct pawl_memory_desc {
    size_t struct_size;
    int32_t batch, height, width; /* 0: the plan's optimum */
    int32_t threads;              /* 0: the cores this process may use */
} pawl_memory_desc;
#define PAWL_MEMORY_DESC_INIT { sizeof(pawl_memory_desc), 0, 0, 0, 0 }

/** What a context of that shape takes on the CPU backend, in bytes; engines hold packed_size once for all contexts. */
typedef struct pawl_memory_info {
    size_t struct_size; /* set by the caller */
    int32_t batch, height, width; /* as asked, or the optimum */
    size_t step_count;       /* steps of a run */
    uint64_t packed_size;    /* constants as the kernels want them */
    uint64_t workspace_size; /* tensors and what steps need beside them, sharing memory where their lives allow */
    uint64_t unshared_size;  /* the same if each had its own */
    uint64_t scratch_size;   /* of all threads */
    uint64_t binding_size;   /* input and outputs */
} pawl_memory_info;
#define PAWL_MEMORY_INFO_INIT { sizeof(pawl_memory_info), 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/** A piece of the workspace and the steps during which it holds something. */
typedef struct pawl_memory_block_info {
    size_t struct_size;
    const char *layer;    /* that makes it; lives as long as the plan */
    int32_t is_workspace; /* 1: what the layer's kernel needs beside its tensors */
    uint64_t offset, size; /* bytes */
    size_t first_step, last_step; /* both included */
} pawl_memory_block_info;
#define PAWL_MEMORY_BLOCK_INFO_INIT { sizeof(pawl_memory_block_info), NULL, 0, 0, 0, 0, 0 }

/** Told of a block of the workspace; what it points to is valid during the call, but for the layer's name. */
typedef void (*pawl_memory_tell)(void *user, const pawl_memory_block_info *block);

/**
 * Plans the memory of a run on the CPU backend, and takes none of it.
 *
 * @param desc  NULL for the defaults. @param tell  Called for each block before the return; may be NULL. @param user  Handed to it.
 * @retval PAWL_ERR_ARGUMENT, PAWL_ERR_LIMIT  A shape that the network does not take. @retval PAWL_ERR_UNSUPPORTED  A layer that the CPU does not run.
 * @retval PAWL_ERR_MEMORY  Nothing is left behind.
 * @note Any thread. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_plan_memory_get(pawl_plan *plan, const pawl_memory_desc *desc, pawl_memory_info *info,
                                                         pawl_memory_tell tell, void *user, pawl_error *error);

PAWL_END

#ifndef PAWL_BUILDING /* create calls note their place in the user's source */
#define pawl_plan_load(path, plan, error) PAWL_PLACED(pawl_plan_load(path, plan, error))
#define pawl_plan_load_memory(data, size, plan, error) PAWL_PLACED(pawl_plan_load_memory(data, size, plan, error))
#define pawl_plan_map(path, plan, error) PAWL_PLACED(pawl_plan_map(path, plan, error))
#endif

#endif
