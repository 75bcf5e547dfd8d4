/* SPDX-License-Identifier: Apache-2.0 */
/* Values of options: from text, back to text, and what to say of one that is none. */
#include "common/args_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_BARE_MIB 16 /* a bare 4 is more likely export.py's 4 GB than 4 MiB */

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

/* N, or two sides with x, a comma or a blank between them. */
static bool take_shape(const char **text, double high, app_shape *shape)
{
    if (!take_integer(text, &shape->height))
        return false;
    shape->width = shape->height;
    if (**text != '\0' && strchr("xX*, ", **text) != NULL) {
        ++*text;
        if (!take_integer(text, &shape->width))
            return false;
    }
    return shape->height >= 1 && shape->width >= 1 && shape->height <= high && shape->width <= high;
}

static bool read_shape(const char *text, double high, app_shape *shape)
{
    app_shape read = {0};
    if (!take_shape(&text, high, &read) || *text != '\0')
        return false;
    *shape = read;
    return true;
}

static bool read_shapes(const char *text, double high, app_shapes *shapes)
{
    app_shape read[3] = {{0}};
    for (int i = 0; i < 3; i++) {
        if (!take_shape(&text, high, &read[i]) || *text != (i < 2 ? ':' : '\0'))
            return false;
        if (i > 0 && (read[i].height < read[i - 1].height || read[i].width < read[i - 1].width))
            return false;
        text++;
    }
    *shapes = (app_shapes){read[0], read[1], read[2]};
    return true;
}

static bool read_batch(const char *text, double high, app_batch *batch)
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
    if (*text != '\0' || read.min < 1 || read.opt < read.min || read.max < read.opt ||
        read.max > high)
        return false;
    *batch = read;
    return true;
}

/* "0,2", "0 2", "0, 2", "[0, 2]". */
static bool read_numbers(const char *text, double high, app_numbers *numbers)
{
    const bool has_brackets = *text == '[';
    app_numbers read = {malloc((strlen(text) + 1) * sizeof(int32_t)), 0};
    bool is_good = read.items != NULL;
    text += has_brackets ? 1 : 0;
    while (is_good) {
        text += strspn(text, " ");
        is_good = take_integer(&text, &read.items[read.count]) && read.items[read.count] <= high;
        read.count++;
        const size_t blanks = strspn(text, " ");
        text += blanks;
        if (*text == ',')
            text++;
        else if (blanks == 0 || *text < '0' || *text > '9')
            break;
    }
    is_good = is_good && strcmp(text, has_brackets ? "]" : "") == 0;
    free(is_good ? numbers->items : read.items);
    if (is_good)
        *numbers = read;
    return is_good;
}

/* In decimal: strtod() takes 0x10, infinity and blanks before a number, too. */
static bool read_number(const app_option *option, const char *text, double *number)
{
    char *end = NULL;
    if (text[strspn(text, "0123456789+-.eE")] != '\0')
        return false;
    errno = 0;
    *number = strtod(text, &end);
    return end != text && *end == '\0' && errno == 0 && *number >= option->low &&
           *number <= option->high;
}

/* 512M, 4G, 4GB, 4GiB (all of 1024); without a unit MiB. */
static bool read_size(const app_option *option, const char *text, size_t *size)
{
    static const char units[] = "KMGT";
    int32_t number = 0;
    if (!take_integer(&text, &number))
        return false;
    const bool is_bare = *text == '\0';
    const char *unit = is_bare ? units + 1 : strchr(units, *text & ~0x20);
    if (unit == NULL || *unit == '\0' || (is_bare && number < LEAST_BARE_MIB))
        return false;
    text += is_bare ? 0 : 1;
    if (*text != '\0' && strcmp(text, "B") != 0 && strcmp(text, "iB") != 0 &&
        strcmp(text, "b") != 0)
        return false;
    const double bytes = (double)number * (double)(UINT64_C(1) << (10 * (unit - units + 1)));
    if (bytes < option->low || bytes > option->high)
        return false;
    *size = (size_t)bytes;
    return true;
}

bool app_value_store(const app_option *option, const char *text, void *options)
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
        if (!read_number(option, text, &number))
            return false;
        *(double *)slot = number;
        return true;
    case APP_SIZE:
        return read_size(option, text, slot);
    case APP_NUMBERS:
        return read_numbers(text, option->high, slot);
    case APP_SHAPE:
        return read_shape(text, option->high, slot);
    case APP_BATCH:
        return read_batch(text, option->high, slot);
    case APP_SHAPES:
        return read_shapes(text, option->high, slot);
    case APP_CHOICE:
        *(const char **)slot = text;
        return app_list_has(option->choices(), text, strlen(text)) ||
               app_is_later_choice(option, text);
    }
    return false;
}

int app_value_refuse(const app_command *command, const app_option *option, const char *text)
{
    const char *name = option->name;
    switch (option->type) {
    case APP_INTEGER:
        return app_usage(command, "--%s takes a whole number from %.0f to %.0f, not '%s'", name,
                         option->low, option->high, text);
    case APP_REAL:
        return app_usage(command, "--%s takes a number from %g to %g, not '%s'", name, option->low,
                         option->high, text);
    case APP_SIZE:
        return app_usage(command,
                         "--%s takes a size such as 512M or 4G (a bare number is MiB, %d at "
                         "least), not '%s'",
                         name, LEAST_BARE_MIB, text);
    case APP_NUMBERS:
        return app_usage(command, "--%s takes numbers such as 0,2 or 0 2, not '%s'", name, text);
    case APP_SHAPE:
        return app_usage(command,
                         "--%s takes N or HxW, such as 640 or 384x640, sides up to %.0f, not '%s'",
                         name, option->high, text);
    case APP_BATCH:
        return app_usage(command,
                         "--%s takes N or MIN:OPT:MAX in rising order, up to %.0f, not '%s'", name,
                         option->high, text);
    case APP_SHAPES:
        return app_usage(command,
                         "--%s takes MIN:OPT:MAX, each N or HxW, rising, sides up to %.0f, not "
                         "'%s'",
                         name, option->high, text);
    case APP_CHOICE:
        return app_usage(command, "--%s takes one of: %s; not '%s'", name, option->choices(), text);
    case APP_FLAG:
    case APP_TEXT:
    case APP_TEXT_OPTIONAL:
        break;
    }
    return app_usage(command, "--%s takes %s, not an empty word", name,
                     option->value == NULL ? "a value" : option->value);
}

char app_value_joint(app_option_type type)
{
    return type == APP_NUMBERS                       ? ','
           : type == APP_SHAPE                       ? 'x'
           : type == APP_BATCH || type == APP_SHAPES ? ':'
                                                     : '\0';
}

bool app_value_is_item(app_option_type type, const char *word)
{
    const char *set = type == APP_NUMBERS  ? "0123456789,"
                      : type == APP_SHAPES ? "0123456789x"
                                           : "0123456789";
    return word[0] >= '0' && word[0] <= '9' && word[strspn(word, set)] == '\0';
}

const char *app_value_default(const app_command *command, const app_option *option,
                              char text[APP_DEFAULT_SIZE])
{
    const bool is_own =
        option >= command->options && option < command->options + command->option_count;
    const void *slot = is_own && command->defaults != NULL
                           ? (const char *)command->defaults + option->offset
                           : NULL;
    text[0] = '\0';
    if (slot == NULL)
        return text;
    if (option->type == APP_REAL) {
        const double number = *(const double *)slot;
        if (number >= option->low && number <= option->high)
            (void)snprintf(text, APP_DEFAULT_SIZE, "%g", number);
    } else if (option->type == APP_INTEGER) {
        const int32_t number = *(const int32_t *)slot;
        if (number >= option->low && number <= option->high)
            (void)snprintf(text, APP_DEFAULT_SIZE, "%d", number);
    } else if (option->type == APP_SIZE && *(const size_t *)slot != 0) {
        (void)snprintf(text, APP_DEFAULT_SIZE, "%zuM", *(const size_t *)slot >> 20);
    } else if (option->type == APP_CHOICE || option->type == APP_TEXT) {
        const char *word = *(const char *const *)slot;
        (void)snprintf(text, APP_DEFAULT_SIZE, "%s", word == NULL ? "" : word);
    }
    return text;
}
