/* SPDX-License-Identifier: Apache-2.0 */
/* GIF through giflib, found at run time; of an animation the first picture. Names, numbers and
 * structs are those of its gif_lib.h, version 5. */
#include "base/memory.h"
#include "base/os.h"
#include "image/image.h"
#include <pthread.h>
#include <string.h>

#define LIBRARY "libgif.so.7"

typedef struct gif_colour_map {
    int count, bits;
    bool is_sorted;
    const uint8_t *colours; /* R G B each */
} gif_colour_map;

typedef struct gif_file {
    int width, height, resolution, background;
    uint8_t aspect;
    const gif_colour_map *colours;
    int image_count;
    struct {
        int left, top, width, height;
        bool is_interlaced;
        const gif_colour_map *colours;
    } image;
    void *saved;
    int extension_count;
    void *extensions;
    int error;
    void *user;
} gif_file; /* more behind it */

enum { RECORD_IMAGE = 2, RECORD_EXTENSION = 3, RECORD_END = 4 };
enum { EXTENSION_GRAPHICS = 0xf9, HAS_CLEAR = 1 };

typedef int (*gif_input)(gif_file *file, uint8_t *to, int size);

#define FUNCTION_MAP(X)                                                         \
    X(gif_file *, DGifOpen, (void *user, gif_input input, int *error))          \
    X(int, DGifGetRecordType, (gif_file * file, int *type))                     \
    X(int, DGifGetImageDesc, (gif_file * file))                                 \
    X(int, DGifGetLine, (gif_file * file, uint8_t * line, int length))          \
    X(int, DGifGetExtension, (gif_file * file, int *code, uint8_t **extension)) \
    X(int, DGifGetExtensionNext, (gif_file * file, uint8_t * *extension))       \
    X(int, DGifCloseFile, (gif_file * file, int *error))

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

typedef struct source {
    const uint8_t *data;
    size_t left;
} source;

static int read_some(gif_file *file, uint8_t *to, int size)
{
    source *from = file->user;
    const size_t wanted = size > 0 ? (size_t)size : 0;
    const size_t got = wanted < from->left ? wanted : from->left;
    memcpy(to, from->data, got);
    from->data += got;
    from->left -= got;
    return (int)got;
}

static bool is_gif(const uint8_t *data, size_t size)
{
    return size >= 6 && (memcmp(data, "GIF87a", 6) == 0 || memcmp(data, "GIF89a", 6) == 0);
}

static pawl_status fail_damaged(pawl_error *error)
{
    return pw_fail(error, PAWL_ERR_CORRUPT,
                   "the GIF picture is damaged or truncated; copy or download it again");
}

/* Up to the first picture; *clear: the colour whose pixels are not drawn, below 0: none. */
static pawl_status find_image(gif_file *file, int *clear, pawl_error *error)
{
    *clear = -1;
    for (;;) {
        int type = 0, code = 0;
        uint8_t *extension = NULL;
        if (process.library.DGifGetRecordType(file, &type) == 0)
            return fail_damaged(error);
        if (type == RECORD_IMAGE)
            return process.library.DGifGetImageDesc(file) != 0 ? PAWL_OK : fail_damaged(error);
        if (type != RECORD_EXTENSION)
            return pw_fail(error, PAWL_ERR_CORRUPT, "the GIF file holds no picture");
        if (process.library.DGifGetExtension(file, &code, &extension) == 0)
            return fail_damaged(error);
        if (code == EXTENSION_GRAPHICS && extension != NULL && extension[0] >= 4)
            *clear = (extension[1] & HAS_CLEAR) != 0 ? extension[4] : -1;
        while (extension != NULL)
            if (process.library.DGifGetExtensionNext(file, &extension) == 0)
                return fail_damaged(error);
    }
}

static void put_line(const pw_image *image, const gif_colour_map *map, const gif_file *file,
                     int row, int clear, const uint8_t *line)
{
    uint8_t *pixel = pw_image_row(image, file->image.top + row) + (size_t)file->image.left * 3;
    for (int x = 0; x < file->image.width; x++, pixel += 3)
        if (line[x] < map->count && line[x] != clear)
            memcpy(pixel, map->colours + (size_t)line[x] * 3, 3);
}

/* Lines come in four passes where they are interlaced. */
static pawl_status read_lines(gif_file *file, const pw_image *image, int clear, uint8_t *line,
                              pawl_error *error)
{
    static const int first[] = {0, 4, 2, 1}, step[] = {8, 8, 4, 2};
    const gif_colour_map *map = file->image.colours != NULL ? file->image.colours : file->colours;
    if (map == NULL || map->colours == NULL)
        return pw_fail(error, PAWL_ERR_CORRUPT, "the GIF picture has no colours");
    for (int pass = 0; pass < (file->image.is_interlaced ? 4 : 1); pass++)
        for (int row = file->image.is_interlaced ? first[pass] : 0; row < file->image.height;
             row += file->image.is_interlaced ? step[pass] : 1) {
            if (process.library.DGifGetLine(file, line, file->image.width) == 0)
                return fail_damaged(error);
            put_line(image, map, file, row, clear, line);
        }
    return PAWL_OK;
}

/* What the picture leaves free of the screen has the screen's background, black where that is of no
 * colour: as OpenCV shows it. */
static void paint_background(const gif_file *file, const pw_image *image)
{
    static const uint8_t black[3] = {0};
    const gif_colour_map *map = file->colours;
    const bool has_colour = map != NULL && map->colours != NULL && file->background < map->count;
    const uint8_t *colour = has_colour ? map->colours + (size_t)file->background * 3 : black;
    for (size_t at = 0; at < image->row_size * (size_t)image->height; at += 3)
        memcpy(image->pixels + at, colour, 3);
}

static pawl_status decode_first(gif_file *file, pw_image *image, pawl_error *error)
{
    int clear;
    PW_TRY(find_image(file, &clear, error));
    if (file->image.left < 0 || file->image.top < 0 || file->image.width < 1 ||
        file->image.height < 1 || file->image.width > file->width - file->image.left ||
        file->image.height > file->height - file->image.top)
        return pw_fail(error, PAWL_ERR_CORRUPT,
                       "the GIF picture of %d x %d at %d, %d does not fit its screen of %d x %d",
                       file->image.width, file->image.height, file->image.left, file->image.top,
                       file->width, file->height);
    PW_TRY(pw_image_allocate(image, file->width, file->height, error));
    paint_background(file, image);
    uint8_t *line PW_AUTO_FREE = pw_alloc((size_t)file->image.width);
    if (line == NULL)
        return pw_fail_memory(error, "a line of a GIF picture", (size_t)file->image.width);
    return read_lines(file, image, clear, line, error);
}

static pawl_status decode_gif(const uint8_t *data, size_t size, pw_reading *how, pw_image *image,
                              pawl_error *error)
{
    (void)pthread_once(&process.once, start);
    if (!process.is_here)
        return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                       "this is a GIF picture, and " LIBRARY
                       " (Debian: libgif7) cannot be used: %s",
                       process.reason);
    source from = {.data = data, .left = size};
    int code = 0, type = 0;
    gif_file *file = process.library.DGifOpen(&from, read_some, &code);
    if (file == NULL)
        return fail_damaged(error);
    const pawl_status status = decode_first(file, image, error);
    if (status >= 0) /* another picture, or what says how long this one is shown */
        how->is_animation =
            process.library.DGifGetRecordType(file, &type) != 0 && type != RECORD_END;
    (void)process.library.DGifCloseFile(file, &code);
    return status;
}

const pw_codec pw_codec_gif = {.name = "GIF", .is_mine = is_gif, .decode = decode_gif};
