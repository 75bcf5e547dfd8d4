/* SPDX-License-Identifier: Apache-2.0 */
/* The handle pawl_trace: reading, reports, the end. */
#include "base/desc.h"
#include "base/memory.h"
#include "trace/trace_ir.h"

#include <string.h>

static void unmake(pw_object *object)
{
    pw_trace *const trace = (pw_trace *)object;
    for (size_t i = 0; i < trace->log_count; i++)
        pw_os_contents_free(&trace->logs[i].contents);
    pw_arena_free(&trace->words);
    pw_arena_free(&trace->arena);
    (void)pthread_mutex_destroy(&trace->mutex);
}

const pw_type pw_trace_type = {
    .name = "trace", .size = sizeof(pw_trace), .unmake = unmake, .role = PW_ROLE_RUN};

pawl_status pawl_trace_load(const char *const logs[], size_t count, const pawl_trace_desc *desc,
                            pawl_trace **out, pawl_error *error)
{
    pawl_trace_desc options = PAWL_TRACE_DESC_INIT;
    if (out == NULL || (logs == NULL && count > 0))
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_trace_load: an argument is NULL");
    PW_TRY(pw_desc_read(&options, sizeof options, desc, "pawl_trace_desc", error));
    pw_trace *trace PW_MAKING = NULL;
    PW_TRY(pw_object_make(&pw_trace_type, NULL, 0, &trace, error));
    (void)pthread_mutex_init(&trace->mutex, NULL); /* cannot fail on Linux */
    trace->max_depth = options.max_depth < 1                 ? 1
                       : options.max_depth > PW_TRACE_FRAMES ? PW_TRACE_FRAMES
                                                             : options.max_depth;
    trace->is_repaired = options.is_repaired != 0;
    if (options.ending != NULL &&
        (trace->ending = pw_arena_strdup(&trace->arena, options.ending)) == NULL)
        return pw_fail_memory(error, "a sentence", strlen(options.ending));
    PW_TRY(pw_trace_take(trace, logs, count, error));
    PW_TRY(pw_trace_judge(trace, error));
    PW_TRY(pw_trace_symbolise(trace, error));
    if (options.suppressions != NULL)
        PW_TRY(pw_trace_suppress(trace, options.suppressions, error));
    if (trace->arena.is_short || trace->words.is_short) /* a name is missing, or a comparison */
        return pw_fail_memory(error, "what was seen of a program", trace->arena.total);
    pw_arena_free(&trace->words); /* of what suppressions were compared with */
    *out = (pawl_trace *)pw_object_publish(PW_TAKE(trace));
    return PAWL_OK;
}

pawl_status pawl_trace_destroy(pawl_trace **trace)
{
    return pw_object_destroy_handle((void **)trace, &pw_trace_type);
}

pawl_status pawl_trace_info_get(pawl_trace *handle, pawl_trace_info *info, pawl_error *error)
{
    pw_trace *trace PW_USING = NULL;
    PW_TRY(pw_object_use(handle, &pw_trace_type, &trace, error));
    const pawl_trace_info made = {.struct_size = sizeof made,
                                  .process_count = trace->log_count,
                                  .library_count = trace->library_count,
                                  .object_count = trace->object_count,
                                  .defect_count = trace->finding_count - trace->suppressed,
                                  .suppressed_count = trace->suppressed};
    return pw_desc_answer(info, &made, sizeof made, "pawl_trace_info", error);
}

static void begin_words(pw_trace *trace)
{
    pthread_mutex_lock(&trace->mutex);
}

/* PAWL_ERR_MEMORY: a sentence is missing, or the report's end. */
static pawl_status end_words(pw_trace *trace, const pw_trace_out *out, pawl_error *error)
{
    const bool is_whole = !trace->words.is_short && !out->is_full;
    const size_t size = trace->words.total + out->capacity;
    pw_arena_free(&trace->words);
    pthread_mutex_unlock(&trace->mutex);
    return is_whole ? PAWL_OK : pw_fail_memory(error, "the report", size);
}

pawl_status pawl_trace_report(pawl_trace *handle, pawl_trace_format format,
                              void (*line)(void *user, const char *text), void *user,
                              pawl_error *error)
{
    pw_trace *trace PW_USING = NULL;
    pw_trace_out out = {.file = NULL};
    if (line == NULL || (format != PAWL_TRACE_TEXT && format != PAWL_TRACE_JSON))
        return pw_fail(error, PAWL_ERR_ARGUMENT,
                       "pawl_trace_report: tells text or JSON, line by line; pawl_trace_save() "
                       "writes the others");
    PW_TRY(pw_object_use(handle, &pw_trace_type, &trace, error));
    begin_words(trace);
    if (format == PAWL_TRACE_TEXT)
        pw_trace_write_text(trace, PW_TEXT_LINE, &out);
    else
        pw_trace_write_json(trace, &out);
    const pawl_status status = end_words(trace, &out, error);
    for (char *at = status < 0 ? NULL : out.text, *end; at != NULL && *at != '\0'; at = end) {
        end = at + strcspn(at, "\n");
        if (*end != '\0')
            *end++ = '\0';
        line(user, at);
    }
    pw_free(out.text);
    return status;
}

static pawl_status write_format(pw_trace *trace, pawl_trace_format format, pw_trace_out *out,
                                pawl_error *error)
{
    switch (format) {
    case PAWL_TRACE_TEXT:
        pw_trace_write_text(trace, PW_TEXT_LINE, out);
        return PAWL_OK;
    case PAWL_TRACE_JSON:
        pw_trace_write_json(trace, out);
        return PAWL_OK;
    case PAWL_TRACE_SVG:
        pw_trace_put_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        return pw_trace_write_svg(trace, out->file, error);
    case PAWL_TRACE_HTML:
        return pw_trace_write_html(trace, out, error);
    }
    return pw_fail(error, PAWL_ERR_ARGUMENT, "there is no format %d of reports", (int)format);
}

pawl_status pawl_trace_save(pawl_trace *handle, pawl_trace_format format, const char *path,
                            pawl_error *error)
{
    pw_trace *trace PW_USING = NULL;
    pw_os_file file;
    if (path == NULL)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "pawl_trace_save: path is NULL");
    PW_TRY(pw_object_use(handle, &pw_trace_type, &trace, error));
    PW_TRY(pw_os_file_create(path, &file, error));
    begin_words(trace);
    pw_trace_out out = {.file = &file};
    pawl_status status = write_format(trace, format, &out, error);
    const pawl_status words = end_words(trace, &out, status >= 0 ? error : NULL);
    status = status < 0 ? status : words;
    if (status >= 0)
        return pw_os_file_commit(&file, error);
    pw_os_file_abandon(&file);
    return status;
}
