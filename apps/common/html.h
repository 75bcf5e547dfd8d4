/* SPDX-License-Identifier: Apache-2.0 */
/* Reports: one HTML file with everything in it. */
#ifndef APP_HTML_H
#define APP_HTML_H

#include "common/drawing.h"

#include <pawl/image.h>

void app_html_begin(FILE *out, const char *title);
void app_html_end(FILE *out);
void app_html_heading(FILE *out, const char *text);
/* A paragraph; @p kind: of the style sheet, "good", "bad" or "". */
void app_html_say(FILE *out, const char *kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A table: rows of cells. Rows begin with app_html_row(), the first with is_head. */
void app_html_table(FILE *out);
void app_html_row(FILE *out, bool is_head);
void app_html_cell(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
void app_html_table_end(FILE *out);
/* What stands between is in columns beside each other. */
void app_html_beside(FILE *out);
void app_html_beside_end(FILE *out);
/* The picture as a JPEG in the report itself. Reports what goes wrong and returns an exit code. */
int app_html_image(FILE *out, pawl_image *image, const char *what);
/* A JPEG or PNG file, in the report itself. Reports what goes wrong and returns an exit code. */
int app_html_picture(FILE *out, const char *path);

#endif
