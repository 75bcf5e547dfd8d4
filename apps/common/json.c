/* SPDX-License-Identifier: Apache-2.0 */
/* JSON out. */
#include "common/json.h"

#include "common/files.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Length of the valid UTF-8 sequence at @p at, 0 if there is none. */
static size_t utf8_length(const unsigned char *at)
{
    static const unsigned int least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = 0;
    unsigned int code = 0;
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
    code = *at & (0xFFu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (at[i] & 0x3Fu);
    }
    return code < least[length] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000) ? 0
                                                                                        : length;
}

json_t *app_json_text(const char *text)
{
    if (text == NULL)
        return json_null();
    json_t *value = json_string(text);
    if (value != NULL)
        return value;
    char *clean = malloc(strlen(text) * 3 + 1);
    if (clean == NULL)
        return NULL;
    char *out = clean;
    for (const char *at = text; *at != '\0';) {
        const size_t length = utf8_length((const unsigned char *)at);
        memcpy(out, length == 0 ? "\xEF\xBF\xBD" : at, length == 0 ? 3 : length);
        out += length == 0 ? 3 : length;
        at += length == 0 ? 1 : length;
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

bool app_json_write(FILE *out, const json_t *value)
{
    return json_dumpf(value, out, APP_JSON_FLAGS | JSON_ENCODE_ANY) == 0;
}

bool app_json_write_line(FILE *out, const json_t *value)
{
    return app_json_write(out, value) && fputc('\n', out) != EOF;
}

json_t *app_json_image_id(const char *path)
{
    const char *name = app_path_name(path);
    const size_t length = app_stem_length(name);
    char *stem = app_format("%.*s", (int)length, name);
    if (stem == NULL)
        return NULL;
    errno = 0;
    const long long number = strtoll(stem, NULL, 10);
    const bool is_number = length > 0 && strspn(stem, "0123456789") == length && errno == 0;
    json_t *id = is_number ? json_integer(number) : app_json_text(stem);
    free(stem);
    return id;
}
