/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Command lines by table. A row says all of an option: how it is written, what it takes, which
 * backends know it, which files it writes. Parsing, help, completion and manual page read the same.
 */
#ifndef APP_ARGS_H
#define APP_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * What an option takes, always as "--name VALUE" or "--name=VALUE". Lists (NUMBERS, SHAPE, BATCH,
 * SHAPES) take their values in one word or, as YOLOv5's scripts do, in several: "--classes 0 2".
 */
typedef enum app_option_type {
    APP_FLAG,          /* bool: set */
    APP_TEXT,          /* const char *: as given */
    APP_TEXT_OPTIONAL, /* const char *: as given; "-" where no word follows that can be spared */
    APP_INTEGER,       /* int32_t within low..high */
    APP_REAL,          /* double within low..high */
    APP_SIZE,          /* size_t, bytes, within low..high: 512M, 4G; a bare number is MiB */
    APP_NUMBERS,       /* app_numbers: N,N... each within low..high */
    APP_SHAPE,         /* app_shape: N or HxW, sides up to high */
    APP_BATCH,         /* app_batch: N or MIN:OPT:MAX, up to high */
    APP_SHAPES,        /* app_shapes: MIN:OPT:MAX, each N or HxW, sides up to high */
    APP_CHOICE         /* const char *: one of the choices */
} app_option_type;

typedef struct app_numbers {
    int32_t *items; /* the options' own: free() it */
    size_t count;   /* 0: not given */
} app_numbers;

typedef struct app_shape {
    int32_t height, width; /* 0: not given */
} app_shape;

typedef struct app_batch {
    int32_t min, opt, max; /* 0: not given */
} app_batch;

typedef struct app_shapes {
    app_shape min, opt, max; /* 0: not given */
} app_shapes;

/* Blank-separated words that live as long as the program; a function, because the library is asked
 * for most of them. */
typedef const char *(*app_choices)(void);

typedef struct app_option {
    const char *name;    /* without dashes */
    const char *aliases; /* further names that mean exactly the same, blank-separated; or NULL */
    char letter;         /* of the short form, or 0 */
    app_option_type type;
    size_t offset;     /* of the value in the command's options struct */
    const char *value; /* what stands for the value in the help; NULL for a flag */
    double low, high;
    app_choices choices;  /* of APP_CHOICE */
    const char *backends; /* blank-separated, at most two, that know the option; NULL: all do */
    const char *instead;  /* what to do with another one; NULL: leave the option out */
    const char *writes;  /* endings of the file it writes, the usual one first; NULL: writes none */
    const char *adds_to; /* blank-separated: without one of these it does nothing; NULL: it does */
    const char *of;      /* "boxes", "masks": nothing to do with a model that finds none; or NULL */
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
    const void *defaults; /* the options struct before parsing, shown in the help; NULL: none */
    size_t options_size;  /* of that struct */
    int argument_min, argument_max; /* argument_max < 0: any number */
    app_choices argument_choices;   /* what the arguments may be, where that is a list; or NULL */
    int (*main)(int argc, char **argv);
} app_command;
/* Of a command: its table of options, a bit of app_arguments.given each; and their defaults. */
#define APP_OPTIONS(table) .options = (table), .option_count = APP_OPTION_COUNT(table)
#define APP_OPTION_COUNT(table)                                                  \
    (sizeof(table) / sizeof((table)[0]) +                                        \
     0 * sizeof(struct {                                                         \
         _Static_assert(sizeof(table) / sizeof((table)[0]) <= 64, "a bit each"); \
         char none;                                                              \
     }))
#define APP_DEFAULTS(values) .defaults = &(values), .options_size = sizeof(values)

/* What is left after the options, and which of them were given. */
typedef struct app_arguments {
    int count;
    char **items;
    uint64_t given; /* bit i: option i of the command's table */
} app_arguments;

/* Tells all that follow which commands the program has. Call once, first. */
void app_commands_set(const app_command *const *commands, size_t count);
/* NULL: none of that name. */
const app_command *app_command_find(const char *name);
/* Command @p index of them, NULL past the end. */
const app_command *app_command_get(size_t index);

/*
 * Fills *options with the command's defaults (where it has none: as it is) and parses argv (argv[0]
 * is the command's name) into it. Order of options and arguments is free; "--" ends the options.
 * Returns true to go on; false when the process should end with *code (help was asked for, or usage
 * is wrong and has been reported), with no list left to free. The arguments are gathered at the
 * front of argv.
 */
bool app_parse(const app_command *command, int argc, char **argv, void *options,
               app_arguments *arguments, int *code);

/* Says what is wrong with the usage, points at the help; returns APP_EXIT_USAGE. */
int app_usage(const app_command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Options of every command: -q, -v, --max-memory, -h. */
extern const app_option app_common_options[];
extern const size_t app_common_option_count;

/* True if the blank-separated list holds the word. */
bool app_list_has(const char *list, const char *word, size_t length);
/* Says what a word in the place of a command is called here, or what was probably meant, and
 * returns the code to end with. */
int app_unknown_command(const char *word);
/* The same of a word that is a value of the option elsewhere; DONE where it is none. */
int app_refuse_foreign_value(const app_command *command, const char *name, const char *text);

/* Help on a terminal of @p width columns. */
void app_help_command(FILE *out, const app_command *command, int width);
void app_help_program(FILE *out, int width);
/* Writes words, the first at @p column, broken before @p width, further lines indented. */
void app_print_wrapped(FILE *out, const char *text, int column, int indent, int width);
/* What the shells complete: commands, options and the words that may stand behind them. */
void app_completion_bash(FILE *out);
void app_completion_zsh(FILE *out);
void app_completion_fish(FILE *out);
void app_manual_page(FILE *out);

#endif
