/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a YAML text can be loaded in due time and memory: libyaml looks at every open list for
   every token and at every anchor for every other, and takes 170 bytes for a value and 280 for an
   open one. */
#ifndef APP_YAML_EXTENT_H
#define APP_YAML_EXTENT_H

#include "common/text_file.h"

#include <yaml.h>

/* A parser of the text, which must outlive it; false: no memory. */
bool app_yaml_start(yaml_parser_t *parser, const app_text *text);

/* APP_EXIT_INPUT, with a sentence: it holds more than any data.yaml. What is no YAML is left to who
 * loads it. */
int app_yaml_check(const app_text *text, const char *path);

#endif
