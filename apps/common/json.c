/* SPDX-License-Identifier: Apache-2.0 */
/* JSON out. */
#include "common/json.h"

#include "common/text_file.h"

#include <math.h>
#include <pawl/logger.h>
#include <stdlib.h>
#include <string.h>

#define SPELLED 4 /* bytes of "\xff" */

json_t *app_json_text(const char *text)
{
    if (text == NULL)
        return json_null();
    json_t *value = json_string(text);
    if (value != NULL)
        return value;
    char *clean = malloc(strlen(text) * SPELLED + 1);
    if (clean == NULL)
        return NULL;
    char *out = clean;
    for (const char *at = text; *at != '\0';) {
        const size_t length = app_utf8_length(at);
        if (length == 0)
            out += snprintf(out, SPELLED + 1, "\\x%02x", (unsigned int)(unsigned char)*at++);
        for (size_t i = 0; i < length; i++)
            *out++ = *at++;
    }
    *out = '\0';
    value = json_string(clean);
    free(clean);
    return value;
}

json_t *app_json_number(double number)
{
    return isfinite(number) ? json_real(number) : json_null();
}

json_t *app_json_rounded(double number, int decimals)
{
    char text[64];
    if (!isfinite(number) || fabs(number) > 1e12)
        return json_null();
    (void)snprintf(text, sizeof text, "%.*f", decimals, number);
    return json_real(strtod(text, NULL));
}

json_t *app_json_error(const pawl_error *error)
{
    json_t *object = json_object();
    const char *message =
        error->message[0] != '\0' ? error->message : pawl_status_text(error->status);
    if (app_json_set(object, "code", app_json_text(pawl_status_name(error->status))) &&
        app_json_set(object, "message", app_json_text(message)))
        return object;
    json_decref(object);
    return NULL;
}

json_t *app_json_mask(const app_rle *mask)
{
    json_t *size = json_array(), *object = json_object();
    char *text = app_rle_to_text(mask);
    bool is_good = app_json_append(size, json_integer(mask->height)) &&
                   app_json_append(size, json_integer(mask->width));
    is_good = app_json_set(object, "size", size) && is_good && text != NULL &&
              app_json_set(object, "counts", app_json_text(text));
    free(text);
    if (is_good)
        return object;
    json_decref(object);
    return NULL;
}

bool app_json_set(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value) == 0;
}

bool app_json_append(json_t *array, json_t *value)
{
    return json_array_append_new(array, value) == 0;
}

/* Where what jansson dumps goes. */
struct sink {
    json_dump_callback_t put;
    void *user;
};

/* Of jansson's pieces, which hold whole characters: it spells out what is below a blank and leaves
 * the rest of what terminals listen to. */
static int put_plain(const char *bytes, size_t size, void *user)
{
    const struct sink *sink = user;
    size_t from = 0;
    for (size_t at = 0, length; at < size; at += length) {
        char piece[16];
        const unsigned char byte = (unsigned char)bytes[at];
        const bool is_delete = byte == 0x7f; /* in JSON "\x7f" is none */
        length = byte < 0x80 ? 1 : app_utf8_length(bytes + at);
        if (byte < 0x7f || length == 0) {
            length = 1;
            continue;
        }
        const size_t spelled = is_delete ? (size_t)snprintf(piece, sizeof piece, "\\u007f")
                                         : pawl_text_plain(bytes + at, length, piece, sizeof piece);
        if (spelled == length)
            continue;
        if ((at > from && sink->put(bytes + from, at - from, sink->user) != 0) ||
            sink->put(piece, spelled, sink->user) != 0)
            return -1;
        from = at + length;
    }
    return size > from ? sink->put(bytes + from, size - from, sink->user) : 0;
}

int app_json_dump(const json_t *value, size_t flags, json_dump_callback_t put, void *user)
{
    struct sink sink = {put, user};
    return json_dump_callback(value, put_plain, &sink, flags);
}

static int put_file(const char *bytes, size_t size, void *out)
{
    return fwrite(bytes, 1, size, out) == size ? 0 : -1;
}

bool app_json_write_as(FILE *out, const json_t *value, size_t flags)
{
    return app_json_dump(value, flags, put_file, out) == 0;
}

bool app_json_write(FILE *out, const json_t *value)
{
    return app_json_write_as(out, value, APP_JSON_FLAGS | JSON_ENCODE_ANY);
}

bool app_json_write_line(FILE *out, const json_t *value)
{
    return app_json_write(out, value) && fputc('\n', out) != EOF;
}
