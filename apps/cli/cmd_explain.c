/* SPDX-License-Identifier: Apache-2.0 */
/* pawl explain: what an id in a message means, and what to do. */
#include "cli/options.h"

#include <pawl/diagnosis.h>
#include <pawl/trace.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int explain_main(int argc, char **argv);

const app_command cli_explain = {
    .name = "explain",
    .arguments = "[ID...]",
    .brief = "Says what an id such as PAWL-L006 in a message means, and what to do",
    .details = "Without an id it lists all: PAWL-L... of pawl's own handles, PAWL-T... of what "
               "pawl trace finds. L006, l6 or 6 is enough.",
    .example = "pawl explain PAWL-L006",
    .argument_min = 0,
    .argument_max = -1,
    .main = explain_main,
};

/* Of all tables, one after the other; NULL past the end. */
static const pawl_diagnosis *diagnosis_at(size_t index)
{
    size_t count = 0;
    while (count <= index && pawl_lifetime_diagnosis(count) != NULL)
        count++;
    return index < count ? pawl_lifetime_diagnosis(index) : pawl_trace_diagnosis(index - count);
}

/* The number behind "PAWL-L", "T" or nothing, in any case and with or without its noughts, and the
 * letter, 'L' where there is none; -1: there is no number. */
static long id_number(const char *id, char *letter)
{
    char *end = NULL;
    if (strncasecmp(id, "PAWL-", strlen("PAWL-")) == 0)
        id += strlen("PAWL-");
    *letter = *id == 'T' || *id == 't' ? 'T' : 'L';
    if (strchr("LlTt", *id) != NULL && *id != '\0')
        id++;
    const long number = *id >= '0' && *id <= '9' ? strtol(id, &end, 10) : -1;
    return number >= 0 && *end == '\0' ? number : -1;
}

static const pawl_diagnosis *find(const char *id)
{
    const pawl_diagnosis *diagnosis;
    char letter, other;
    const long number = id_number(id, &letter);
    for (size_t i = 0; number >= 0 && (diagnosis = diagnosis_at(i)) != NULL; i++)
        if (id_number(diagnosis->id, &other) == number && letter == other)
            return diagnosis;
    return NULL;
}

static void explain(const pawl_diagnosis *diagnosis)
{
    const int width = app_term_width(stdout);
    printf("%s%s%s: %s\n  ", app_bold(stdout), diagnosis->id, app_plain(stdout), diagnosis->title);
    app_print_wrapped(stdout, diagnosis->cause, 2, 2, width);
    printf("  ");
    app_print_wrapped(stdout, diagnosis->remedy, 2, 2, width);
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
    for (size_t i = 0; arguments.count == 0 && (diagnosis = diagnosis_at(i)) != NULL; i++)
        printf("%s%s%s  %s\n", app_bold(stdout), diagnosis->id, app_plain(stdout),
               diagnosis->title);
    return APP_EXIT_DONE;
}
