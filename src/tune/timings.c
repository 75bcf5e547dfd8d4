/* SPDX-License-Identifier: Apache-2.0 */
/* The file of timings: read, merged, written. What is wrong with it costs time, never a build. */
#define XXH_INLINE_ALL
#include "tune/timings.h"

#include "base/log.h"
#include "base/os.h"
#include "base/strbuf.h"
#include <pawl/version.h>

#include <string.h>
#include <xxhash.h>

#define MAGIC     "pawl-timings "
#define HEADER    MAGIC "1 " PAWL_VERSION_STRING
#define FILE_MOST ((size_t)32 << 20) /* bytes: above what PW_TIMINGS_MAX rows take */
#define LINE_SIZE 2048 /* without the sum; a longer one could not be written as it was read */
#define SUM_SIZE  16   /* digits */

enum { MACHINE, LEVEL, NAME, NANOSECONDS, PROBLEM, FIELD_COUNT };

static uint64_t hash_key(const char *machine, const char *problem)
{
    return XXH3_64bits_withSeed(problem, strlen(problem), XXH3_64bits(machine, strlen(machine)));
}

static pw_timing *find(const pw_timings *timings, const char *machine, const char *problem)
{
    const uint64_t key = hash_key(machine, problem);
    for (size_t i = timings->first; i < timings->count; i++) {
        pw_timing *row = &timings->rows[i];
        if (row->key == key && strcmp(row->problem, problem) == 0 &&
            strcmp(row->machine, machine) == 0)
            return row;
    }
    return NULL;
}

const pw_timing *pw_timings_find(const pw_timings *timings, const char *machine,
                                 const char *problem, int32_t level)
{
    const pw_timing *row = find(timings, machine, problem);
    return row != NULL && row->level >= level ? row : NULL;
}

pawl_status pw_timings_add(pw_timings *timings, const pw_timing *timing, pawl_error *error)
{
    pw_timing made = *timing;
    made.name = pw_arena_strdup(&timings->arena, timing->name);
    pw_timing *there = find(timings, timing->machine, timing->problem);
    if (made.name != NULL && there != NULL) {
        there->name = made.name;
        there->level = made.level;
        there->nanoseconds = made.nanoseconds;
        return PAWL_OK;
    }
    made.machine = pw_arena_strdup(&timings->arena, timing->machine);
    made.problem = pw_arena_strdup(&timings->arena, timing->problem);
    pw_timing *rows = pw_arena_grow(&timings->arena, timings->rows, timings->count,
                                    &timings->capacity, sizeof *rows);
    if (made.name == NULL || made.machine == NULL || made.problem == NULL || rows == NULL)
        return pw_fail_memory(error, "the timings", sizeof made);
    made.key = hash_key(made.machine, made.problem);
    timings->rows = rows;
    rows[timings->count++] = made;
    timings->first += timings->count - timings->first > PW_TIMINGS_MAX;
    return PAWL_OK;
}

void pw_timings_free(pw_timings *timings)
{
    pw_arena_free(&timings->arena);
    *timings = (pw_timings){.count = 0};
}

/* A whole number in the base, of digits alone; false: it is none, or too large. */
static bool parse_number(const char *text, size_t length, unsigned base, uint64_t *number)
{
    static const char digits[] = "0123456789abcdef";
    *number = 0;
    for (size_t i = 0; i < length; i++) {
        const char *found = text[i] == '\0' ? NULL : strchr(digits, text[i]);
        const uint64_t digit = found != NULL ? (uint64_t)(found - digits) : base;
        if (digit >= base || *number > (UINT64_MAX - digit) / base)
            return false;
        *number = *number * base + digit;
    }
    return length > 0;
}

/* line has a terminator at length, and is cut into its fields. */
static bool parse_line(char *line, size_t length, pw_timing *row)
{
    char *field[FIELD_COUNT];
    uint64_t sum = 0, level = 0;
    if (length <= SUM_SIZE || length - SUM_SIZE > LINE_SIZE || line[SUM_SIZE] != '\t' ||
        strlen(line) != length || !parse_number(line, SUM_SIZE, 16, &sum) ||
        sum != XXH3_64bits(line + SUM_SIZE + 1, length - SUM_SIZE - 1))
        return false;
    char *at = line + SUM_SIZE;
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (at == NULL)
            return false;
        *at++ = '\0';
        field[i] = at;
        at = strchr(at, '\t');
    }
    if (at != NULL || !parse_number(field[LEVEL], strlen(field[LEVEL]), 10, &level) || level > 9 ||
        !parse_number(field[NANOSECONDS], strlen(field[NANOSECONDS]), 10, &row->nanoseconds))
        return false;
    row->machine = field[MACHINE];
    row->name = field[NAME];
    row->problem = field[PROBLEM];
    row->level = (int32_t)level;
    return true;
}

typedef struct reading {
    pw_timings *timings;
    const char *path;
    pawl_log_level level; /* of what is wrong */
    size_t line, damaged, first_damaged;
    pawl_error *error;
} reading;

static pawl_status read_lines(reading *r, char *text, size_t size)
{
    for (size_t at = 0; at < size;) {
        char *line = text + at;
        char *end = memchr(line, '\n', size - at);
        const size_t length = end != NULL ? (size_t)(end - line) : size - at;
        pw_timing row = {.level = 0};
        line[length] = '\0';
        at += length + 1;
        r->line++;
        if (end != NULL && parse_line(line, length, &row))
            PW_TRY(pw_timings_add(r->timings, &row, r->error));
        else if (r->damaged++ == 0)
            r->first_damaged = r->line;
    }
    return PAWL_OK;
}

/* Whose file it is stands in its first line; what follows is NULL where nothing of it is used. */
static const char *after_header(reading *r, const pw_contents *file)
{
    const char *text = (const char *)file->data;
    const char *end = memchr(text, '\n', file->size);
    if (file->size < sizeof MAGIC - 1 || memcmp(text, MAGIC, sizeof MAGIC - 1) != 0) {
        r->timings->is_foreign = true;
        pw_log(r->level,
               "%s is no file of timings: it is left as it is, all is timed, and the times are "
               "not kept",
               r->path);
        return NULL;
    }
    if (end == NULL || (size_t)(end - text) != sizeof HEADER - 1 ||
        memcmp(text, HEADER, sizeof HEADER - 1) != 0) {
        pw_log(r->level,
               "the timings in %s are of another version of pawl: all is timed anew, and replaces "
               "them",
               r->path);
        return NULL;
    }
    return end + 1;
}

static pawl_status read_contents(reading *r, const pw_contents *file)
{
    const char *rest = file->size > 0 ? after_header(r, file) : NULL;
    if (rest == NULL)
        return PAWL_OK;
    const size_t size = file->size - (size_t)(rest - (const char *)file->data);
    char *text = pw_arena_alloc(&r->timings->arena, size + 1);
    if (text == NULL)
        return pw_fail_memory(r->error, "the timings", size + 1);
    memcpy(text, rest, size);
    r->line = 1;
    PW_TRY(read_lines(r, text, size));
    if (r->damaged > 0)
        pw_log(r->level,
               "%s is damaged: %zu of its lines, line %zu the first, are not used, and what they "
               "were about is timed again",
               r->path, r->damaged, r->first_damaged);
    return PAWL_OK;
}

static pawl_status read_file(const char *path, pawl_log_level level, pw_timings *timings,
                             pawl_error *error)
{
    pw_contents file = {.data = NULL};
    pw_os_input input;
    pawl_error reason;
    reading r = {.timings = timings, .path = path, .level = level, .error = error};
    *timings = (pw_timings){.count = 0};
    if (!pw_os_is_file(path))
        return PAWL_OK;
    pawl_status status = pw_os_input_open(path, false, &input, &reason);
    if (status >= 0) {
        status = pw_os_input_read(&input, FILE_MOST, &file, &reason);
        pw_os_input_close(&input);
    }
    if (status == PAWL_ERR_MEMORY)
        return pw_fail_memory(error, "the timings", FILE_MOST);
    if (status >= 0)
        status = read_contents(&r, &file);
    else
        pw_log(level, "the timing cache is left as it is, and all is timed anew: %s",
               reason.message);
    timings->is_foreign = timings->is_foreign || (status < 0 && status != PAWL_ERR_MEMORY);
    pw_os_contents_free(&file);
    if (status == PAWL_ERR_MEMORY)
        pw_timings_free(timings);
    return status == PAWL_ERR_MEMORY ? status : PAWL_OK;
}

pawl_status pw_timings_read(const char *path, pw_timings *timings, pawl_error *error)
{
    return read_file(path, PAWL_LOG_WARNING, timings, error);
}

static void write_row(pw_os_file *file, const pw_timing *row)
{
    char text[LINE_SIZE], sum[SUM_SIZE + 2];
    pw_strbuf line = PW_STRBUF(text), before = PW_STRBUF(sum);
    pw_strbuf_add(&line, "%s\t%d\t%s\t%llu\t%s", row->machine, (int)row->level, row->name,
                  (unsigned long long)row->nanoseconds, row->problem);
    pw_strbuf_add(&before, "%016llx\t", (unsigned long long)XXH3_64bits(text, line.length));
    pw_os_file_write(file, sum, before.length);
    pw_os_file_write(file, text, line.length);
    pw_os_file_write(file, "\n", 1);
}

static pawl_status write_rows(const char *path, const pw_timings *timings, pawl_error *error)
{
    pw_os_file file;
    PW_TRY(pw_os_file_create(path, &file, error));
    pw_os_file_write(&file, HEADER "\n", sizeof HEADER);
    for (size_t i = timings->first; i < timings->count; i++)
        write_row(&file, &timings->rows[i]);
    return pw_os_file_commit(&file, error);
}

/* What others have written since we read is read again; what is wrong with it was said. */
static pawl_status merge(const char *path, const pw_timings *timings, pw_timings *all,
                         pawl_error *error)
{
    PW_TRY(read_file(path, PAWL_LOG_VERBOSE, all, error));
    for (size_t i = timings->first; i < timings->count; i++)
        PW_TRY(pw_timings_add(all, &timings->rows[i], error));
    return PAWL_OK;
}

void pw_timings_write(const char *path, const pw_timings *timings)
{
    pw_timings all = {.count = 0};
    pawl_error reason;
    if (timings->is_foreign)
        return; /* which was said */
    if (merge(path, timings, &all, &reason) < 0 || write_rows(path, &all, &reason) < 0)
        pw_log(PAWL_LOG_WARNING, "the timings are not kept, so the next build times all anew: %s",
               reason.message);
    pw_timings_free(&all);
}
