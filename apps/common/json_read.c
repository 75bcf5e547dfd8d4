/* SPDX-License-Identifier: Apache-2.0 */
/* JSON in, as Python's json.load() takes it: NaN and infinities too,
 * which pandas and numpy write. */
#include "common/files.h"
#include "common/json.h"

#include "common/term.h"
#include "common/text_file.h"

#include <pawl/pawl.h>
#include <string.h>

/* What JSON has no number for becomes "" and blanks, which nobody takes for a number. */
static void blank_out(char *text)
{
    static const char *const words[] = {"NaN", "-Infinity", "Infinity"};
    bool is_inside = false; /* a string */
    for (char *at = text; *at != '\0'; at++) {
        if (*at == '"')
            is_inside = !is_inside;
        else if (is_inside && *at == '\\' && at[1] != '\0')
            at++;
        for (size_t i = 0; !is_inside && i < sizeof words / sizeof words[0]; i++) {
            const size_t length = strlen(words[i]);
            if (strncmp(at, words[i], length) != 0)
                continue;
            memset(at, ' ', length);
            at[0] = at[1] = '"';
            at += length - 1;
            break;
        }
    }
}

/* Jansson's words, with the place where there is one: it counts from line 1,
 * and says -1 for none. */
static int say_fault(const char *path, const json_error_t *fault)
{
    const bool is_cut = json_error_code(fault) == json_error_premature_end_of_input;
    if (fault->line < 1)
        return app_fail(APP_EXIT_INPUT, "%s is no JSON: %s", path, fault->text);
    return app_fail(APP_EXIT_INPUT, "%s is no JSON: line %d, column %d: %s%s", path, fault->line,
                    fault->column < 1 ? 1 : fault->column, fault->text,
                    is_cut ? "; it is cut short: copy or write it again" : "");
}

int app_json_read(json_t **root, const char *path)
{
    app_text text;
    json_error_t fault = {0};
    *root = NULL;
    const int code = app_text_read(&text, path, SIZE_MAX / 4);
    if (code != APP_EXIT_DONE)
        return code;
    const bool is_empty = text.size == 0;
    blank_out(text.bytes);
    *root = json_loadb(text.bytes, text.size, 0, &fault);
    app_text_free(&text);
    if (*root != NULL)
        return APP_EXIT_DONE;
    if (json_error_code(&fault) == json_error_out_of_memory)
        return app_fail_memory();
    if (is_empty)
        return app_fail(APP_EXIT_INPUT, "%s is empty", path);
    if (!app_path_ends_in(path, "json") && pawl_file_kind(path) != NULL)
        return app_fail_kind(path, "not a JSON file");
    return say_fault(path, &fault);
}
