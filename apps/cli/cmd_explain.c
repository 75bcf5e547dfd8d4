/* SPDX-License-Identifier: Apache-2.0 */
/* pawl explain: what an id in a message means, and what to do. */
#include "cli/session.h"

#include <pawl/diagnosis.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

static int explain_main(int argc, char **argv);

const app_command cli_explain = {
    .name = "explain",
    .arguments = "[ID...]",
    .brief = "Says what an id such as PAWL-L006 in a message means, and what to do",
    .details = "Without an id it lists all. L006 is enough.",
    .example = "pawl explain PAWL-L006",
    .argument_min = 0,
    .argument_max = -1,
    .main = explain_main,
};

/* "PAWL-L006", "pawl-l006" or "L006". */
static const pawl_diagnosis *find(const char *id)
{
    const pawl_diagnosis *diagnosis;
    for (size_t i = 0; (diagnosis = pawl_diagnosis_get(i)) != NULL; i++)
        if (strcasecmp(id, diagnosis->id) == 0 ||
            strcasecmp(id, diagnosis->id + strlen("PAWL-")) == 0)
            return diagnosis;
    return NULL;
}

/* Words on lines of at most 80 columns, behind an indent. */
static void print_wrapped(const char *text, int indent)
{
    int column = 80; /* the first word starts a line */
    while (*text != '\0') {
        const int length = (int)strcspn(text, " ");
        if (column + 1 + length > 80) {
            printf("\n%*s", indent, "");
            column = indent;
        } else {
            printf(" ");
            column++;
        }
        printf("%.*s", length, text);
        column += length;
        text += length;
        text += strspn(text, " ");
    }
}

static void explain(const pawl_diagnosis *diagnosis)
{
    printf("%s%s%s: %s", app_bold(stdout), diagnosis->id, app_plain(stdout), diagnosis->title);
    print_wrapped(diagnosis->cause, 2);
    print_wrapped(diagnosis->remedy, 2);
    printf("\n");
}

static int explain_main(int argc, char **argv)
{
    char none = 0;
    app_arguments arguments;
    int code = 0;
    if (!app_parse(&cli_explain, argc, argv, &none, &arguments, &code))
        return code;
    for (int i = 0; i < arguments.count; i++)
        if (find(arguments.items[i]) == NULL)
            return app_fail(APP_EXIT_USAGE, "there is no id %s; 'pawl explain' lists all",
                            arguments.items[i]);
    const pawl_diagnosis *diagnosis;
    for (int i = 0; i < arguments.count; i++)
        explain(find(arguments.items[i]));
    for (size_t i = 0; arguments.count == 0 && (diagnosis = pawl_diagnosis_get(i)) != NULL; i++)
        printf("%s%s%s  %s\n", app_bold(stdout), diagnosis->id, app_plain(stdout),
               diagnosis->title);
    return APP_EXIT_DONE;
}
