/* SPDX-License-Identifier: Apache-2.0 */
/* TIFF through libtiff, found at run time: its first picture, as 8-bit RGB. Names and numbers are
 * those of its tiffio.h, version 4. */
#include "base/os.h"
#include "image/image.h"
#include <pthread.h>
#include <stdarg.h>
#include <string.h>

#include "base/memory.h"

#define LIBRARIES "libtiff.so.6 libtiff.so.5"

enum { TAG_WIDTH = 256, TAG_HEIGHT = 257, TAG_ORIENTATION = 274 };
enum { FROM_START = 0, FROM_HERE = 1, FROM_END = 2 };

typedef void (*tiff_message)(const char *module, const char *format, va_list list);

#define FUNCTION_MAP(X)                                                                           \
    X(void *, TIFFClientOpen,                                                                     \
      (const char *name, const char *mode, void *user,                                            \
       ptrdiff_t (*read)(void *user, void *to, ptrdiff_t size),                                   \
       ptrdiff_t (*write)(void *user, void *from, ptrdiff_t size),                                \
       uint64_t (*seek)(void *user, uint64_t at, int from), int (*close)(void *user),             \
       uint64_t (*size)(void *user), int (*map)(void *user, void **base, uint64_t *size),         \
       void (*unmap)(void *user, void *base, uint64_t size)))                                     \
    X(void, TIFFClose, (void *file))                                                              \
    X(int, TIFFGetField, (void *file, uint32_t tag, ...))                                         \
    X(int, TIFFReadRGBAImageOriented,                                                             \
      (void *file, uint32_t width, uint32_t height, uint32_t *pixels, int orientation, int stop)) \
    X(int, TIFFLastDirectory, (void *file))                                                       \
    X(tiff_message, TIFFSetErrorHandler, (tiff_message handler))                                  \
    X(tiff_message, TIFFSetWarningHandler, (tiff_message handler))

static struct {
    pthread_once_t once;
    pthread_mutex_t mutex; /* libtiff writes to stderr, but for handlers that all threads share */
    struct {
        FUNCTION_MAP(PW_OS_FUNCTION)
    } library;
    bool is_here;
    char reason[256];
} process = {.once = PTHREAD_ONCE_INIT, .mutex = PTHREAD_MUTEX_INITIALIZER};

static void start(void)
{
    static const char *const names[] = {FUNCTION_MAP(PW_OS_FUNCTION_NAME)};
    process.is_here = pw_os_functions_load(LIBRARIES, names, PW_COUNT(names), &process.library,
                                           process.reason, sizeof process.reason);
}

/* The file in memory, as libtiff reads it. */
typedef struct source {
    const uint8_t *data;
    uint64_t size, at;
} source;

static ptrdiff_t read_some(void *user, void *to, ptrdiff_t size)
{
    source *from = user;
    const uint64_t left = from->at < from->size ? from->size - from->at : 0;
    const uint64_t got = size > 0 && (uint64_t)size < left ? (uint64_t)size : size > 0 ? left : 0;
    memcpy(to, from->data + (from->size - left), (size_t)got);
    from->at += got;
    return (ptrdiff_t)got;
}

static ptrdiff_t write_none(void *user, void *from, ptrdiff_t size)
{
    (void)user;
    (void)from;
    (void)size;
    return -1;
}

static uint64_t seek_to(void *user, uint64_t at, int from)
{
    source *of = user;
    of->at = from == FROM_START ? at : from == FROM_HERE ? of->at + at : of->size + at;
    return of->at;
}

static int close_none(void *user)
{
    (void)user;
    return 0;
}

static uint64_t size_of(void *user)
{
    return ((const source *)user)->size;
}

static int map_none(void *user, void **base, uint64_t *size)
{
    (void)user;
    (void)base;
    (void)size;
    return 0;
}

static void unmap_none(void *user, void *base, uint64_t size)
{
    (void)user;
    (void)base;
    (void)size;
}

static bool is_tiff(const uint8_t *data, size_t size)
{
    return size >= 8 && (memcmp(data, "II*\0", 4) == 0 || memcmp(data, "MM\0*", 4) == 0 ||
                         memcmp(data, "II+\0", 4) == 0 || memcmp(data, "MM\0+", 4) == 0);
}

static pawl_status read_pixels(void *file, pw_reading *how, pw_image *image, int *orientation,
                               pawl_error *error)
{
    uint32_t width = 0, height = 0;
    uint16_t turned = 1;
    if (process.library.TIFFGetField(file, TAG_WIDTH, &width) != 1 ||
        process.library.TIFFGetField(file, TAG_HEIGHT, &height) != 1)
        return pw_fail(error, PAWL_ERR_CORRUPT, "the TIFF picture does not say its size");
    (void)process.library.TIFFGetField(file, TAG_ORIENTATION, &turned);
    *orientation = turned;
    PW_TRY(pw_image_allocate(image, width, height, error));
    const size_t count = (size_t)width * height;
    uint32_t *pixels PW_AUTO_FREE = pw_alloc(count * sizeof *pixels);
    if (pixels == NULL)
        return pw_fail_memory(error, "the pixels of a TIFF picture", count * sizeof *pixels);
    /* In the order of the file: asked for its own orientation, libtiff flips nothing. */
    if (process.library.TIFFReadRGBAImageOriented(file, width, height, pixels, turned, 1) != 1)
        return pw_fail(error, PAWL_ERR_CORRUPT,
                       "the TIFF picture cannot be decoded: it is damaged, or of a rare kind; "
                       "convert it to PNG");
    for (size_t i = 0; i < count; i++) {
        image->pixels[i * 3] = (uint8_t)pixels[i];
        image->pixels[i * 3 + 1] = (uint8_t)(pixels[i] >> 8);
        image->pixels[i * 3 + 2] = (uint8_t)(pixels[i] >> 16);
    }
    how->is_animation = process.library.TIFFLastDirectory(file) == 0;
    return PAWL_OK;
}

static pawl_status decode_tiff(const uint8_t *data, size_t size, pw_reading *how, pw_image *image,
                               pawl_error *error)
{
    (void)pthread_once(&process.once, start);
    if (!process.is_here)
        return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                       "this is a TIFF picture, and libtiff (Debian: libtiff6) cannot be used: %s",
                       process.reason);
    source from = {.data = data, .size = size};
    int orientation = 1;
    pawl_status status = PAWL_ERR_CORRUPT;
    (void)pthread_mutex_lock(&process.mutex);
    const tiff_message errors = process.library.TIFFSetErrorHandler(NULL);
    const tiff_message warnings = process.library.TIFFSetWarningHandler(NULL);
    void *file = process.library.TIFFClientOpen("picture", "rm", &from, read_some, write_none,
                                                seek_to, close_none, size_of, map_none, unmap_none);
    if (file != NULL) {
        status = read_pixels(file, how, image, &orientation, error);
        process.library.TIFFClose(file);
    } else {
        status = pw_fail(error, PAWL_ERR_CORRUPT,
                         "the TIFF picture is damaged or truncated; copy or download it again");
    }
    (void)process.library.TIFFSetErrorHandler(errors);
    (void)process.library.TIFFSetWarningHandler(warnings);
    (void)pthread_mutex_unlock(&process.mutex);
    PW_TRY(status);
    return pw_image_turn(image, orientation, error);
}

const pw_codec pw_codec_tiff = {.name = "TIFF", .is_mine = is_tiff, .decode = decode_tiff};
