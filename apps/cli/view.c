/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures in a terminal, by kitty's protocol or as sixels; which of them a terminal knows is found
 * by its name, or by asking for its attributes. */
#include "cli/view.h"

#include "common/base64.h"
#include "common/program.h"
#include "common/term.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define WIDTH  640 /* pixels at most */
#define HEIGHT 480
#define CHUNK  3072 /* bytes that are 4096 letters, as much as kitty takes at once */
#define ANSWER 200  /* ms that a terminal has */
#define LEVELS 6    /* of red, green and blue: 216 colours, which every sixel terminal has */
#define BAND   6    /* rows that a letter stands for */

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0';
}

static bool is_value(const char *name, const char *wanted)
{
    const char *value = getenv(name);
    return value != NULL && strcmp(value, wanted) == 0;
}

static bool knows_kitty(void)
{
    return is_set("KITTY_WINDOW_ID") || is_value("TERM", "xterm-kitty") ||
           is_value("TERM", "xterm-ghostty") || is_value("TERM_PROGRAM", "WezTerm");
}

/* "ESC [ ? 62 ; 4 ; 22 c": one of the numbers is 4. */
static bool has_sixel(const char *answer)
{
    const char *at = strstr(answer, "\033[?");
    for (at = at != NULL ? at + 3 : ""; *at != '\0' && *at != 'c'; at++) {
        const size_t digits = strspn(at, "0123456789");
        if (digits == 1 && *at == '4')
            return true;
        at += digits;
        if (*at != ';')
            break;
    }
    return false;
}

/* Asks for the primary attributes, with the terminal's echo off. */
static bool knows_sixel(void)
{
    struct termios usual, raw;
    char answer[64] = "";
    const int terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal < 0)
        return false;
    /* In the background asking would stop the program. */
    if (tcgetpgrp(terminal) == getpgrp() && tcgetattr(terminal, &usual) == 0) {
        raw = usual;
        raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
        (void)tcsetattr(terminal, TCSANOW, &raw);
        size_t size = 0;
        struct pollfd ready = {.fd = terminal, .events = POLLIN};
        bool is_open = write(terminal, "\033[c", 3) == 3;
        while (is_open && size < sizeof answer - 1 && strchr(answer, 'c') == NULL &&
               poll(&ready, 1, ANSWER) > 0) {
            const ssize_t got = read(terminal, answer + size, sizeof answer - 1 - size);
            is_open = got > 0;
            size += got > 0 ? (size_t)got : 0;
        }
        (void)tcsetattr(terminal, TCSANOW, &usual);
    }
    (void)close(terminal);
    return has_sixel(answer);
}

view_mode view_find(void)
{
    const bool is_terminal = isatty(fileno(app_say_stream())) != 0;
    if (is_value("PAWL_VIEW", "kitty") || (is_terminal && !is_set("PAWL_VIEW") && knows_kitty()))
        return VIEW_KITTY;
    if (is_value("PAWL_VIEW", "sixel") || (is_terminal && !is_set("PAWL_VIEW") && knows_sixel()))
        return VIEW_SIXEL;
    if (is_value("PAWL_VIEW", "folder") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY"))
        return VIEW_FOLDER;
    app_warn(
        "--view: this terminal shows no pictures (PAWL_VIEW=kitty or sixel says that it does), "
        "and there is no desktop to open a folder on");
    return VIEW_NONE;
}

/* Rows of an image of ours lie one behind the other. */
static void put_kitty(FILE *out, const pawl_image_view *view)
{
    const size_t size = (size_t)view->width * 3 * (size_t)view->height;
    for (size_t at = 0; at < size; at += CHUNK) {
        const size_t length = size - at < CHUNK ? size - at : CHUNK;
        if (at == 0)
            fprintf(out, "\033_Ga=T,f=24,s=%d,v=%d,m=%d;", view->width, view->height,
                    length < size);
        else
            fprintf(out, "\033_Gm=%d;", at + length < size);
        app_put_base64(out, view->pixels + at, length);
        fputs("\033\\", out);
    }
    fputc('\n', out);
}

/* The nearest of the levels, a little off by the place, so that slopes stay slopes. */
static int colour_at(const pawl_image_view *view, int32_t x, int32_t y)
{
    static const int offsets[4][4] = {
        {-24, 0, -18, 6}, {12, -12, 18, -6}, {-15, 9, -21, 3}, {21, -3, 15, -9}};
    const uint8_t *pixel = view->pixels + (size_t)y * view->row_size + (size_t)x * 3;
    int colour = 0;
    for (int c = 0; c < 3; c++) {
        const int level = (pixel[c] + offsets[y & 3][x & 3] + 25) / 51;
        colour = colour * LEVELS + (level < 0 ? 0 : level >= LEVELS ? LEVELS - 1 : level);
    }
    return colour;
}

static void put_run(FILE *out, int letter, int count)
{
    if (count > 3)
        fprintf(out, "!%d%c", count, letter);
    else
        for (int i = 0; i < count; i++)
            fputc(letter, out);
}

/* One colour of a band: for each column the rows that have it, as bits. */
static void put_colour(FILE *out, const uint8_t *colours, int32_t width, int32_t rows, int colour)
{
    int last = 0, count = 0;
    fprintf(out, "#%d", colour);
    for (int32_t x = 0; x < width; x++) {
        int bits = 0;
        for (int32_t y = 0; y < rows; y++)
            bits |= colours[y * width + x] == colour ? 1 << y : 0;
        if (count > 0 && bits != last) {
            put_run(out, last + '?', count);
            count = 0;
        }
        last = bits;
        count++;
    }
    put_run(out, last + '?', count);
    fputc('$', out);
}

static int put_sixel(FILE *out, const pawl_image_view *view)
{
    uint8_t *colours = malloc((size_t)view->width * BAND);
    if (colours == NULL)
        return app_fail_memory();
    fprintf(out, "\033Pq\"1;1;%d;%d", view->width, view->height);
    for (int c = 0; c < LEVELS * LEVELS * LEVELS; c++)
        fprintf(out, "#%d;2;%d;%d;%d", c, c / LEVELS / LEVELS * 20, c / LEVELS % LEVELS * 20,
                c % LEVELS * 20);
    for (int32_t top = 0; top < view->height; top += BAND) {
        bool is_used[LEVELS * LEVELS * LEVELS] = {false};
        const int32_t rows = view->height - top < BAND ? view->height - top : BAND;
        for (int32_t y = 0; y < rows; y++)
            for (int32_t x = 0; x < view->width; x++) {
                const int colour = colour_at(view, x, top + y);
                colours[y * view->width + x] = (uint8_t)colour;
                is_used[colour] = true;
            }
        for (int c = 0; c < LEVELS * LEVELS * LEVELS; c++)
            if (is_used[c])
                put_colour(out, colours, view->width, rows, c);
        fputc('-', out);
    }
    fputs("\033\\\n", out);
    free(colours);
    return APP_EXIT_DONE;
}

int view_picture(view_mode mode, pawl_image *image)
{
    pawl_error error = {0};
    pawl_image *small = NULL;
    pawl_image_view view = PAWL_IMAGE_VIEW_INIT;
    int code = APP_EXIT_DONE;
    if (mode != VIEW_KITTY && mode != VIEW_SIXEL)
        return code;
    if (pawl_image_letterbox_rect(image, WIDTH, HEIGHT, 1, &small, &error) < 0 ||
        pawl_image_view_get(small, &view, &error) < 0)
        code = app_fail_library("--view", &error);
    else if (mode == VIEW_KITTY)
        put_kitty(app_say_stream(), &view);
    else
        code = put_sixel(app_say_stream(), &view);
    (void)pawl_image_destroy(&small);
    return code;
}

void view_folder(view_mode mode, const char *folder)
{
    enum { SECONDS = 10, MOST = 1 << 16 };
    app_printed printed = {.size = 0};
    char *const argv[] = {"xdg-open", (char *)(uintptr_t)folder, NULL};
    if (mode == VIEW_FOLDER && !app_program_run(argv, MOST, SECONDS, &printed))
        app_warn("--view: cannot open %s with xdg-open: %s", folder, printed.complaint);
    free(printed.data);
}
