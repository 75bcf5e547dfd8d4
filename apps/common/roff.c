/* SPDX-License-Identifier: Apache-2.0 */
/* Manual pages, in the macros of man(7). */
#include "common/roff.h"

#include <pawl/version.h>

#include <ctype.h>

void app_roff_text(FILE *out, const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", out);
    for (; *text != '\0'; text++) {
        if (*text == '-')
            fputs("\\-", out);
        else if (*text == '\\')
            fputs("\\e", out);
        else
            fputc(*text, out);
    }
}

void app_roff_title(FILE *out, const char *name, const char *brief)
{
    fputs(".\\\" SPDX-License-Identifier: Apache-2.0\n.TH ", out);
    for (const char *at = name; *at != '\0'; at++)
        fputc(toupper((unsigned char)*at), out);
    fprintf(out, " 1 \"\" \"pawl %s\" \"User Commands\"\n.SH NAME\n%s \\- ", pawl_version(), name);
    app_roff_text(out, brief);
    fputc('\n', out);
}

void app_roff_item(FILE *out, const char *term, const char *meaning)
{
    fputs(".TP\n.B ", out);
    app_roff_text(out, term);
    fputc('\n', out);
    app_roff_text(out, meaning);
    fputc('\n', out);
}

void app_roff_example(FILE *out, const char *line)
{
    fputs(".PP\nExample:\n.PP\n.nf\n.RS\n", out);
    app_roff_text(out, line);
    fputs("\n.RE\n.fi\n", out);
}
