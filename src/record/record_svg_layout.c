/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows and columns of the drawing. Births and ends crowd at both sides of a build that takes
 * seconds, so time is not to scale: each event moves on by a little more the longer the pause
 * before it was. Objects of one place that pin nothing and are pinned by nothing (the pictures of a
 * long run) share a row from the fourth on.
 */
#include "base/memory.h"
#include "record/record_svg.h"

#include <stdlib.h>
#include <string.h>

#define ROW_MAX      400
#define GROUP_MAX    64
#define ALONE_MAX    3    /* objects of a group with a row of their own */
#define FOLD_MIN     6    /* objects of a group before any is folded */
#define STEP_MIN     22   /* pixels between two events */
#define STEP_LOG     2    /* and for each doubling of the microseconds between them */
#define WIDTH_MAX    1500 /* of the time, unless that would bring events closer than CROWDED */
#define STEP_CROWDED 8

/* Objects born at one place, with no kin. */
typedef struct row_group {
    const pw_record *like;
    size_t count, met;
    size_t row; /* of the folded ones, or PW_NO_LIFE */
} row_group;

typedef struct row_groups {
    row_group items[GROUP_MAX];
    size_t count;
} row_groups;

static bool is_same_place(const pw_place *a, const pw_place *b)
{
    return a->line == b->line && strcmp(a->file, b->file) == 0;
}

/* The group of a life; NULL where it has kin, or there are too many groups. */
static row_group *group_of(row_groups *groups, const pw_life *life)
{
    if (life->has_kin)
        return NULL;
    for (size_t i = 0; i < groups->count; i++) {
        const pw_record *like = groups->items[i].like;
        if (like->type == life->born->type && is_same_place(&like->place, &life->born->place))
            return &groups->items[i];
    }
    if (groups->count == GROUP_MAX)
        return NULL;
    row_group *made = &groups->items[groups->count++];
    *made = (row_group){.like = life->born, .row = PW_NO_LIFE};
    return made;
}

static uint64_t release_of(const pw_history *history, const pw_life *life)
{
    return life->released_ns != 0 ? life->released_ns : history->view.now_ns;
}

static void fold_into(pw_svg_row *row, const pw_history *history, const pw_life *life)
{
    const uint64_t released_ns = release_of(history, life);
    row->folded++;
    row->lost += life->lost != NULL;
    if (released_ns > row->released_ns)
        row->released_ns = released_ns;
}

static void lay_rows(pw_svg *svg, row_groups *groups)
{
    const pw_history *history = svg->history;
    for (size_t i = 0; i < history->count; i++) {
        row_group *group = group_of(groups, &history->lives[i]);
        if (group != NULL)
            group->count++;
    }
    for (size_t i = 0; i < history->count; i++) {
        const pw_life *life = &history->lives[i];
        row_group *group = group_of(groups, life);
        const bool is_folded =
            group != NULL && group->count >= FOLD_MIN && group->met++ >= ALONE_MAX;
        svg->row_of[i] = PW_NO_LIFE;
        if (is_folded && group->row != PW_NO_LIFE) {
            svg->row_of[i] = group->row;
            fold_into(&svg->rows[group->row], history, life);
        } else if (svg->row_count == ROW_MAX) {
            svg->left_out++;
        } else {
            svg->row_of[i] = svg->row_count;
            svg->rows[svg->row_count] = (pw_svg_row){.life = i,
                                                     .folded = 1,
                                                     .lost = life->lost != NULL,
                                                     .born_ns = life->born->time_ns,
                                                     .released_ns = release_of(history, life)};
            if (is_folded)
                group->row = svg->row_count;
            svg->row_count++;
        }
    }
}

/* --- columns --- */

static int compare_moments(const void *a, const void *b)
{
    const uint64_t first = ((const pw_svg_moment *)a)->time_ns;
    const uint64_t second = ((const pw_svg_moment *)b)->time_ns;
    return first < second ? -1 : first > second;
}

static void add_moment(pw_svg *svg, uint64_t time_ns)
{
    svg->moments[svg->moment_count++].time_ns = time_ns;
}

/* Birth, refusal, an end that is no plain one, loss, release: whatever gets a mark of its own. */
static void gather_moments(pw_svg *svg)
{
    add_moment(svg, 0);
    for (size_t row = 0; row < svg->row_count; row++) {
        const pw_life *life = &svg->history->lives[svg->rows[row].life];
        add_moment(svg, svg->rows[row].born_ns);
        add_moment(svg, svg->rows[row].released_ns);
        if (life->ended != NULL && life->ended->kind == PW_RECORD_DEFERRED)
            add_moment(svg, life->ended->time_ns);
        if (life->lost != NULL)
            add_moment(svg, life->lost->time_ns);
        if (life->refused != NULL)
            add_moment(svg, life->refused->time_ns);
    }
    qsort(svg->moments, svg->moment_count, sizeof *svg->moments, compare_moments);
}

static int step_after(uint64_t gap_ns)
{
    int step = STEP_MIN;
    for (uint64_t us = gap_ns / 1000; us > 0; us /= 2)
        step += STEP_LOG;
    return step;
}

static void place_moments(pw_svg *svg)
{
    int x = 0;
    for (size_t i = 1; i < svg->moment_count; i++) {
        const uint64_t gap_ns = svg->moments[i].time_ns - svg->moments[i - 1].time_ns;
        x += gap_ns == 0 ? 0 : step_after(gap_ns);
        svg->moments[i].x = x;
    }
    const int events = (int)svg->moment_count;
    int wanted = x > WIDTH_MAX ? WIDTH_MAX : x;
    if (wanted < events * STEP_CROWDED)
        wanted = events * STEP_CROWDED < x ? events * STEP_CROWDED : x;
    for (size_t i = 0; i < svg->moment_count; i++)
        svg->moments[i].x =
            PW_SVG_LEFT + (x == 0 ? 0 : (int)((int64_t)svg->moments[i].x * wanted / x));
    svg->width = wanted;
}

int pw_svg_x(const pw_svg *svg, uint64_t time_ns)
{
    size_t low = 0, high = svg->moment_count - 1; /* moments[low] <= time, if any is */
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (svg->moments[middle].time_ns <= time_ns)
            low = middle;
        else
            high = middle;
    }
    const pw_svg_moment *before = &svg->moments[low], *after = &svg->moments[high];
    if (time_ns >= after->time_ns)
        return after->x;
    const uint64_t gap_ns = after->time_ns - before->time_ns; /* above 0: time lies between */
    return before->x + (int)((double)(after->x - before->x) * (double)(time_ns - before->time_ns) /
                             (double)gap_ns);
}

int pw_svg_y(size_t row)
{
    return PW_SVG_TOP + (int)row * PW_SVG_ROW + PW_SVG_ROW / 2;
}

pawl_status pw_svg_lay_out(const pw_history *history, pw_svg *svg, pawl_error *error)
{
    const size_t rows = history->count < ROW_MAX ? history->count : ROW_MAX;
    row_groups groups = {.count = 0};
    *svg = (pw_svg){.history = history};
    svg->rows = pw_calloc(rows, sizeof *svg->rows);
    svg->row_of = pw_calloc(history->count, sizeof *svg->row_of);
    svg->moments = pw_calloc(5 * rows + 1, sizeof *svg->moments);
    if (svg->rows == NULL || svg->row_of == NULL || svg->moments == NULL) {
        pw_svg_free(svg);
        return pw_fail_memory(error, "the drawing of lifetimes", 0);
    }
    lay_rows(svg, &groups);
    gather_moments(svg);
    place_moments(svg);
    return PAWL_OK;
}

void pw_svg_free(pw_svg *svg)
{
    pw_free(svg->rows);
    pw_free(svg->row_of);
    pw_free(svg->moments);
}
