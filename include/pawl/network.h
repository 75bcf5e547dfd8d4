/* SPDX-License-Identifier: Apache-2.0 */
/* The network that a weights file holds: everything is read from the file, nothing is asked. */
#ifndef PAWL_NETWORK_H
#define PAWL_NETWORK_H

#include <pawl/weights.h>

#define PAWL_MAX_LEVELS  8  /* of a detection head */
#define PAWL_MAX_ANCHORS 16 /* of a level */
#define PAWL_MAX_SOURCES 32 /* layers that pawl_layer_info names as read by one */

PAWL_BEGIN

/**
 * Pins the weights that it was made from. Nothing pins a network but calls under way (a build holds it until it returns), so its end gives
 * it back at once, and the weights with it if they had been ended before.
 */
typedef struct pawl_network pawl_network;

/** What a model is for. */
typedef enum pawl_task { PAWL_TASK_DETECT = 0, PAWL_TASK_SEGMENT = 1, PAWL_TASK_CLASSIFY = 2 } pawl_task;

/** What is known of a model; networks and plans answer with the same struct. Strings live as long as the object asked. */
typedef struct pawl_model_info {
    size_t struct_size;   /* set by the caller: sizeof(pawl_model_info) */
    pawl_task task;       /* what it is for */
    const char *family;   /* "v1", "v2-v3", "v4-v5", "v6-v7", "custom" */
    const char *size;     /* "n" "s" "m" "l" "x" "n6" ... where widths and depths are the published ones, else "custom" */
    int32_t class_count;  /* classes */
    int32_t has_names;    /* 1: the file has class names */
    int32_t level_count;  /* detection levels */
    int32_t anchor_count; /* anchors a level */
    int32_t strides[PAWL_MAX_LEVELS];                    /* network pixels a cell */
    float anchors[PAWL_MAX_LEVELS][PAWL_MAX_ANCHORS][2]; /* width, height in network pixels */
    int32_t max_stride;   /* height and width must be multiples of it */
    int32_t imgsz;        /* shape to run at unless told otherwise: the file's default, or the plan's optimum height */
    int64_t parameter_count;   /* as PyTorch counts model.parameters() of the file */
    double gflops;             /* multiplications and additions of all convolutions at imgsz x imgsz, in 10^9 */
    size_t layer_count;        /* layers now (before optimisation in a network, after it in a plan) */
    size_t source_layer_count; /* layers before optimisation */
} pawl_model_info;
#define PAWL_MODEL_INFO_INIT \
    { sizeof(pawl_model_info), PAWL_TASK_DETECT, NULL, NULL, 0, 0, 0, 0, { 0 }, { { { 0 } } }, 0, 0, 0, 0, 0, 0 }

/** One layer. */
typedef struct pawl_layer_info {
    size_t struct_size;      /* set by the caller */
    uint32_t id;             /* stable through optimisation: the layer of the file whose output this is */
    const char *name;        /* e.g. "model.2.m.0.cv1.conv" */
    const char *op;          /* "conv", "maxpool", ... */
    const char *attributes;  /* human text, e.g. "3x3 s2 p1 64->128 +silu +add" */
    int32_t output_channels; /* channels of its output */
    pawl_dtype output_dtype; /* what its output is stored in; of a head float32 */
    int32_t source_count;    /* layers that it reads from: as many as there are, the first PAWL_MAX_SOURCES told. Since 0.2 */
    uint32_t sources[PAWL_MAX_SOURCES]; /* their ids */
    pawl_dtype weight_dtype; /* what its weights are computed in; of a layer without any float32. Since 0.2 */
} pawl_layer_info;
#define PAWL_LAYER_INFO_INIT { sizeof(pawl_layer_info), 0, NULL, NULL, NULL, 0, PAWL_F32, 0, { 0 }, PAWL_F32 }

/** What a weights file may not say by itself. */
typedef struct pawl_network_desc {
    size_t struct_size;
    const char *activation;   /* NULL: as the file says; else one of pawl_activation_name(), for a .wts that cannot say it */
    const char *const *names; /* NULL: as the file says; else class_count names, copied */
    size_t name_count;        /* of names: the model's classes, or 0 */
} pawl_network_desc;
#define PAWL_NETWORK_DESC_INIT { sizeof(pawl_network_desc), NULL, NULL, 0 }

/** Activation @p index of those that pawl_network_desc takes: "silu", "leaky" ...; NULL past the end. Any thread. Since 0.2. */
PAWL_API const char *pawl_activation_name(size_t index);

/**
 * Builds the network that @p weights describe.
 *
 * @param weights       Pinned by the network until it has ended; may be ended by the caller at any time.
 * @param desc          NULL for the defaults. Borrowed during the call.
 * @param[out] network  On success the caller's: end it with pawl_network_destroy(). Else untouched.
 * @retval PAWL_ERR_UNSUPPORTED  A module, task or release that pawl does not run; the message names layer and class.
 * @retval PAWL_ERR_AMBIGUOUS    A .wts that fits several models; the message says which option decides.
 * @retval PAWL_ERR_CORRUPT      Tensors are missing or do not fit one another.
 * @retval PAWL_ERR_MEMORY       Nothing is left behind.
 * @note Any thread. Since 0.1.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_network_create(pawl_weights *weights, const pawl_network_desc *desc,
                                                        pawl_network **network, pawl_error *error);

/**
 * Writes weights as a .wts from which the very same network is built again.
 *
 * Of a published model these are the bytes of pawl_weights_save_wts(). Where such a file alone would be ambiguous or is of another model (v2 and v3,
 * an activation other than the release's, hub and custom graphs) tensors named pawl.* follow, which say the rest; TensorRTX's reader ignores them.
 *
 * @param path  Borrowed during the call; the file appears whole or not at all (pawl_file_create() has the rules).
 * @retval PAWL_ERR_WRITE   The file cannot be written; nothing is left behind.
 * @retval PAWL_ERR_MEMORY  Nothing is left behind.
 * @note Any thread. Since 0.1.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_weights_save(pawl_weights *weights, const char *path, pawl_error *error);

/**
 * Ends a network, at any time. Plans built from it do not need it.
 * @retval PAWL_DEFERRED, PAWL_ERR_IN_USE (strict)  A call under way holds it; see pawl_object_destroy() for all results.
 */
PAWL_API pawl_status pawl_network_destroy(pawl_network **network);

/** Fills @p info; strings in it are valid while the network lives. Any thread. */
PAWL_API PAWL_NODISCARD pawl_status pawl_network_info_get(pawl_network *network, pawl_model_info *info, pawl_error *error);

/** Name of class @p class_id, or NULL where the file has none; valid while the network lives. Any thread. */
PAWL_API const char *pawl_network_class_name(pawl_network *network, int32_t class_id);

/** Describes layer @p index in execution order; strings are valid while the network lives. Any thread. @retval PAWL_ERR_ARGUMENT There is none. */
PAWL_API PAWL_NODISCARD pawl_status pawl_network_layer_get(pawl_network *network, size_t index, pawl_layer_info *info, pawl_error *error);

PAWL_END

#ifndef PAWL_BUILDING /* create calls note their place in the user's source */
#define pawl_network_create(weights, desc, network, error) \
    PAWL_PLACED(pawl_network_create(weights, desc, network, error))
#endif

#endif
