/* SPDX-License-Identifier: Apache-2.0 */
/* Command lines by table: long and short options in any order, exact names only. */
#include "common/args_check.h"
#include "common/args_parts.h"

#include "common/files.h"
#include "common/memory_limit.h"
#include "common/term.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LEAST_MEMORY 0x1p24 /* bytes: the program itself has to live */

const app_option app_common_options[] = {
    {.name = "quiet",
     .letter = 'q',
     .type = APP_FLAG,
     .help = "print errors only, and what is asked for by name, such as --json -"},
    {.name = "verbose",
     .letter = 'v',
     .type = APP_FLAG,
     .help = "print what the library does; twice: every detail"},
    {.name = "max-memory",
     .type = APP_SIZE,
     .value = "SIZE",
     .low = LEAST_MEMORY,
     .high = 0x1p62,
     .help = "take no more memory than this, such as 512M or 4G, threads' stacks included: what "
             "needs more is refused"},
    {.name = "help", .letter = 'h', .type = APP_FLAG, .help = "print this help and end"},
};
const size_t app_common_option_count = sizeof(app_common_options) / sizeof(app_common_options[0]);

/* One process, one program. */
static struct {
    const app_command *const *commands;
    size_t count;
} program;

void app_commands_set(const app_command *const *commands, size_t count)
{
    program.commands = commands;
    program.count = count;
}

const app_command *app_command_get(size_t index)
{
    return index < program.count ? program.commands[index] : NULL;
}

const app_command *app_command_find(const char *name)
{
    for (size_t i = 0; i < program.count; i++)
        if (strcmp(program.commands[i]->name, name) == 0)
            return program.commands[i];
    return NULL;
}

int app_usage(const app_command *command, const char *format, ...)
{
    char text[640];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return app_fail(APP_EXIT_USAGE, "%s: %s; see 'pawl %s --help'", command->name, text,
                    command->name);
}

bool app_list_has(const char *list, const char *word, size_t length)
{
    for (const char *at = list; at != NULL && *at != '\0';) {
        const size_t step = strcspn(at, " ");
        if (step == length && strncmp(at, word, length) == 0)
            return true;
        at += step + (at[step] == ' ' ? 1 : 0);
    }
    return false;
}

static const app_option *find_name(const app_option *options, size_t count, const char *name,
                                   size_t length)
{
    for (size_t i = 0; i < count; i++)
        if ((strlen(options[i].name) == length && strncmp(options[i].name, name, length) == 0) ||
            app_list_has(options[i].aliases, name, length))
            return &options[i];
    return NULL;
}

static const app_option *find_letter(const app_option *options, size_t count, char letter)
{
    for (size_t i = 0; i < count; i++)
        if (options[i].letter == letter)
            return &options[i];
    return NULL;
}

const app_option *app_option_find(const app_command *command, const char *name, size_t length)
{
    const app_option *own = find_name(command->options, command->option_count, name, length);
    return own != NULL ? own : find_name(app_common_options, app_common_option_count, name, length);
}

static const app_option *option_of_letter(const app_command *command, char letter)
{
    const app_option *own = find_letter(command->options, command->option_count, letter);
    return own != NULL ? own : find_letter(app_common_options, app_common_option_count, letter);
}

static bool is_common(const app_option *option)
{
    return option >= app_common_options && option < app_common_options + app_common_option_count;
}

/* State of one parse; next is the word after the one at hand. */
struct parse {
    const app_command *command;
    void *options;
    int argc, next, kept;
    char **argv;
    uint64_t given;
    int code;
    struct {
        size_t max_memory;
    } common; /* what common options store */
    /* The value of an APP_TEXT_OPTIONAL: a word that the arguments may turn out to need. */
    const app_option *optional;
    char *spared;  /* NULL: it was attached, or none followed */
    int spared_at; /* where it would stand among the arguments */
};

/* Takes a value for good. */
static bool keep(struct parse *parse, const app_option *option, const char *text)
{
    const bool is_output = option->writes != NULL && strcmp(text, "-") != 0;
    void *options = is_common(option) ? (void *)&parse->common : parse->options;
    if (!app_value_store(option, text, options)) {
        parse->code = app_unknown_value(parse->command, option, text);
        return false;
    }
    const char *what =
        is_output && !app_is_folder(text) ? app_path_other_kind(text, option->writes) : NULL;
    if (what == NULL)
        return true;
    parse->code = app_usage(parse->command, "--%s writes .%.*s, not %s (%s)", option->name,
                            (int)strcspn(option->writes, " "), option->writes, what, text);
    return false;
}

/* A word that could be a value: not an option, but "-", and numbers below 0 that are then refused
 * as such. */
static bool is_value(const char *word)
{
    return word != NULL &&
           (word[0] != '-' || word[1] == '\0' || (word[1] >= '0' && word[1] <= '9'));
}

static char *following(const struct parse *parse)
{
    return parse->next < parse->argc ? parse->argv[parse->next] : NULL;
}

/* Joins the values of a list that are words of their own, "--classes 0 2", into *joined (NULL where
 * there is one word only). */
static bool join(struct parse *parse, const app_option *option, const char *first, char **joined)
{
    const char joint = app_value_joint(option->type);
    *joined = NULL;
    for (char *word;
         joint != 0 && (word = following(parse)) != NULL && app_value_is_item(option->type, word);
         parse->next++) {
        const char *so_far = *joined != NULL ? *joined : first;
        const bool is_split = so_far[0] != '\0' && so_far[strlen(so_far) - 1] == joint;
        char *longer =
            is_split ? app_format("%s%s", so_far, word) : app_format("%s%c%s", so_far, joint, word);
        if (longer == NULL)
            parse->code = app_fail_memory();
        else if (access(word, F_OK) == 0)
            parse->code = app_usage(parse->command,
                                    "is %s one more value of --%s, or the file of that name? Write "
                                    "--%s %s or ./%s",
                                    word, option->name, option->name, longer, word);
        free(*joined);
        *joined = longer;
        if (parse->code != APP_EXIT_DONE)
            break;
    }
    if (parse->code == APP_EXIT_DONE)
        return true;
    free(*joined);
    *joined = NULL;
    return false;
}

static bool apply_value(struct parse *parse, const app_option *option, const char *attached)
{
    char *joined = NULL;
    const char *first = attached;
    if (attached == NULL) {
        first = following(parse);
        if (!is_value(first)) {
            parse->code = app_usage(parse->command, "--%s needs a value (%s)", option->name,
                                    option->value == NULL ? "VALUE" : option->value);
            return false;
        }
        parse->next++;
    }
    if (!join(parse, option, first, &joined))
        return false;
    const bool is_kept = keep(parse, option, joined != NULL ? joined : first);
    free(joined);
    return is_kept;
}

static bool apply_optional(struct parse *parse, const app_option *option, const char *attached)
{
    char *word = attached != NULL ? NULL : following(parse);
    parse->optional = option;
    parse->spared = is_value(word) ? word : NULL;
    parse->spared_at = parse->kept;
    parse->next += parse->spared != NULL ? 1 : 0;
    return attached == NULL || keep(parse, option, attached);
}

/* "inspect --json best.pt" needs best.pt, "inspect best.pt --json out.json" does
 * not need out.json. */
static bool settle_optional(struct parse *parse)
{
    if (parse->optional == NULL)
        return true;
    char *word = parse->spared;
    if (word != NULL && strcmp(word, "-") != 0 && parse->kept < parse->command->argument_min) {
        char **at = parse->argv + parse->spared_at;
        memmove(at + 1, at, (size_t)(parse->kept - parse->spared_at) * sizeof(char *));
        *at = word;
        parse->kept++;
        word = NULL;
    }
    const char **slot = (const char **)(void *)((char *)parse->options + parse->optional->offset);
    if (parse->spared == NULL && *slot != NULL)
        return true; /* it was attached */
    return keep(parse, parse->optional, word != NULL ? word : "-");
}

static bool limit_memory(struct parse *parse, const app_option *option, const char *attached)
{
    size_t *bytes = &parse->common.max_memory;
    if (!apply_value(parse, option, attached))
        return false;
    if (!app_memory_limit(*bytes))
        parse->code = app_fail(APP_EXIT_FAILED, "cannot limit the memory: %s", strerror(errno));
    return parse->code == APP_EXIT_DONE;
}

/* They act at once. True to go on. */
static bool apply_common(struct parse *parse, const app_option *option, const char *attached)
{
    if (option->type == APP_SIZE)
        return limit_memory(parse, option, attached);
    if (option->letter == 'q')
        app_term_quiet();
    else if (option->letter == 'v')
        app_term_louder();
    if (option->letter != 'h')
        return true;
    app_help_command(stdout, parse->command, app_term_width(stdout));
    parse->code = app_finish_stdout(APP_EXIT_DONE);
    return false;
}

static bool apply(struct parse *parse, const app_option *option, const char *attached)
{
    if (option->type == APP_FLAG && attached != NULL) {
        parse->code = app_usage(parse->command, "--%s takes no value", option->name);
        return false;
    }
    if (is_common(option))
        return apply_common(parse, option, attached);
    parse->given |= UINT64_C(1) << (option - parse->command->options);
    if (option->type == APP_FLAG)
        return keep(parse, option, "");
    if (option->type == APP_TEXT_OPTIONAL)
        return apply_optional(parse, option, attached);
    return apply_value(parse, option, attached);
}

static bool parse_long(struct parse *parse, const char *word)
{
    const size_t length = strcspn(word, "=");
    const app_option *option = app_option_find(parse->command, word, length);
    if (option == NULL) {
        parse->code = app_unknown_option(parse->command, word, length);
        return false;
    }
    return apply(parse, option, word[length] == '=' ? word + length + 1 : NULL);
}

/* Letters may be joined (-qv); one that takes a value ends the word (-oFILE). But "-output" is a
 * long option that lacks a dash, not -o with the value "utput". */
static bool parse_short(struct parse *parse, const char *letters)
{
    const app_command *command = parse->command;
    const size_t length = strcspn(letters, "=");
    if (length > 1 && app_option_find(command, letters, length) != NULL) {
        parse->code =
            app_usage(command, "-%s lacks a dash: write --%.*s", letters, (int)length, letters);
        return false;
    }
    for (; *letters != '\0'; letters++) {
        const app_option *option = option_of_letter(command, *letters);
        if (option == NULL) {
            parse->code = app_unknown_letter(command, *letters);
            return false;
        }
        if (option->type != APP_FLAG)
            return apply(parse, option, letters[1] == '\0' ? NULL : letters + 1);
        if (!apply(parse, option, NULL))
            return false;
    }
    return true;
}

/* Length of the name in "name=value" if that is an option, ours or another tool's, else 0. */
static size_t assigned_option(const app_command *command, const char *word, char name[32])
{
    const size_t length = strcspn(word, "=");
    if (word[length] != '=' || length == 0 || length > 31)
        return 0;
    for (size_t i = 0; i < length; i++)
        name[i] = (char)(word[i] == '_' ? '-' : word[i]);
    name[length] = '\0';
    return app_option_find(command, name, length) != NULL || app_is_foreign(name, length) ? length
                                                                                          : 0;
}

/* Ultralytics' way: conf=0.25, save_txt=True. */
static int refuse_assignment(const app_command *command, const char *word, const char *name)
{
    const app_option *option = app_option_find(command, name, strlen(name));
    if (option == NULL)
        return app_unknown_option(command, name, strlen(name));
    if (option->type == APP_FLAG)
        return app_usage(command, "%s is written --%s here", word, option->name);
    return app_usage(command, "%s is written --%s %s here", word, option->name,
                     word + strlen(name) + 1);
}

/* A word that is no option, unless it only looks unlike one. */
static bool add_argument(struct parse *parse, char *word)
{
    /* Dashes that word processors and web pages make of two hyphens. */
    static const char *const dashes[] = {"\xe2\x80\x93", "\xe2\x80\x94", "\xe2\x88\x92"};
    char name[32];
    const bool is_file = access(word, F_OK) == 0;
    if (*word == '\0')
        parse->code =
            app_usage(parse->command, "an argument is empty, as of a variable that is not set");
    for (size_t i = 0; !is_file && i < sizeof dashes / sizeof dashes[0]; i++)
        if (strncmp(word, dashes[i], 3) == 0)
            parse->code = app_usage(parse->command, "%s begins with a long dash: write --%s", word,
                                    word + 3 + strspn(word + 3, "-"));
    if (!is_file && parse->code == APP_EXIT_DONE && assigned_option(parse->command, word, name) > 0)
        parse->code = refuse_assignment(parse->command, word, name);
    parse->argv[parse->kept++] = word;
    return parse->code == APP_EXIT_DONE;
}

static bool check_count(struct parse *parse)
{
    const app_command *command = parse->command;
    if (parse->kept < command->argument_min)
        parse->code = app_usage(command, "needs %s", command->arguments);
    else if (command->argument_max >= 0 && parse->kept > command->argument_max)
        parse->code = app_usage(command, "does not know what to do with '%s'",
                                parse->argv[command->argument_max]);
    return parse->code == APP_EXIT_DONE;
}

static void free_lists(const app_command *command, void *options)
{
    for (size_t i = 0; i < command->option_count; i++)
        if (command->options[i].type == APP_NUMBERS) {
            app_numbers *list =
                (app_numbers *)(void *)((char *)options + command->options[i].offset);
            free(list->items);
            *list = (app_numbers){0};
        }
}

bool app_parse(const app_command *command, int argc, char **argv, void *options,
               app_arguments *arguments, int *code)
{
    struct parse parse = {.command = command, .options = options, .argc = argc, .argv = argv};
    bool is_ended = false; /* after "--" all words are arguments */
    bool is_right = true;
    if (command->defaults != NULL)
        memcpy(options, command->defaults, command->options_size);
    parse.next = 1;
    while (is_right && parse.next < argc) {
        char *word = argv[parse.next++];
        if (is_ended)
            argv[parse.kept++] = word;
        else if (word[0] != '-' || word[1] == '\0')
            is_right = add_argument(&parse, word);
        else if (strcmp(word, "--") == 0)
            is_ended = true;
        else if (word[1] == '-')
            is_right = parse_long(&parse, word + 2);
        else
            is_right = parse_short(&parse, word + 1);
    }
    is_right = is_right && settle_optional(&parse) && check_count(&parse);
    *arguments = (app_arguments){parse.kept, argv, parse.given};
    if (is_right)
        parse.code = app_outputs_check(command, arguments, options, NULL);
    is_right = is_right && parse.code == APP_EXIT_DONE;
    if (is_right)
        app_warn_idle(command, arguments);
    else
        free_lists(command, options);
    *code = parse.code;
    return is_right;
}
