/* SPDX-License-Identifier: Apache-2.0 */
/* Reports as HTML. */
#include "common/html.h"
#include "common/base64.h"
#include "common/files.h"
#include "common/term.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#define PICTURE_LIMIT ((size_t)1 << 28)

static const char style[] =
    "body{font:15px/1.45 'DejaVu Sans',sans-serif;margin:2em auto;max-width:1100px;"
    "padding:0 1em;color:#262626}"
    "h1{font-size:1.5em}h2{font-size:1.15em;margin-top:2em}"
    "table{border-collapse:collapse;margin:.6em 0}td,th{padding:.15em .8em;text-align:right;"
    "border-bottom:1px solid #e2e2e2}td:first-child,th:first-child{text-align:left}"
    "svg,img{max-width:100%;height:auto;margin:.4em 0;display:block}"
    ".beside{display:grid;grid-template-columns:repeat(auto-fit,minmax(420px,1fr));gap:1em}"
    ".good{color:#1a7f37;font-weight:bold}.bad{color:#d62728;font-weight:bold}"
    "@media print{h2{page-break-after:avoid}}";

void app_html_begin(FILE *out, const char *title)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>", out);
    app_xml_text(out, title);
    fprintf(out, "</title><style>%s</style></head><body>\n<h1>", style);
    app_xml_text(out, title);
    fputs("</h1>\n", out);
}

void app_html_end(FILE *out)
{
    fputs("</body></html>\n", out);
}

void app_html_heading(FILE *out, const char *text)
{
    fputs("<h2>", out);
    app_xml_text(out, text);
    fputs("</h2>\n", out);
}

/* A text of any length; what has no memory is left out and shows as an ellipsis. */
static void write_formatted(FILE *out, const char *format, va_list list)
{
    char *text = NULL;
    va_list again;
    va_copy(again, list);
    const int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length >= 0)
        text = malloc((size_t)length + 1);
    if (text != NULL)
        (void)vsnprintf(text, (size_t)length + 1, format, list);
    app_xml_text(out, text != NULL ? text : "\xe2\x80\xa6");
    free(text);
}

void app_html_say(FILE *out, const char *kind, const char *format, ...)
{
    va_list list;
    fprintf(out, "<p class=\"%s\">", kind);
    va_start(list, format);
    write_formatted(out, format, list);
    va_end(list);
    fputs("</p>\n", out);
}

void app_html_table(FILE *out)
{
    fputs("<table>", out);
}

void app_html_row(FILE *out, bool is_head)
{
    fputs(is_head ? "\n<tr class=\"head\">" : "\n<tr>", out);
}

void app_html_cell(FILE *out, const char *format, ...)
{
    va_list list;
    fputs("<td>", out);
    va_start(list, format);
    write_formatted(out, format, list);
    va_end(list);
    fputs("</td>", out);
}

void app_html_table_end(FILE *out)
{
    fputs("\n</table>\n", out);
}

void app_html_beside(FILE *out)
{
    fputs("<div class=\"beside\">\n", out);
}

void app_html_beside_end(FILE *out)
{
    fputs("</div>\n", out);
}

int app_html_picture(FILE *out, const char *path)
{
    pawl_error error = {0};
    void *data = NULL;
    size_t size = 0;
    if (pawl_file_read(path, PICTURE_LIMIT, &data, &size, &error) < 0)
        return app_fail_library(path, &error);
    fprintf(out, "<img alt=\"");
    app_xml_text(out, app_path_name(path));
    fprintf(out, "\" src=\"data:image/%s;base64,", app_path_ends_in(path, "png") ? "png" : "jpeg");
    app_put_base64(out, data, size);
    fputs("\">\n", out);
    pawl_memory_release(data);
    return APP_EXIT_DONE;
}

int app_html_image(FILE *out, pawl_image *image, const char *what)
{
    pawl_error error = {0};
    const char *given = getenv("TMPDIR");
    char *folder = app_format("%s/pawl-XXXXXX", given != NULL && given[0] != '\0' ? given : "/tmp");
    if (folder == NULL || mkdtemp(folder) == NULL) {
        const int code = folder == NULL ? app_fail_memory() : app_fail_write(folder, errno);
        free(folder);
        return code;
    }
    char *path = app_format("%s/%s.jpg", folder, what);
    int code = path == NULL ? app_fail_memory() : APP_EXIT_DONE;
    if (code == APP_EXIT_DONE)
        code = pawl_image_save(image, path, NULL, &error) < 0 ? app_fail_library(path, &error)
                                                              : app_html_picture(out, path);
    if (path != NULL)
        (void)unlink(path);
    (void)rmdir(folder);
    free(path);
    free(folder);
    return code;
}
