/* SPDX-License-Identifier: Apache-2.0 */
/* Saves a recording: opens, hands over to the format, commits; and the two formats of lines. */
#include "base/strbuf.h"
#include "lifetime/diagnosis.h"
#include "lifetime/level.h"
#include "lifetime/record_out.h"

#include <pawl/lifetime_log.h>

#include <stdarg.h>
#include <string.h>

void pw_put(pw_os_file *file, const char *format, ...)
{
    char piece[PW_PUT_SIZE];
    pw_strbuf text = PW_STRBUF(piece);
    va_list arguments;
    va_start(arguments, format);
    pw_strbuf_vadd(&text, format, arguments);
    va_end(arguments);
    pw_os_file_write(file, piece, text.length);
}

/* Bytes of the character at text, which is not at its end; 0: this is no UTF-8. */
static size_t character_size(const unsigned char *text)
{
    const unsigned char lead = text[0];
    const size_t size = lead < 0x80                    ? 1
                        : lead >= 0xC2 && lead <= 0xDF ? 2
                        : lead >= 0xE0 && lead <= 0xEF ? 3
                        : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                       : 0;
    for (size_t i = 1; i < size; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    /* overlong forms, surrogates, and what is beyond Unicode */
    if ((lead == 0xE0 && text[1] < 0xA0) || (lead == 0xED && text[1] > 0x9F) ||
        (lead == 0xF0 && text[1] < 0x90) || (lead == 0xF4 && text[1] > 0x8F))
        return 0;
    return size;
}

typedef const char *(*escape_function)(unsigned char byte);

static const char *escape_json(unsigned char byte)
{
    return byte == '"' ? "\\\"" : byte == '\\' ? "\\\\" : byte < 0x20 ? " " : NULL;
}

static const char *escape_xml(unsigned char byte)
{
    switch (byte) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    default:
        return byte < 0x20 ? " " : NULL;
    }
}

static void put_escaped(pw_os_file *file, const char *text, escape_function escape)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        const size_t size = character_size(at);
        const char *instead = size == 0 ? "?" : size == 1 ? escape(*at) : NULL;
        if (instead != NULL)
            pw_os_file_write(file, instead, strlen(instead));
        else
            pw_os_file_write(file, at, size);
        at += size == 0 ? 1 : size;
    }
}

void pw_put_json(pw_os_file *file, const char *text)
{
    put_escaped(file, text, escape_json);
}

void pw_put_xml(pw_os_file *file, const char *text)
{
    put_escaped(file, text, escape_xml);
}

const char *pw_duration(char text[PW_DURATION_SIZE], uint64_t ns)
{
    text[0] = '\0';
    pw_strbuf buffer = {.text = text, .capacity = PW_DURATION_SIZE};
    if (ns < 1000000)
        pw_strbuf_add(&buffer, "%u µs", (unsigned)(ns / 1000));
    else if (ns < 1000000000)
        pw_strbuf_add(&buffer, "%u.%u ms", (unsigned)(ns / 1000000), (unsigned)(ns / 100000 % 10));
    else
        pw_strbuf_add(&buffer, "%llu.%02u s", (unsigned long long)(ns / 1000000000),
                      (unsigned)(ns / 10000000 % 100));
    return text;
}

/* --- text --- */

/* engine #7, or #7 where its birth was not recorded */
static void put_object(pw_os_file *file, const pw_history *history, uint64_t id)
{
    const size_t life = pw_history_find(history, id);
    if (life != PW_NO_LIFE)
        pw_put(file, "%s ", history->lives[life].born->type->name);
    pw_put(file, "#%llu", (unsigned long long)id);
}

static void put_holder(pw_os_file *file, const pw_history *history, const pw_record *record)
{
    if (record->others[0] == 0)
        pw_put(file, "a call under way");
    else
        put_object(file, history, record->others[0]);
    if (record->holder_count > 1)
        pw_put(file, " and %u other%s", record->holder_count - 1,
               record->holder_count > 2 ? "s" : "");
}

static void put_birth(pw_os_file *file, const pw_history *history, const pw_record *record)
{
    if (record->name[0] != '\0')
        pw_put(file, " \"%s\"", record->name);
    for (size_t k = 0; k < PW_MAX_PARENTS && record->others[k] != 0; k++) {
        pw_put(file, k == 0 ? " on " : ", ");
        put_object(file, history, record->others[k]);
    }
    if (record->file != NULL)
        pw_put(file, " at %s:%d", pw_os_basename(record->file), record->line);
}

static void put_lived(pw_os_file *file, const pw_history *history, const pw_record *record)
{
    const size_t life = pw_history_find(history, record->id);
    if (life == PW_NO_LIFE)
        return;
    const uint64_t us = (record->time_ns - history->lives[life].born->time_ns) / 1000;
    pw_put(file, " after %llu.%03u s", (unsigned long long)(us / 1000000),
           (unsigned)(us / 1000 % 1000));
}

static void put_text_line(pw_os_file *file, const pw_history *history, const pw_record *record)
{
    static const char signs[] = {
        [PW_RECORD_BORN] = '+',     [PW_RECORD_NAMED] = '=',   [PW_RECORD_ENDED] = '.',
        [PW_RECORD_DEFERRED] = '~', [PW_RECORD_REFUSED] = '!', [PW_RECORD_RELEASED] = '-'};
    const uint64_t us = record->time_ns / 1000;
    pw_put(file, "%llu.%06u %c ", (unsigned long long)(us / 1000000), (unsigned)(us % 1000000),
           signs[record->kind]);
    put_object(file, history, record->id);
    switch (record->kind) {
    case PW_RECORD_BORN:
        put_birth(file, history, record);
        break;
    case PW_RECORD_NAMED:
        pw_put(file, " named \"%s\"", record->name);
        break;
    case PW_RECORD_ENDED:
        pw_put(file, " ended");
        break;
    case PW_RECORD_DEFERRED:
        pw_put(file, " ended, held by ");
        put_holder(file, history, record);
        break;
    case PW_RECORD_REFUSED:
        pw_put(file, " not ended: %s, held by ", pw_diagnosis_id(PW_DIAGNOSIS_HELD));
        put_holder(file, history, record);
        break;
    case PW_RECORD_RELEASED:
        put_lived(file, history, record);
        break;
    }
    pw_put(file, "\n");
}

void pw_record_write_text(pw_os_file *file, const pw_history *history)
{
    for (size_t i = 0; i < history->recording.count; i++)
        put_text_line(file, history, pw_recorder_at(i));
    if (history->recording.dropped > 0)
        pw_put(file, "%llu later events were not recorded\n",
               (unsigned long long)history->recording.dropped);
}

/* --- JSON lines --- */

static void put_json_birth(pw_os_file *file, const pw_record *record)
{
    pw_put(file, ",\"type\":\"%s\",\"name\":\"", record->type->name);
    pw_put_json(file, record->name);
    pw_put(file, "\",\"parents\":[");
    for (size_t k = 0; k < PW_MAX_PARENTS && record->others[k] != 0; k++)
        pw_put(file, "%s%llu", k == 0 ? "" : ",", (unsigned long long)record->others[k]);
    pw_put(file, "]");
    if (record->file == NULL)
        return;
    pw_put(file, ",\"file\":\"");
    pw_put_json(file, pw_os_basename(record->file));
    pw_put(file, "\",\"line\":%d", record->line);
}

static void put_json_line(pw_os_file *file, const pw_record *record)
{
    static const char *const kinds[] = {
        [PW_RECORD_BORN] = "born",       [PW_RECORD_NAMED] = "named",
        [PW_RECORD_ENDED] = "ended",     [PW_RECORD_DEFERRED] = "deferred",
        [PW_RECORD_REFUSED] = "refused", [PW_RECORD_RELEASED] = "released",
    };
    pw_put(file, "{\"time_ns\":%llu,\"event\":\"%s\",\"id\":%llu",
           (unsigned long long)record->time_ns, kinds[record->kind],
           (unsigned long long)record->id);
    if (record->kind == PW_RECORD_BORN)
        put_json_birth(file, record);
    if (record->kind == PW_RECORD_NAMED) {
        pw_put(file, ",\"name\":\"");
        pw_put_json(file, record->name);
        pw_put(file, "\"");
    }
    if (record->kind == PW_RECORD_REFUSED)
        pw_put(file, ",\"diagnosis\":\"%s\"", pw_diagnosis_id(PW_DIAGNOSIS_HELD));
    if (record->kind == PW_RECORD_REFUSED || record->kind == PW_RECORD_DEFERRED)
        pw_put(file, ",\"holder\":%llu,\"holders\":%u", (unsigned long long)record->others[0],
               record->holder_count);
    pw_put(file, "}\n");
}

void pw_record_write_jsonl(pw_os_file *file, const pw_history *history)
{
    pw_put(file, "{\"time_ns\":0,\"event\":\"begun\",\"level\":\"%s\",\"not_recorded\":%llu}\n",
           pw_level_is_strict() ? "strict" : "deferred",
           (unsigned long long)history->recording.dropped);
    for (size_t i = 0; i < history->recording.count; i++)
        put_json_line(file, pw_recorder_at(i));
}

/* --- files --- */

static pawl_status write_format(pw_os_file *file, pawl_lifetime_format format,
                                const pw_history *history, pawl_error *error)
{
    switch (format) {
    case PAWL_LIFETIME_TEXT:
        pw_record_write_text(file, history);
        return PAWL_OK;
    case PAWL_LIFETIME_JSONL:
        pw_record_write_jsonl(file, history);
        return PAWL_OK;
    case PAWL_LIFETIME_TRACE:
        return pw_record_write_trace(file, history, error);
    case PAWL_LIFETIME_SVG:
        return pw_record_write_svg(file, history, error);
    }
    return pw_fail(error, PAWL_ERR_ARGUMENT, "there is no format %d of lifetimes", (int)format);
}

static pawl_status save_held(const pw_recording *recording, pawl_lifetime_format format,
                             const char *path, pawl_error *error)
{
    pw_history history = {.lives = NULL};
    pw_os_file file;
    PW_TRY(pw_history_make(recording, &history, error));
    pawl_status status = pw_os_file_create(path, &file, error);
    if (status >= 0) {
        status = write_format(&file, format, &history, error);
        if (status >= 0)
            status = pw_os_file_commit(&file, error);
        else
            pw_os_file_abandon(&file);
    }
    pw_history_free(&history);
    return status;
}

pawl_status pawl_lifetime_record_save(pawl_lifetime_format format, const char *path,
                                      pawl_error *error)
{
    if (path == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_lifetime_record_save: path is NULL");
    pw_recording recording;
    if (pw_recorder_hold(&recording) < 0)
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "there is no recording: call pawl_lifetime_record_begin() first");
    const pawl_status status = save_held(&recording, format, path, error);
    pw_recorder_let_go();
    return status;
}
