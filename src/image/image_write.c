/* SPDX-License-Identifier: Apache-2.0 */
/* Images out: into files that appear whole or not at all, and into memory. */
#include "base/desc.h"
#include "base/memory.h"
#include "base/size.h"
#include "base/strbuf.h"
#include "image/image.h"
#include <string.h>

#define QUALITY    95
#define SINK_LEAST ((size_t)1 << 16)

static void keep(pw_sink *sink, const void *data, size_t size)
{
    if (size > sink->capacity - sink->size) {
        const size_t wanted =
            pw_size_max(pw_size_max(sink->capacity * 2, sink->size + size), SINK_LEAST);
        uint8_t *grown = pw_grow(sink->data, sink->size, wanted);
        if (grown == NULL) {
            sink->is_full = true;
            return;
        }
        sink->data = grown;
        sink->capacity = wanted;
    }
    memcpy(sink->data + sink->size, data, size);
    sink->size += size;
}

void pw_sink_write(pw_sink *sink, const void *data, size_t size)
{
    if (sink->file != NULL)
        pw_os_file_write(sink->file, data, size);
    else if (!sink->is_full && size > 0)
        keep(sink, data, size);
}

/* The same letters, whatever their case; ASCII only, whatever the locale. */
static bool is_ending(const char *text, const char *ending)
{
    size_t i = 0;
    for (; ending[i] != '\0'; i++)
        if ((text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + ('a' - 'A')) : text[i]) !=
            ending[i])
            return false;
    return text[i] == '\0';
}

static const pw_codec *codec_of(const char *ending)
{
    const pw_codec *codec;
    for (size_t i = 0; (codec = pw_image_codec(i)) != NULL; i++)
        for (size_t e = 0; e < PW_COUNT(codec->endings) && codec->endings[e] != NULL; e++)
            if (is_ending(ending, codec->endings[e]))
                return codec;
    return NULL;
}

const char *pawl_image_ending(size_t index)
{
    const pw_codec *codec;
    for (size_t i = 0; (codec = pw_image_codec(i)) != NULL; i++)
        for (size_t e = 0; e < PW_COUNT(codec->endings); e++)
            if (codec->endings[e] != NULL && index-- == 0)
                return codec->endings[e];
    return NULL;
}

static pawl_status refuse_ending(const char *how, const char *what, pawl_error *error)
{
    char endings[96];
    pw_strbuf text = PW_STRBUF(endings);
    for (size_t i = 0; pawl_image_ending(i) != NULL; i++)
        pw_strbuf_add(&text, "%s.%s", i > 0 ? ", " : "", pawl_image_ending(i));
    return pw_fail(error, PAWL_ERR_ARGUMENT, how, what, endings);
}

static pawl_status start_writing(const pawl_encode_desc *desc, pw_encoding *how, pawl_error *error)
{
    pawl_encode_desc asked = PAWL_ENCODE_DESC_INIT;
    PW_TRY(pw_desc_read(&asked, sizeof(asked), desc, "pawl_encode_desc", error));
    if (asked.quality < 0 || asked.quality > 100)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "quality is %d: give 1 to 100, or 0 for %d",
                       asked.quality, QUALITY);
    how->quality = asked.quality != 0 ? asked.quality : QUALITY;
    return PAWL_OK;
}

pawl_status pawl_image_save(pawl_image *image, const char *path, const pawl_encode_desc *desc,
                            pawl_error *error)
{
    pw_encoding how;
    if (path == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_image_save: path is NULL");
    const char *dot = strrchr(path, '.');
    const pw_codec *codec = dot != NULL && dot != path ? codec_of(dot + 1) : NULL;
    if (codec == NULL)
        return refuse_ending("cannot write %.300s: its name must end in one of %s", path, error);
    PW_TRY(start_writing(desc, &how, error));
    pw_image *used PW_USING = NULL;
    PW_TRY(pw_object_use(image, &pw_image_type, &used, error));
    pw_os_file file PW_CLEANUP(pw_os_file_abandon) = {.descriptor = -1};
    PW_TRY(pw_os_file_create(path, &file, error));
    pawl_error why = {.status = PAWL_OK};
    pw_sink sink = {.file = &file};
    const pawl_status status = codec->encode(used, &how, &sink, &why);
    if (status < 0)
        return pw_fail(error, status, "cannot write %.200s: %s", path, why.message);
    return pw_os_file_commit(&file, error);
}

pawl_status pawl_image_encode(pawl_image *image, const char *ending, const pawl_encode_desc *desc,
                              void **data, size_t *size, pawl_error *error)
{
    pw_encoding how;
    if (ending == NULL || data == NULL || size == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_image_encode: %s is NULL",
                       ending == NULL ? "ending"
                       : data == NULL ? "data"
                                      : "size");
    const pw_codec *codec = codec_of(ending[0] == '.' ? ending + 1 : ending);
    if (codec == NULL)
        return refuse_ending("there is no encoder for \"%.40s\": use one of %s", ending, error);
    PW_TRY(start_writing(desc, &how, error));
    pw_image *used PW_USING = NULL;
    PW_TRY(pw_object_use(image, &pw_image_type, &used, error));
    pw_sink sink = {.file = NULL};
    pawl_status status = codec->encode(used, &how, &sink, error);
    if (status >= 0 && sink.is_full)
        status = pw_fail_memory(error, "an encoded picture", sink.capacity);
    if (status < 0) {
        pw_free(sink.data);
        return status;
    }
    *data = sink.data;
    *size = sink.size;
    return PAWL_OK;
}
