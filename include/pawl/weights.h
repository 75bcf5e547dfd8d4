/* SPDX-License-Identifier: Apache-2.0 */
/* Trained weights as a file holds them: a PyTorch checkpoint (.pt) or TensorRTX's text (.wts). Nothing in a file is ever executed. */
#ifndef PAWL_WEIGHTS_H
#define PAWL_WEIGHTS_H

#include <pawl/object.h>
#include <pawl/tensor.h>

PAWL_BEGIN

/**
 * Depends on no other object. Networks made from it pin it: it may be ended at any time, its memory goes with the last of them. Every
 * call below holds the weights it is given until it returns.
 */
typedef struct pawl_weights pawl_weights;

/** The kinds of files. */
typedef enum pawl_weights_kind { PAWL_WEIGHTS_PT = 0, PAWL_WEIGHTS_WTS = 1 } pawl_weights_kind;

/** What a file of weights is. */
typedef struct pawl_weights_info {
    size_t struct_size;     /* set by the caller: sizeof(pawl_weights_info) */
    pawl_weights_kind kind; /* of file */
    size_t tensor_count;    /* entries of the state dictionary, in its order */
    size_t global_count;    /* names of classes and functions a .pt mentions; 0 for .wts */
    uint64_t file_size;     /* bytes */
    uint64_t hash[2];       /* XXH3-128 of the file, low word first */
} pawl_weights_info;
#define PAWL_WEIGHTS_INFO_INIT { sizeof(pawl_weights_info), PAWL_WEIGHTS_PT, 0, 0, 0, { 0, 0 } }

/** One class or function that a .pt names. It was not called, imported or looked up. */
typedef struct pawl_global_info {
    size_t struct_size; /* set by the caller: sizeof(pawl_global_info) */
    const char *module; /* "torch._utils". Lives as long as the weights */
    const char *name;   /* "_rebuild_tensor_v2". Lives as long as the weights */
    int32_t is_known;   /* 1: harmless, of the kinds that YOLOv5's checkpoints name; 0: worth a look before Python loads the file */
} pawl_global_info;
#define PAWL_GLOBAL_INFO_INIT { sizeof(pawl_global_info), NULL, NULL, 0 }

/**
 * Opens a weights file; the kind is recognised by content, not by name.
 *
 * @param path          Borrowed during the call.
 * @param[out] weights  On success the caller's: end it with pawl_weights_destroy(). Else untouched. Holds a copy of the file.
 * @param[out] error    May be NULL; written on failure only.
 * @retval PAWL_ERR_READ         The file cannot be opened, or changed while it was read.
 * @retval PAWL_ERR_CORRUPT      Truncated or damaged; error->offset says where.
 * @retval PAWL_ERR_UNSUPPORTED  Another kind of file, recognised by name where possible (ONNX, TorchScript, YOLOv8, safetensors ...).
 * @retval PAWL_ERR_LIMIT        A count or size in the file is beyond what any checkpoint has.
 * @retval PAWL_ERR_MEMORY       Memory ran out. Nothing is left behind.
 * @note Any thread. Since 0.1.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_weights_load(const char *path, pawl_weights **weights, pawl_error *error);

/**
 * The same from the @p size bytes of a weights file, which are copied: the weights do not depend on them. No PAWL_ERR_READ.
 * @param name  What the file is called, for messages and the engine's source name; NULL: "memory". Copied.
 * @note Any thread. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_weights_load_memory(const void *data, size_t size, const char *name, pawl_weights **weights,
                                                             pawl_error *error);

/**
 * Ends weights, at any time. Networks made from them keep what they need.
 * @retval PAWL_DEFERRED, PAWL_ERR_IN_USE (strict)  A network or a call under way holds them; see pawl_object_destroy() for all results.
 */
PAWL_API pawl_status pawl_weights_destroy(pawl_weights **weights);

/** Fills @p info. Any thread. @retval PAWL_ERR_DEAD_HANDLE The object has ended. */
PAWL_API PAWL_NODISCARD pawl_status pawl_weights_info_get(pawl_weights *weights, pawl_weights_info *info, pawl_error *error);

/**
 * Describes the tensor at @p index of the state dictionary: name, dtype and dims as in the file (a .wts knows only a count: rank 1).
 * @param[out] tensor  name is valid while the weights live; data is NULL: read it with pawl_weights_tensor_read().
 * @retval PAWL_ERR_ARGUMENT  There is no such tensor.
 * @note Any thread.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_weights_tensor_get(pawl_weights *weights, size_t index, pawl_tensor *tensor, pawl_error *error);

/**
 * Copies tensor @p index widened to float32, dense row-major.
 * @param[out] values  The caller's, @p count floats, which must be the tensor's count.
 * @retval PAWL_ERR_ARGUMENT  Another count, or there is no such tensor; *values is untouched.
 * @note Any thread.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_weights_tensor_read(pawl_weights *weights, size_t index, float *values, size_t count, pawl_error *error);

/** Describes global @p index; strings are valid while the weights live. Any thread. @retval PAWL_ERR_ARGUMENT There is none. */
PAWL_API PAWL_NODISCARD pawl_status pawl_weights_global_get(pawl_weights *weights, size_t index, pawl_global_info *info, pawl_error *error);

/**
 * Tells each class and function that the pickles of a file name, whether or not it is a YOLOv5 checkpoint: of a zip archive (torch.save,
 * TorchScript) every entry that ends in .pkl, of torch's older container all of its pickles, else the file as one pickle of any
 * protocol. Each is told once, in the order in which they are named. Nothing is called, imported or looked up.
 *
 * @param path   Borrowed during the call.
 * @param tell   Called before the return, on this thread; the strings last as long as that call. Also called when the result is
 *               an error: what was named before the damage may do harm all the same.
 * @param user   Handed to it.
 * @retval PAWL_ERR_UNSUPPORTED  The file holds no pickle, or a part of one that is not read (compressed entries, out-of-band data).
 * @retval PAWL_ERR_READ, PAWL_ERR_CORRUPT, PAWL_ERR_LIMIT, PAWL_ERR_MEMORY  As for pawl_weights_load(). Nothing is left behind.
 * @note Any thread. Depends on no object. Since 0.2.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_pickle_report(const char *path, void (*tell)(void *user, const pawl_global_info *global),
                                                       void *user, pawl_error *error);

/**
 * Writes the weights as .wts, byte for byte what TensorRTX's gen_wts.py writes, whole or not at all (pawl_file_create() has the rules).
 * pawl_weights_save() writes one that is never ambiguous.
 * @param path  Borrowed during the call.
 * @retval PAWL_ERR_WRITE   The file cannot be written; nothing is left behind, an old one is intact.
 * @retval PAWL_ERR_MEMORY  The same.
 * @note Any thread. Since 0.1.
 */
PAWL_API PAWL_NODISCARD pawl_status pawl_weights_save_wts(pawl_weights *weights, const char *path, pawl_error *error);

PAWL_END

#ifndef PAWL_BUILDING /* create calls note their place in the user's source */
#define pawl_weights_load(path, weights, error) PAWL_PLACED(pawl_weights_load(path, weights, error))
#define pawl_weights_load_memory(data, size, name, weights, error) \
    PAWL_PLACED(pawl_weights_load_memory(data, size, name, weights, error))
#endif

#endif
