/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that parse, explain and print options share. */
#ifndef APP_ARGS_PARTS_H
#define APP_ARGS_PARTS_H

#include "common/args.h"

/* By name or alias, of the command or common; NULL: none. */
const app_option *app_option_find(const app_command *command, const char *name, size_t length);

/* Warns of options that add to others, of which none was given. */
void app_warn_idle(const app_command *command, const app_arguments *arguments);

/* Options that are not ours. Each says what it is called here, or else what was
 * probably meant, and returns the code to end with. */
int app_unknown_option(const app_command *command, const char *name, size_t length);
int app_unknown_letter(const app_command *command, char letter);
int app_unknown_value(const app_command *command, const app_option *option, const char *text);
/* True of a choice that is not offered yet and is handed on all the same,
 * for the library to say so. */
bool app_is_later_choice(const app_option *option, const char *text);
/* True if the name is in the table of foreign options. */
bool app_is_foreign(const char *name, size_t length);

/* The option's value from @p text, written to its place in *options. False: it is none. */
bool app_value_store(const app_option *option, const char *text, void *options);
/* Says which values the option takes. */
int app_value_refuse(const app_command *command, const app_option *option, const char *text);
/* What joins the words of a list of this type, 0 where it takes one word only; and whether the word
 * can be one of them. */
char app_value_joint(app_option_type type);
bool app_value_is_item(app_option_type type, const char *word);
/* The default as the help shows it, "" where there is none. */
#define APP_DEFAULT_SIZE 64
const char *app_value_default(const app_command *command, const app_option *option,
                              char text[APP_DEFAULT_SIZE]);

/* All that is said about an option: its backends, its choices, its default, its aliases. */
#define APP_SENTENCE_SIZE 512
const char *app_option_sentence(const app_command *command, const app_option *option,
                                char text[APP_SENTENCE_SIZE]);

#endif
