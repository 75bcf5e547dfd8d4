/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One table an option list: parsing, --help, shell completion and the manual page are all read from
 * it, so they cannot drift apart.
 */
#ifndef APP_ARGS_H
#define APP_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef enum app_option_type {
    APP_FLAG,          /* bool: set */
    APP_TEXT,          /* const char *: as given */
    APP_TEXT_OPTIONAL, /* const char *: "-" unless --name=VALUE (or a lone "-") follows */
    APP_INTEGER,       /* int32_t within low..high */
    APP_REAL,          /* double within low..high */
    APP_SHAPE,         /* app_shape: N or HxW */
    APP_BATCH,         /* app_batch: N or MIN:OPT:MAX */
    APP_CHOICE         /* const char *: one of the blank-separated choices */
} app_option_type;

typedef struct app_shape {
    int32_t height, width; /* 0: not given */
} app_shape;

typedef struct app_batch {
    int32_t min, opt, max; /* 0: not given */
} app_batch;

typedef struct app_option {
    const char *name;    /* without dashes */
    const char *aliases; /* further names, blank-separated, accepted and not advertised; or NULL */
    char letter;         /* of the short form, or 0 */
    app_option_type type;
    size_t offset;     /* of the value in the command's options struct */
    const char *value; /* what stands for the value in the help; NULL for a flag */
    double low, high;
    const char *choices; /* of APP_CHOICE, and for completion */
    const char *help;
} app_option;

typedef struct app_command {
    const char *name;
    const char *arguments; /* "ENGINE SOURCE..." */
    const char *brief;     /* one line */
    const char *details;   /* further sentences of help and manual page, or NULL */
    const char *example;   /* one command line */
    const app_option *options;
    size_t option_count;
    int argument_min, argument_max; /* argument_max < 0: any number */
    int (*main)(int argc, char **argv);
} app_command;

/* What is left after the options. */
typedef struct app_arguments {
    int count;
    char **items;
} app_arguments;

/*
 * Parses argv (argv[0] is the command's name) into *options, which holds the defaults. Order of
 * options and arguments is free; "--" ends the options. Returns true to go on; false when the
 * process should end with *code (help was asked for, or usage is wrong and has been reported). The
 * arguments are gathered at the front of argv.
 */
bool app_parse(const app_command *command, int argc, char **argv, void *options,
               app_arguments *arguments, int *code);

/* Says what is wrong with the usage, points at the help; returns APP_EXIT_USAGE. */
int app_usage(const app_command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The entry of @p words (blank-separated) or command nearest to a mistyped word, NULL when nothing
 * is near. */
const app_command *app_command_near(const app_command *const *commands, size_t count,
                                    const char *word);

/* -q, -v, -h: part of every command. */
extern const app_option app_common_options[];
extern const size_t app_common_option_count;

void app_help_command(FILE *out, const app_command *command);
void app_help_program(FILE *out, const app_command *const *commands, size_t count);
void app_completion_bash(FILE *out, const app_command *const *commands, size_t count);
void app_manual_page(FILE *out, const app_command *const *commands, size_t count);

#endif
