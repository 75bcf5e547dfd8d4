/* SPDX-License-Identifier: Apache-2.0 */
/* Reads text files. What an editor saved in another encoding is converted where a mark says which
 * it is, and else refused: names taken for what they are not would end up in engines. */
#include "common/text_file.h"

#include "common/files.h"
#include "common/inputs.h"
#include "common/term.h"
#include "common/video/source.h"

#include <errno.h>
#include <pawl/file.h>
#include <stdlib.h>
#include <string.h>

#define REPLACEMENT 0xFFFDu /* for half a pair */

void app_text_free(app_text *text)
{
    if (text->is_converted)
        free(text->bytes);
    else
        pawl_memory_release(text->bytes);
    *text = (app_text){0};
}

/* What an error says, without the file's name. */
static const char *words_of(const pawl_error *error, const char *path)
{
    if (error->os_error != 0)
        return strerror(error->os_error);
    if (error->status == PAWL_ERR_LIMIT)
        return "it is too large";
    if (error->status == PAWL_ERR_CORRUPT)
        return "a part of it was never written; copy or download it again";
    if (error->status == PAWL_ERR_MEMORY)
        return "memory ran out";
    if (app_is_folder(path))
        return strerror(EISDIR);
    if (strstr(error->message, ": it is a device") != NULL)
        return "it is a device, not a file";
    if (strstr(error->message, ": it is a pipe") != NULL)
        return "it is a pipe, and nobody opens it for writing: start its writer first, or give a "
               "file";
    return "it changed while it was read; read it again, or let its writer write another name and "
           "rename that";
}

const char *app_text_load(app_text *text, const char *path, size_t most)
{
    void *bytes = NULL;
    pawl_error error = {0};
    *text = (app_text){0};
    if (pawl_file_read(path, most, &bytes, &text->size, &error) < 0)
        return words_of(&error, path);
    text->bytes = bytes;
    return NULL;
}

size_t app_utf8_length(const char *text)
{
    static const unsigned int least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *at = (const unsigned char *)text;
    size_t length = 0;
    if (*at < 0x80)
        return 1;
    if (*at >= 0xC2 && *at < 0xE0)
        length = 2;
    else if (*at >= 0xE0 && *at < 0xF0)
        length = 3;
    else if (*at >= 0xF0 && *at < 0xF5)
        length = 4;
    else
        return 0;
    unsigned int code = *at & (0xFFu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (at[i] & 0x3Fu);
    }
    return code < least[length] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000) ? 0
                                                                                        : length;
}

int app_utf8_cut(const char *text, int most)
{
    const int length = (int)strnlen(text, (size_t)most + 1);
    int cut = length <= most ? length : most;
    while (cut > 0 && cut < length && ((unsigned char)text[cut] & 0xC0) == 0x80)
        cut--;
    return cut;
}

static size_t put_utf8(char *out, unsigned int code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    const size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (code & 0x3F));
        code >>= 6;
    }
    out[0] = (char)((0xF00u >> length & 0xFFu) | code);
    return length;
}

/* Replaces UTF-16, low or high byte first, by UTF-8. False: memory ran out. */
static bool convert_utf16(app_text *text, bool is_big)
{
    const unsigned char *in = (const unsigned char *)text->bytes;
    const size_t units = text->size / 2;
    char *out = malloc(units * 3 + 1);
    size_t length = 0;
    if (out == NULL)
        return false;
    for (size_t i = 1; i < units; i++) { /* behind the mark */
        unsigned int code = (unsigned int)in[2 * i + (is_big ? 0 : 1)] << 8 | in[2 * i + is_big];
        if (code >= 0xD800 && code < 0xE000) {
            const bool is_pair = code < 0xDC00 && i + 1 < units;
            const unsigned int next =
                is_pair
                    ? (unsigned int)in[2 * i + 2 + (is_big ? 0 : 1)] << 8 | in[2 * i + 2 + is_big]
                    : 0;
            const bool is_whole = next >= 0xDC00 && next < 0xE000;
            code = is_whole ? 0x10000 + ((code - 0xD800) << 10) + (next - 0xDC00) : REPLACEMENT;
            i += is_whole ? 1 : 0;
        }
        length += put_utf8(out + length, code);
    }
    out[length] = '\0';
    app_text_free(text);
    *text = (app_text){out, length, true};
    return true;
}

/* Where the text is no UTF-8 any more; NULL: nowhere. */
static const char *first_foreign(const app_text *text)
{
    for (const char *at = text->bytes; at < text->bytes + text->size;) {
        const size_t length = *at == '\0' ? 0 : app_utf8_length(at);
        if (length == 0)
            return at;
        at += length;
    }
    return NULL;
}

static int fail_foreign(const app_text *text, const char *at, const char *path)
{
    size_t line = 1;
    if ((at == text->bytes || *at == '\0') && pawl_file_kind(path) != NULL)
        return app_fail_kind(path, "not a text"); /* a JSON file in GBK is one */
    for (const char *c = text->bytes; c < at; c++)
        line += *c == '\n' ? 1 : 0;
    if (*at == '\0')
        return app_fail(APP_EXIT_INPUT,
                        "%s: line %zu: a zero byte: this is no text, or UTF-16 without its mark; "
                        "save it as UTF-8 (iconv -f UTF-16LE -t UTF-8)",
                        path, line);
    return app_fail(APP_EXIT_INPUT,
                    "%s: line %zu: byte 0x%02x is no UTF-8: the file is in another encoding; save "
                    "it as UTF-8 (from GBK: iconv -f GBK -t UTF-8)",
                    path, line, (unsigned int)(unsigned char)*at);
}

static bool begins_with(const app_text *text, const char *mark)
{
    const size_t length = strlen(mark);
    return text->size >= length && memcmp(text->bytes, mark, length) == 0;
}

bool app_text_convert(app_text *text)
{
    const bool is_big = begins_with(text, "\xFE\xFF");
    if (is_big || begins_with(text, "\xFF\xFE"))
        return convert_utf16(text, is_big);
    if (begins_with(text, "\xEF\xBB\xBF")) {
        text->size -= 3;
        memmove(text->bytes, text->bytes + 3, text->size + 1);
    }
    return true;
}

int app_text_read(app_text *text, const char *path, size_t most)
{
    const char *problem = app_text_load(text, path, most);
    if (problem != NULL && app_is_address(path))
        return app_fail_address(path);
    if (problem != NULL)
        return app_fail(APP_EXIT_INPUT, "cannot open %s: %s", path, problem);
    const char *foreign = NULL;
    int code = APP_EXIT_DONE;
    if (!app_inputs_add(path) || !app_text_convert(text))
        code = app_fail_memory();
    else if ((foreign = first_foreign(text)) != NULL)
        code = fail_foreign(text, foreign, path);
    if (code != APP_EXIT_DONE)
        app_text_free(text);
    return code;
}
