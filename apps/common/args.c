/* SPDX-License-Identifier: Apache-2.0 */
/* Command lines by table: long and short options in any order, exact names only, and a hint for a
 * name mistyped. */
#include "common/args.h"

#include "common/term.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_LENGTH 31

const app_option app_common_options[] = {
    {.name = "quiet", .letter = 'q', .type = APP_FLAG, .help = "print errors and results only"},
    {.name = "verbose",
     .letter = 'v',
     .type = APP_FLAG,
     .help = "print what the library does; twice: every detail"},
    {.name = "help", .letter = 'h', .type = APP_FLAG, .help = "print this help and end"},
};
const size_t app_common_option_count = sizeof(app_common_options) / sizeof(app_common_options[0]);

int app_usage(const app_command *command, const char *format, ...)
{
    char text[512];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return app_fail(APP_EXIT_USAGE, "%s: %s; see 'pawl %s --help'", command->name, text,
                    command->name);
}

/* Levenshtein's distance of two short words. */
static size_t distance(const char *a, const char *b)
{
    size_t row[NAME_MAX_LENGTH + 2];
    const size_t m = strlen(a), n = strlen(b);
    if (m > NAME_MAX_LENGTH || n > NAME_MAX_LENGTH)
        return NAME_MAX_LENGTH;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; i <= m; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            const size_t change = corner + (a[i - 1] == b[j - 1] ? 0 : 1);
            corner = row[j];
            row[j] = row[j] + 1 < row[j - 1] + 1 ? row[j] + 1 : row[j - 1] + 1;
            if (change < row[j])
                row[j] = change;
        }
    }
    return row[n];
}

/* How far a mistyped word is from a name: 0 is nearest; a word cut short counts as near. */
static size_t farness(const char *word, const char *name)
{
    const size_t length = strlen(word);
    if (length >= 2 && strncmp(word, name, length) == 0)
        return 1;
    return distance(word, name);
}

const app_command *app_command_near(const app_command *const *commands, size_t count,
                                    const char *word)
{
    const app_command *best = NULL;
    size_t least = 3; /* two slips of the finger at most */
    for (size_t i = 0; i < count; i++) {
        const size_t far = farness(word, commands[i]->name);
        if (far < least) {
            least = far;
            best = commands[i];
        }
    }
    return best;
}

/* True if the blank-separated list holds the word. */
static bool list_has(const char *list, const char *word, size_t length)
{
    for (const char *at = list; at != NULL && *at != '\0';) {
        const size_t step = strcspn(at, " ");
        if (step == length && strncmp(at, word, length) == 0)
            return true;
        at += step + (at[step] == ' ' ? 1 : 0);
    }
    return false;
}

static const app_option *option_by_name(const app_option *options, size_t count, const char *name,
                                        size_t length)
{
    for (size_t i = 0; i < count; i++)
        if ((strlen(options[i].name) == length && strncmp(options[i].name, name, length) == 0) ||
            list_has(options[i].aliases, name, length))
            return &options[i];
    return NULL;
}

static const app_option *option_by_letter(const app_option *options, size_t count, char letter)
{
    for (size_t i = 0; i < count; i++)
        if (options[i].letter == letter)
            return &options[i];
    return NULL;
}

static const app_option *option_near(const app_command *command, const char *word)
{
    const app_option *best = NULL;
    size_t least = 4;
    for (size_t i = 0; i < command->option_count + app_common_option_count; i++) {
        const app_option *option = i < command->option_count
                                       ? &command->options[i]
                                       : &app_common_options[i - command->option_count];
        const size_t far = farness(word, option->name);
        if (far < least && far < strlen(option->name)) {
            least = far;
            best = option;
        }
    }
    return best;
}

static int unknown_option(const app_command *command, const char *name, size_t length)
{
    char word[64];
    (void)snprintf(word, sizeof word, "%.*s", (int)(length < 60 ? length : 60), name);
    const app_option *near = option_near(command, word);
    if (near != NULL)
        return app_usage(command, "unknown option --%s (did you mean --%s?)", word, near->name);
    return app_usage(command, "unknown option --%s", word);
}

/* A decimal integer from *text, which is moved behind it. */
static bool take_integer(const char **text, int32_t *value)
{
    char *end = NULL;
    if (**text < '0' || **text > '9')
        return false;
    errno = 0;
    const long long number = strtoll(*text, &end, 10);
    if (errno != 0 || number > INT32_MAX)
        return false;
    *value = (int32_t)number;
    *text = end;
    return true;
}

static bool read_shape(const char *text, app_shape *shape)
{
    app_shape read = {0};
    if (!take_integer(&text, &read.height))
        return false;
    read.width = read.height;
    if (*text == 'x' || *text == 'X') {
        text++;
        if (!take_integer(&text, &read.width))
            return false;
    }
    if (*text != '\0' || read.height < 1 || read.width < 1 || read.height > 65536 ||
        read.width > 65536)
        return false;
    *shape = read;
    return true;
}

static bool read_batch(const char *text, app_batch *batch)
{
    app_batch read = {1, 0, 0};
    int32_t first = 0;
    if (!take_integer(&text, &first))
        return false;
    if (*text == ':') {
        read.min = first;
        text++;
        if (!take_integer(&text, &read.opt) || *text++ != ':' || !take_integer(&text, &read.max))
            return false;
    } else {
        read.opt = read.max = first;
    }
    if (*text != '\0' || read.min < 1 || read.opt < read.min || read.max < read.opt)
        return false;
    *batch = read;
    return true;
}

static bool read_number(const app_option *option, const char *text, double *number)
{
    char *end = NULL;
    errno = 0;
    *number = strtod(text, &end);
    return end != text && *end == '\0' && errno == 0 && *number >= option->low &&
           *number <= option->high;
}

static bool store(const app_option *option, const char *text, void *options)
{
    void *slot = (char *)options + option->offset;
    double number = 0;
    switch (option->type) {
    case APP_FLAG:
        *(bool *)slot = true;
        return true;
    case APP_TEXT:
    case APP_TEXT_OPTIONAL:
        *(const char **)slot = text;
        return *text != '\0';
    case APP_INTEGER:
        if (!read_number(option, text, &number) || number != (double)(int32_t)number)
            return false;
        *(int32_t *)slot = (int32_t)number;
        return true;
    case APP_REAL:
        return read_number(option, text, slot);
    case APP_SHAPE:
        return read_shape(text, slot);
    case APP_BATCH:
        return read_batch(text, slot);
    case APP_CHOICE:
        *(const char **)slot = text;
        return list_has(option->choices, text, strlen(text));
    }
    return false;
}

static int wrong_value(const app_command *command, const app_option *option, const char *text)
{
    switch (option->type) {
    case APP_INTEGER:
        return app_usage(command, "--%s takes a whole number from %.0f to %.0f, not '%s'",
                         option->name, option->low, option->high, text);
    case APP_REAL:
        return app_usage(command, "--%s takes a number from %g to %g, not '%s'", option->name,
                         option->low, option->high, text);
    case APP_SHAPE:
        return app_usage(command, "--%s takes N or HxW, such as 640 or 384x640, not '%s'",
                         option->name, text);
    case APP_BATCH:
        return app_usage(command, "--%s takes N or MIN:OPT:MAX in rising order, not '%s'",
                         option->name, text);
    case APP_CHOICE:
        return app_usage(command, "--%s takes one of: %s; not '%s'", option->name, option->choices,
                         text);
    case APP_FLAG:
    case APP_TEXT:
    case APP_TEXT_OPTIONAL:
        break;
    }
    return app_usage(command, "--%s takes %s, not an empty word", option->name,
                     option->value == NULL ? "a value" : option->value);
}

/* State of one parse; next is the word after the one at hand. */
struct parse {
    const app_command *command;
    void *options;
    int argc, next;
    char **argv;
    int code;
};

/* Sets *text to the option's value; false: it is missing and that has been said. */
static bool find_value(struct parse *parse, const app_option *option, const char *attached,
                       const char **text)
{
    *text = attached;
    if (attached != NULL || option->type == APP_FLAG)
        return true;
    const char *following = parse->next < parse->argc ? parse->argv[parse->next] : NULL;
    if (option->type == APP_TEXT_OPTIONAL) {
        if (following != NULL && strcmp(following, "-") == 0)
            parse->next++;
        *text = "-";
        return true;
    }
    if (following == NULL || (following[0] == '-' && following[1] == '-')) {
        parse->code = app_usage(parse->command, "--%s needs a value (%s)", option->name,
                                option->value == NULL ? "VALUE" : option->value);
        return false;
    }
    *text = following;
    parse->next++;
    return true;
}

/* -q, -v and -h act at once. True to go on. */
static bool apply_common(struct parse *parse, const app_option *option)
{
    if (option->letter == 'q')
        app_term_quiet();
    else if (option->letter == 'v')
        app_term_louder();
    if (option->letter != 'h')
        return true;
    app_help_command(stdout, parse->command);
    parse->code = app_finish_stdout(APP_EXIT_DONE);
    return false;
}

static bool apply(struct parse *parse, const app_option *option, const char *attached)
{
    const char *text = NULL;
    if (option->type == APP_FLAG && attached != NULL) {
        parse->code = app_usage(parse->command, "--%s takes no value", option->name);
        return false;
    }
    if (option >= app_common_options && option < app_common_options + app_common_option_count)
        return apply_common(parse, option);
    if (!find_value(parse, option, attached, &text))
        return false;
    if (!store(option, text, parse->options)) {
        parse->code = wrong_value(parse->command, option, text);
        return false;
    }
    return true;
}

static bool parse_long(struct parse *parse, const char *word)
{
    const size_t length = strcspn(word, "=");
    const app_command *command = parse->command;
    const app_option *option =
        option_by_name(command->options, command->option_count, word, length);
    if (option == NULL)
        option = option_by_name(app_common_options, app_common_option_count, word, length);
    if (option == NULL) {
        parse->code = unknown_option(command, word, length);
        return false;
    }
    return apply(parse, option, word[length] == '=' ? word + length + 1 : NULL);
}

/* Letters may be joined (-qv); one that takes a value ends the word (-oFILE). */
static bool parse_short(struct parse *parse, const char *letters)
{
    const app_command *command = parse->command;
    for (; *letters != '\0'; letters++) {
        const app_option *option =
            option_by_letter(command->options, command->option_count, *letters);
        if (option == NULL)
            option = option_by_letter(app_common_options, app_common_option_count, *letters);
        if (option == NULL) {
            parse->code = app_usage(command, "unknown option -%c", *letters);
            return false;
        }
        if (option->type != APP_FLAG)
            return apply(parse, option, letters[1] == '\0' ? NULL : letters + 1);
        if (!apply(parse, option, NULL))
            return false;
    }
    return true;
}

bool app_parse(const app_command *command, int argc, char **argv, void *options,
               app_arguments *arguments, int *code)
{
    struct parse parse = {command, options, argc, 1, argv, APP_EXIT_DONE};
    int kept = 0;
    bool is_ended = false; /* after "--" all words are arguments */
    bool is_right = true;
    while (is_right && parse.next < argc) {
        char *word = argv[parse.next++];
        if (is_ended || word[0] != '-' || word[1] == '\0')
            argv[kept++] = word;
        else if (strcmp(word, "--") == 0)
            is_ended = true;
        else if (word[1] == '-')
            is_right = parse_long(&parse, word + 2);
        else
            is_right = parse_short(&parse, word + 1);
    }
    if (is_right && kept < command->argument_min) {
        parse.code = app_usage(command, "needs %s", command->arguments);
        is_right = false;
    } else if (is_right && command->argument_max >= 0 && kept > command->argument_max) {
        parse.code =
            app_usage(command, "does not know what to do with '%s'", argv[command->argument_max]);
        is_right = false;
    }
    arguments->count = kept;
    arguments->items = argv;
    *code = parse.code;
    return is_right;
}
