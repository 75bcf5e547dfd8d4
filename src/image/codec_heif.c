/* SPDX-License-Identifier: Apache-2.0 */
/* HEIF (as phones write it, .heic) and AVIF through libheif, found at run time. Names and numbers
 * are those of its heif.h. */
#include "base/os.h"
#include "image/image.h"
#include <pthread.h>
#include <string.h>

#define LIBRARY "libheif.so.1"

typedef struct heif_error {
    int code, detail;
    const char *message;
} heif_error;

enum { COLOURS_RGB = 1, INTERLEAVED_RGB = 10, CHANNEL_INTERLEAVED = 10 };

#define FUNCTION_MAP(X)                                                                  \
    X(void *, heif_context_alloc, (void))                                                \
    X(void, heif_context_free, (void *context))                                          \
    X(heif_error, heif_context_read_from_memory_without_copy,                            \
      (void *context, const void *data, size_t size, const void *options))               \
    X(heif_error, heif_context_get_primary_image_handle, (void *context, void **handle)) \
    X(int, heif_context_get_number_of_top_level_images, (void *context))                 \
    X(int, heif_image_handle_get_width, (const void *handle))                            \
    X(int, heif_image_handle_get_height, (const void *handle))                           \
    X(heif_error, heif_decode_image,                                                     \
      (const void *handle, void **image, int colours, int chroma, const void *options))  \
    X(const uint8_t *, heif_image_get_plane_readonly,                                    \
      (const void *image, int channel, int *row_size))                                   \
    X(int, heif_image_get_width, (const void *image, int channel))                       \
    X(int, heif_image_get_height, (const void *image, int channel))                      \
    X(void, heif_image_release, (const void *image))                                     \
    X(void, heif_image_handle_release, (const void *handle))

static struct {
    pthread_once_t once;
    struct {
        FUNCTION_MAP(PW_OS_FUNCTION)
    } library;
    bool is_here;
    char reason[256];
} process = {.once = PTHREAD_ONCE_INIT};

static void start(void)
{
    static const char *const names[] = {FUNCTION_MAP(PW_OS_FUNCTION_NAME)};
    process.is_here = pw_os_functions_load(LIBRARY, names, PW_COUNT(names), &process.library,
                                           process.reason, sizeof process.reason);
}

static bool is_heif(const uint8_t *data, size_t size)
{
    static const char brands[][5] = {"heic", "heix", "heim", "heis", "hevc",
                                     "hevx", "mif1", "msf1", "avif", "avis"};
    for (size_t i = 0; size >= 12 && i < PW_COUNT(brands); i++)
        if (memcmp(data + 4, "ftyp", 4) == 0 && memcmp(data + 8, brands[i], 4) == 0)
            return true;
    return false;
}

static pawl_status fail_of(heif_error why, pawl_error *error)
{
    enum { OUT_OF_MEMORY = 6, UNSUPPORTED_FILE = 3, UNSUPPORTED_FEATURE = 4 };
    return pw_fail(error,
                   why.code == OUT_OF_MEMORY ? PAWL_ERR_MEMORY
                   : why.code == UNSUPPORTED_FILE || why.code == UNSUPPORTED_FEATURE
                       ? PAWL_ERR_UNSUPPORTED
                       : PAWL_ERR_CORRUPT,
                   "libheif cannot decode the picture: %.200s",
                   why.message != NULL ? why.message : "no reason is given");
}

static pawl_status take_pixels(const void *decoded, pw_image *image, pawl_error *error)
{
    int row_size = 0;
    const int width = process.library.heif_image_get_width(decoded, CHANNEL_INTERLEAVED);
    const int height = process.library.heif_image_get_height(decoded, CHANNEL_INTERLEAVED);
    const uint8_t *pixels =
        process.library.heif_image_get_plane_readonly(decoded, CHANNEL_INTERLEAVED, &row_size);
    if (pixels == NULL || row_size < width * 3)
        return pw_fail(error, PAWL_ERR_CORRUPT, "libheif gives no pixels of the picture");
    PW_TRY(pw_image_allocate(image, width, height, error));
    for (int y = 0; y < height; y++)
        memcpy(pw_image_row(image, y), pixels + (size_t)y * (size_t)row_size, image->row_size);
    return PAWL_OK;
}

/* Turned as the file says by libheif itself. The size is judged before anything is decoded. */
static pawl_status decode_handle(const void *handle, pw_image *image, pawl_error *error)
{
    void *decoded = NULL;
    PW_TRY(pw_image_allocate(image, process.library.heif_image_handle_get_width(handle),
                             process.library.heif_image_handle_get_height(handle), error));
    const heif_error why =
        process.library.heif_decode_image(handle, &decoded, COLOURS_RGB, INTERLEAVED_RGB, NULL);
    if (why.code != 0)
        return fail_of(why, error);
    const pawl_status status = take_pixels(decoded, image, error);
    process.library.heif_image_release(decoded);
    return status;
}

static pawl_status decode_heif(const uint8_t *data, size_t size, pw_reading *how, pw_image *image,
                               pawl_error *error)
{
    (void)pthread_once(&process.once, start);
    if (!process.is_here)
        return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                       "this is a %s picture, and " LIBRARY
                       " (Debian: libheif1) cannot be used: %s",
                       memcmp(data + 8, "avi", 3) == 0 ? "AVIF" : "HEIF", process.reason);
    void *handle = NULL;
    void *context = process.library.heif_context_alloc();
    if (context == NULL)
        return pw_fail_memory(error, "libheif", size);
    heif_error why =
        process.library.heif_context_read_from_memory_without_copy(context, data, size, NULL);
    if (why.code == 0)
        why = process.library.heif_context_get_primary_image_handle(context, &handle);
    pawl_status status = PAWL_OK;
    if (why.code != 0) {
        status = fail_of(why, error);
    } else {
        status = decode_handle(handle, image, error);
        how->is_animation =
            process.library.heif_context_get_number_of_top_level_images(context) > 1;
        process.library.heif_image_handle_release(handle);
    }
    process.library.heif_context_free(context);
    return status;
}

const pw_codec pw_codec_heif = {.name = "HEIF", .is_mine = is_heif, .decode = decode_heif};
