/* SPDX-License-Identifier: Apache-2.0 */
/* A small text file: a line a kind of build, the youngest first. */
#include "backend/tensorrt/trt_times.h"
#include "base/number.h"
#include "base/strbuf.h"
#include <string.h>

enum { KEY_SIZE = 256, TEXT_SIZE = 3000 };

/* "0123456789abcdef fp16 640x640 1:1:4 = "; before the sign what else makes a build longer or
 * shorter, where it is not as usual. */
static void key_of(const pw_plan *plan, char key[KEY_SIZE])
{
    const pw_profile *const profile = &plan->profile;
    const pw_build_options *const options = &plan->options;
    pw_strbuf text = {.text = key, .capacity = KEY_SIZE, .length = 0};
    pw_strbuf_add(&text, "%016llx %.8s %dx%d %d:%d:%d", (unsigned long long)plan->source_hash[0],
                  plan->precision, (int)profile->height, (int)profile->width,
                  (int)profile->batch_min, (int)profile->batch_opt, (int)profile->batch_max);
    if (profile->height_min != profile->height_max || profile->width_min != profile->width_max)
        pw_strbuf_add(&text, " of %dx%d-%dx%d", (int)profile->height_min, (int)profile->width_min,
                      (int)profile->height_max, (int)profile->width_max);
    if (profile->contexts > 1)
        pw_strbuf_add(&text, " contexts %d", (int)profile->contexts);
    if (options->optimisation_level >= 0)
        pw_strbuf_add(&text, " level %d", (int)options->optimisation_level);
    if (options->tactic_sources >= 0)
        pw_strbuf_add(&text, " tactics %d", (int)options->tactic_sources);
    if (options->workspace_size != 0)
        pw_strbuf_add(&text, " workspace %zu", options->workspace_size);
    pw_strbuf_add(&text, "%s%s%s%s = ", options->is_tf32 ? " tf32" : "",
                  options->is_fp16_fixed ? " fixed" : "",
                  options->is_version_compatible ? " later" : "",
                  options->is_hardware_compatible ? " any" : "");
}

static bool path_of(const char *cache, char path[1100])
{
    if (cache == NULL || strlen(cache) > 1024)
        return false;
    pw_strbuf text = {.text = path, .capacity = 1100, .length = 0};
    pw_strbuf_add(&text, "%s.times", cache);
    return true;
}

/* The file's text, "" where there is none. */
static void read_times(const char *path, char times[TEXT_SIZE])
{
    pw_contents file = {.data = NULL};
    times[0] = '\0';
    if (!pw_os_is_file(path) || pw_os_read(path, TEXT_SIZE - 1, &file, NULL) < 0)
        return;
    memcpy(times, file.data, file.size);
    times[file.size] = '\0';
    pw_os_contents_free(&file);
}

double pw_trt_times_last(const char *cache, const pw_plan *plan)
{
    char path[1100], key[KEY_SIZE], times[TEXT_SIZE];
    char *end = NULL;
    if (!path_of(cache, path))
        return 0.0;
    key_of(plan, key);
    read_times(path, times);
    const char *const line = strstr(times, key);
    const double seconds = line != NULL ? pw_number_parse(line + strlen(key), &end) : 0.0;
    return seconds > 0.0 && seconds < 1e6 ? seconds : 0.0;
}

void pw_trt_times_keep(const char *cache, const pw_plan *plan, double seconds)
{
    char path[1100], key[KEY_SIZE], times[TEXT_SIZE], text[TEXT_SIZE];
    pw_strbuf kept = PW_STRBUF(text);
    pw_os_file file;
    if (!path_of(cache, path))
        return;
    key_of(plan, key);
    read_times(path, times);
    pw_strbuf_add(&kept, "%s%.1f\n", key, seconds);
    for (char *line = times; *line != '\0';) {
        const size_t length = strcspn(line, "\n");
        const bool is_room = kept.length + length + 2 < TEXT_SIZE;
        if (is_room && strncmp(line, key, strlen(key)) != 0)
            pw_strbuf_add(&kept, "%.*s\n", (int)length, line);
        line += length + (line[length] != '\0');
    }
    if (pw_os_file_create(path, &file, NULL) < 0)
        return;
    pw_os_file_write(&file, text, kept.length);
    if (pw_os_file_commit(&file, NULL) < 0)
        return; /* the next build is told nothing */
}
