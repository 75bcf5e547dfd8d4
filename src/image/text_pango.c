/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text in any script by Pango, found at run time: it asks fontconfig for the system's fonts,
 * HarfBuzz to join and place the letters, fribidi for what runs from right to left, FreeType for
 * their pixels. Names and types of its functions are those of its reference manual.
 */
#include "base/log.h"
#include "base/os.h"
#include "base/size.h"
#include "image/text.h"
#include <pthread.h>
#include <string.h>

#define LIBRARY    "libpangoft2-1.0.so.0"
#define FONT       "DejaVu Sans Bold" /* ours, if it is here; what it lacks comes from others */
#define UNIT       1024               /* PANGO_SCALE */
#define MAX_LENGTH 4096               /* bytes of a line that are shown */

/* FreeType's FT_Bitmap. */
typedef struct ft_bitmap {
    unsigned rows, width;
    int pitch;
    unsigned char *buffer;
    unsigned short grey_count;
    unsigned char pixel_mode, palette_mode;
    void *palette;
} ft_bitmap;
enum { FT_PIXEL_MODE_GRAY = 2 };

/* gunichar is 32 bits, gboolean an int; the rest are opaque pointers. */
#define FUNCTION_MAP(X)                                                            \
    X(void *, pango_ft2_font_map_new, (void))                                      \
    X(void *, pango_font_map_create_context, (void *map))                          \
    X(void *, pango_layout_new, (void *context))                                   \
    X(void, pango_layout_set_text, (void *layout, const char *text, int length))   \
    X(void, pango_layout_set_single_paragraph_mode, (void *layout, int is_single)) \
    X(void, pango_layout_set_font_description, (void *layout, const void *font))   \
    X(void, pango_layout_get_pixel_size, (void *layout, int *width, int *height))  \
    X(int, pango_layout_get_unknown_glyphs_count, (void *layout))                  \
    X(void *, pango_font_description_from_string, (const char *text))              \
    X(void, pango_font_description_set_absolute_size, (void *font, double size))   \
    X(void, pango_font_description_free, (void *font))                             \
    X(void, pango_ft2_render_layout, (ft_bitmap * to, void *layout, int x, int y)) \
    X(int, g_utf8_validate, (const char *text, ptrdiff_t size, const char **end))  \
    X(uint32_t, g_utf8_get_char, (const char *text))                               \
    X(int, g_unichar_get_script, (uint32_t character))                             \
    X(uint32_t, g_unicode_script_to_iso15924, (int script))                        \
    X(void, g_object_unref, (void *object))

typedef struct pango {
    FUNCTION_MAP(PW_OS_FUNCTION)
    void *context; /* of the one map of fonts, for as long as the process lives; NULL: there is no
                      Pango */
} pango;

#define SCRIPTS      256
#define TOLD_AT_ONCE 4
static struct {
    pthread_once_t once;
    pthread_mutex_t mutex; /* a map of fonts is for one thread at a time */
    pango library;
    bool has_said[SCRIPTS];
    pw_notice absence;
} process = {.once = PTHREAD_ONCE_INIT, .mutex = PTHREAD_MUTEX_INITIALIZER};

static void *layout_of(const pango *library, const char *text, int32_t font_size)
{
    void *const layout = library->pango_layout_new(library->context);
    void *const font = library->pango_font_description_from_string(FONT);
    library->pango_font_description_set_absolute_size(font, (double)font_size * UNIT);
    library->pango_layout_set_font_description(layout, font);
    library->pango_font_description_free(font);
    library->pango_layout_set_single_paragraph_mode(layout, 1);
    library->pango_layout_set_text(layout, text, (int)pw_text_cut(text, strlen(text), MAX_LENGTH));
    return layout;
}

static void before_fork(void)
{
    (void)pthread_mutex_lock(&process.mutex);
}

static void after_fork(void)
{
    (void)pthread_mutex_unlock(&process.mutex);
}

static int fork_result;

/* Text needs no object, so a child may measure and draw: it must find the map whole, and the mutex
 * free. At load, so that a program's own handlers, which come later, find it free, too. */
static void PW_AT_LOAD watch_forks(void)
{
    fork_result = pthread_atfork(before_fork, after_fork, after_fork);
}

static void start_library(void)
{
    static const char *const names[] = {FUNCTION_MAP(PW_OS_FUNCTION_NAME)};
    char reason[256] = "memory ran out";
    pango *const library = &process.library;
    if (fork_result != 0 || /* all that pthread_atfork can lack */
        !pw_os_functions_load(LIBRARY, names, PW_COUNT(names), library, reason, sizeof reason)) {
        pw_notice_set(&process.absence, PAWL_LOG_WARNING,
                      "names in other scripts show as '?': " LIBRARY
                      " (Debian: libpangoft2-1.0-0) cannot be used: %s",
                      reason);
        return;
    }
    void *const map = library->pango_ft2_font_map_new();
    library->context = map != NULL ? library->pango_font_map_create_context(map) : NULL;
    if (library->context == NULL)
        return;
    /* Pango leaves the reading of fonts to a thread of its own, which no child would have: the
     * first text waits for it. */
    int width = 0, height = 0;
    void *const layout = layout_of(library, "x", 16);
    library->pango_layout_get_pixel_size(layout, &width, &height);
    library->g_object_unref(layout);
}

static void start(void)
{
    (void)pthread_mutex_lock(&process.mutex);
    start_library();
    (void)pthread_mutex_unlock(&process.mutex);
}

/* NULL where Pango is not here, or the text is none. */
static const pango *pango_for(const char *text)
{
    (void)pthread_once(&process.once, start);
    pw_notice_tell(&process.absence);
    const pango *const library = &process.library;
    return library->context != NULL && library->g_utf8_validate(text, -1, NULL) != 0 ? library
                                                                                     : NULL;
}

/* Notes the scripts of the text that no font has and that nobody was told of. The layout is used
 * up. */
static size_t find_unknown(const pango *library, void *layout, const char *text,
                           uint32_t codes[TOLD_AT_ONCE])
{
    const size_t length = pw_text_cut(text, strlen(text), MAX_LENGTH);
    size_t count = 0;
    for (size_t at = 0; at < length && count < TOLD_AT_ONCE;) {
        size_t next = at + 1;
        while (((unsigned char)text[next] & 0xc0) == 0x80)
            next++;
        const int script = library->g_unichar_get_script(library->g_utf8_get_char(text + at));
        library->pango_layout_set_text(layout, text + at, (int)(next - at));
        at = next;
        if (script < 0 || script >= SCRIPTS || process.has_said[script] ||
            library->pango_layout_get_unknown_glyphs_count(layout) == 0)
            continue;
        process.has_said[script] = true;
        codes[count++] = library->g_unicode_script_to_iso15924(script);
    }
    return count;
}

static void say_unknown(const char *text, const uint32_t *codes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        pw_log(PAWL_LOG_WARNING,
               "no font of this system has the letters of '%.60s' (script %c%c%c%c): they are "
               "drawn as boxes; install one, such as Debian's fonts-noto-core or fonts-noto-cjk",
               text, (int)(codes[i] >> 24 & 0x7f), (int)(codes[i] >> 16 & 0x7f),
               (int)(codes[i] >> 8 & 0x7f), (int)(codes[i] & 0x7f));
}

bool pw_pango_measure(const char *utf8, int32_t font_size, pw_text *text)
{
    const pango *const library = pango_for(utf8);
    int width = 0, height = 0;
    uint32_t codes[TOLD_AT_ONCE];
    size_t unknown = 0;
    if (library == NULL)
        return false;
    (void)pthread_mutex_lock(&process.mutex);
    void *const layout = layout_of(library, utf8, font_size);
    library->pango_layout_get_pixel_size(layout, &width, &height);
    if (library->pango_layout_get_unknown_glyphs_count(layout) > 0)
        unknown = find_unknown(library, layout, utf8, codes);
    library->g_object_unref(layout);
    (void)pthread_mutex_unlock(&process.mutex);
    say_unknown(utf8, codes, unknown); /* now: the user's logger may draw */
    text->width = width < 0 ? 0 : width < PW_IMAGE_MAX_SIDE ? width : PW_IMAGE_MAX_SIDE;
    text->height = height < 0 ? 0 : height < PW_IMAGE_MAX_SIDE ? height : PW_IMAGE_MAX_SIDE;
    return true;
}

bool pw_pango_render(const char *utf8, int32_t font_size, pw_text *text)
{
    const pango *const library = pango_for(utf8);
    if (library == NULL)
        return false;
    if (text->width == 0 || text->height == 0)
        return true;
    ft_bitmap bitmap = {.rows = (unsigned)text->height,
                        .width = (unsigned)text->width,
                        .pitch = text->width,
                        .buffer = text->coverage,
                        .grey_count = 256,
                        .pixel_mode = FT_PIXEL_MODE_GRAY};
    (void)pthread_mutex_lock(&process.mutex);
    void *const layout = layout_of(library, utf8, font_size);
    library->pango_ft2_render_layout(&bitmap, layout, 0, 0);
    library->g_object_unref(layout);
    (void)pthread_mutex_unlock(&process.mutex);
    return true;
}
