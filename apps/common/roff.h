/* SPDX-License-Identifier: Apache-2.0 */
/* The few pieces that manual pages are made of. */
#ifndef APP_ROFF_H
#define APP_ROFF_H

#include <stdio.h>

/* .TH and NAME; the section is 1. */
void app_roff_title(FILE *out, const char *name, const char *brief);
/* Running text: hyphens of options stay hyphens, and no line begins with a dot. */
void app_roff_text(FILE *out, const char *text);
/* A term in bold and what it means. */
void app_roff_item(FILE *out, const char *term, const char *meaning);
/* "Example:" and a line as it is typed. */
void app_roff_example(FILE *out, const char *line);

#endif
