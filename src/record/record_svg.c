/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The drawing: a bar an object, arrows from a child up to what it pins, marks at its ends. Meant
 * for somebody who has never seen one: legend and rule stand below it.
 */
#include "record/record_svg.h"
#include "lifetime/diagnosis.h"

#include <string.h>

#define TICK_GAP 74 /* pixels a label on the axis needs */
#define RED      "#c81e1e"

static const char style[] =
    "<style>\n"
    "text{font-family:'DejaVu Sans',Verdana,Arial,sans-serif;fill:#1f2933}\n"
    ".title{font-size:19px;font-weight:bold}.small{font-size:11px;fill:#66717f}\n"
    ".name{font-size:13px;font-weight:bold}.halo{paint-order:stroke;stroke:#fff;stroke-width:4px;"
    "stroke-linejoin:round}\n"
    ".no{fill:#c81e1e;font-weight:bold}.order{font-size:10px;font-weight:bold;text-anchor:middle}\n"
    ".rule{font-size:13px}.build{fill:#7aa7e8}.run{fill:#b79be0}.image{fill:#86c9b4}"
    ".inner{fill:#b9c0ca}\n"
    ".tail{fill:#fff;stroke:#66717f;stroke-width:1.4;stroke-dasharray:4 3}"
    ".pin{stroke:#1f2933;stroke-width:1.4}.under{stroke:#fff;stroke-width:4}"
    ".tip{fill:#1f2933}.done{fill:#1f7a3d}\n"
    ".later{fill:#fff;stroke:#1f7a3d;stroke-width:2.4}.cross{stroke:#c81e1e;stroke-width:3.4;"
    "stroke-linecap:round}\n"
    "</style>\n";

static const char *class_of(const pw_type *type)
{
    static const char *const classes[] = {[PW_ROLE_INNER] = "inner",
                                          [PW_ROLE_BUILD] = "build",
                                          [PW_ROLE_RUN] = "run",
                                          [PW_ROLE_PICTURE] = "image"};
    return classes[type->role];
}

static bool is_deferred(const pw_life *life)
{
    return life->ended != NULL && life->ended->kind == PW_RECORD_DEFERRED;
}

static bool is_disordered(const pw_life *life)
{
    return life->ended != NULL && life->ended->kind == PW_RECORD_DISORDERED;
}

/* --- marks, in the drawing and in its legend --- */

static void put_done(pw_os_file *file, int x, int y, size_t order)
{
    pw_put(file, "<circle class=\"done\" cx=\"%d\" cy=\"%d\" r=\"9\"/>", x, y);
    if (order > 0)
        pw_put(file, "<text class=\"order\" style=\"fill:#fff\" x=\"%d\" y=\"%d\">%zu</text>\n", x,
               y + 4, order);
}

static void put_later(pw_os_file *file, int x, int y, size_t order)
{
    pw_put(file, "<circle class=\"later\" cx=\"%d\" cy=\"%d\" r=\"8\"/>", x, y);
    if (order > 0)
        pw_put(file, "<text class=\"order\" x=\"%d\" y=\"%d\">%zu</text>\n", x, y + 4, order);
}

static void put_early(pw_os_file *file, int x, int y, size_t order)
{
    pw_put(file, "<circle style=\"fill:" RED "\" cx=\"%d\" cy=\"%d\" r=\"9\"/>", x, y);
    if (order > 0)
        pw_put(file, "<text class=\"order\" style=\"fill:#fff\" x=\"%d\" y=\"%d\">%zu</text>\n", x,
               y + 4, order);
}

static void put_lost(pw_os_file *file, int x, int y)
{
    pw_put(file,
           "<circle style=\"fill:#fff;stroke:" RED ";stroke-width:2.4\" cx=\"%d\" cy=\"%d\" "
           "r=\"8\"/><text class=\"order no\" x=\"%d\" y=\"%d\">?</text>\n",
           x, y, x, y + 4);
}

static void put_tail(pw_os_file *file, int from, int to, int y)
{
    pw_put(file, "<rect class=\"tail\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>", from,
           y - PW_SVG_BAR / 2, to > from ? to - from : 1, PW_SVG_BAR);
    pw_put(file, "<circle class=\"done\" cx=\"%d\" cy=\"%d\" r=\"5\"/>\n", to, y);
}

static void put_cross(pw_os_file *file, int x, int y)
{
    pw_put(file, "<path class=\"cross\" d=\"M%d %dl12 12m0 -12l-12 12\"/>\n", x - 6, y - 6);
}

static void put_tip(pw_os_file *file, int x, int y)
{
    pw_put(file, "<path class=\"tip\" d=\"M%d %dl-5 9h10z\"/>\n", x, y);
}

static void put_bar(pw_os_file *file, const char *class, int from, int to, int y)
{
    pw_put(file, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"3\"/>\n",
           class, from, y - PW_SVG_BAR / 2, to > from ? to - from : 1, PW_SVG_BAR);
}

/* --- one row --- */

static void put_name(pw_os_file *file, const pw_life *life)
{
    pw_put(file, "%s #%llu", life->born->type->name, (unsigned long long)life->id);
}

static void put_label(pw_os_file *file, bool is_bare, const pw_svg_row *row, const pw_life *life,
                      int y)
{
    const pw_record *born = life->born;
    pw_put(file, "<text class=\"name\" x=\"16\" y=\"%d\">", y - 1);
    if (row->folded > 1)
        pw_put(file, "%s, %zu more", born->type->name, row->folded);
    else
        put_name(file, life);
    if (life->name[0] != '\0' && row->folded == 1) {
        pw_put(file, " <tspan style=\"font-weight:normal\">“");
        pw_put_xml(file, life->name);
        pw_put(file, "”</tspan>");
    }
    pw_put(file, "</text>\n<text class=\"small\" x=\"16\" y=\"%d\">", y + 13);
    if (born->place.file[0] != '\0') {
        pw_put(file, "made at ");
        pw_put_xml(file, born->place.file);
        pw_put(file, ":%d", born->place.line);
    } else {
        pw_put(file, is_bare ? "made at a place not known" : "made inside the library");
    }
    pw_put(file, "</text>\n");
}

static void put_holder(pw_os_file *file, const pw_history *history, const pw_record *record)
{
    const size_t holder =
        record->others[0] == 0 ? PW_NO_LIFE : pw_history_find(history, record->others[0]);
    if (holder != PW_NO_LIFE)
        put_name(file, &history->lives[holder]);
    else
        pw_put(file, record->others[0] == 0 ? "a call under way" : "an older object");
    if (record->holder_count > 1)
        pw_put(file, " and %u more", record->holder_count - 1);
}

/* What is said behind a row. */
static void put_remark(pw_os_file *file, const pw_svg *svg, const pw_life *life, int x, int y)
{
    char lived[PW_DURATION_SIZE];
    const bool is_wrong = is_disordered(life) || life->lost != NULL;
    pw_put(file, "<text class=\"small halo%s\" x=\"%d\" y=\"%d\">", is_wrong ? " no" : "", x,
           y + 4);
    if (life->lost != NULL) {
        pw_put(file, "lost: never ended");
    } else if (is_disordered(life)) {
        pw_put(file, "ended too early: held by ");
        put_holder(file, svg->history, life->ended);
    } else if (life->released_ns == 0 && life->ended == NULL) {
        pw_put(file, "still alive");
    } else if (is_deferred(life)) {
        pw_put(file, life->released_ns == 0 ? "ended, still held by " : "its memory was held by ");
        put_holder(file, svg->history, life->ended);
    } else {
        pw_put(file, "lived %s", pw_duration(lived, life->released_ns - life->born->time_ns));
    }
    pw_put(file, "</text>\n");
}

static void put_refusal(pw_os_file *file, const pw_svg *svg, const pw_life *life, int y)
{
    const int x = pw_svg_x(svg, life->refused->time_ns);
    put_cross(file, x, y);
    pw_put(file, "<text class=\"small no halo\" x=\"%d\" y=\"%d\">%s: held by ", x - 6, y - 11,
           pw_diagnosis_id(PW_DIAGNOSIS_HELD));
    put_holder(file, svg->history, life->refused);
    if (life->refusals > 1)
        pw_put(file, " (%zu times)", life->refusals);
    pw_put(file, "</text>\n");
}

static void put_bars(pw_os_file *file, const pw_svg *svg, const pw_svg_row *row, int y)
{
    const pw_life *life = &svg->history->lives[row->life];
    const int born = pw_svg_x(svg, row->born_ns), released = pw_svg_x(svg, row->released_ns);
    if (row->folded == 1 && is_deferred(life)) {
        const int ended = pw_svg_x(svg, life->ended->time_ns);
        put_bar(file, class_of(life->born->type), born, ended, y);
        put_tail(file, ended, released, y);
    } else {
        put_bar(file, class_of(life->born->type), born, released, y);
    }
}

static void put_marks(pw_os_file *file, const pw_svg *svg, const pw_svg_row *row, int y)
{
    const pw_life *life = &svg->history->lives[row->life];
    const int released = pw_svg_x(svg, row->released_ns);
    if (row->folded > 1) {
        pw_put(file, "<text class=\"small halo\" x=\"%d\" y=\"%d\">one after another",
               released + 14, y + 4);
        if (row->lost > 0)
            pw_put(file, "<tspan class=\"no\">, %zu lost</tspan>", row->lost);
        pw_put(file, "</text>\n");
        return;
    }
    if (life->refused != NULL)
        put_refusal(file, svg, life, y);
    if (is_deferred(life))
        put_later(file, pw_svg_x(svg, life->ended->time_ns), y, life->end_order);
    else if (is_disordered(life))
        put_early(file, released, y, life->end_order);
    else if (life->released_ns != 0)
        put_done(file, released, y, life->end_order);
    if (life->lost != NULL)
        put_lost(file, pw_svg_x(svg, life->lost->time_ns), y);
    put_remark(file, svg, life, released + 15, y);
}

/* From the birth of the child straight up to each parent's bar. */
static void put_pins(pw_os_file *file, const pw_svg *svg, size_t row)
{
    const pw_life *life = &svg->history->lives[svg->rows[row].life];
    const int x = pw_svg_x(svg, life->born->time_ns);
    const int y = pw_svg_y(row);
    size_t highest = row;
    for (size_t k = 0; k < PW_MAX_PARENTS; k++) {
        const size_t parent = life->parents[k];
        if (parent != PW_NO_LIFE && svg->row_of[parent] < highest)
            highest = svg->row_of[parent];
    }
    if (highest == row)
        return;
    const int top = pw_svg_y(highest) + PW_SVG_BAR / 2;
    pw_put(file,
           "<path class=\"under\" d=\"M%d %dV%d\"/><path class=\"pin\" d=\"M%d %dV%d\"/>"
           "<circle class=\"tip\" cx=\"%d\" cy=\"%d\" r=\"3\"/>\n",
           x, y - PW_SVG_BAR / 2, top + 8, x, y, top + 8, x, y);
    for (size_t k = 0; k < PW_MAX_PARENTS; k++)
        if (life->parents[k] != PW_NO_LIFE && svg->row_of[life->parents[k]] < row)
            put_tip(file, x, pw_svg_y(svg->row_of[life->parents[k]]) + PW_SVG_BAR / 2);
}

/* --- around the rows --- */

static void put_axis(pw_os_file *file, const pw_svg *svg, int bottom)
{
    int last = -TICK_GAP;
    char last_time[PW_DURATION_SIZE] = "";
    for (size_t i = 0; i < svg->moment_count; i++) {
        const int x = svg->moments[i].x;
        char time[PW_DURATION_SIZE];
        if (x - last < TICK_GAP ||
            strcmp(pw_duration(time, svg->moments[i].time_ns), last_time) == 0)
            continue; /* no room, or nothing new to say */
        pw_put(file,
               "<path d=\"M%d %dV%d\" stroke=\"#e4e8ed\"/>"
               "<text class=\"small\" text-anchor=\"middle\" x=\"%d\" y=\"%d\">%s</text>\n",
               x, PW_SVG_TOP - 10, bottom, x, PW_SVG_TOP - 16, i == 0 ? "0" : time);
        last = x;
        memcpy(last_time, time, sizeof last_time);
    }
}

static void put_head(pw_os_file *file, const pw_svg *svg, int width, int height)
{
    static const char *const levels[] = {
        [PW_GUARD_DEFERRED] = "deferred (what others hold lives on until they end)",
        [PW_GUARD_STRICT] = "strict (ending what others hold is refused)",
        [PW_GUARD_NONE] = "none (what is ended is gone, whoever holds it)"};
    const pw_history *history = svg->history;
    pw_put(file,
           "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
           "viewBox=\"0 0 %d %d\" role=\"img\">\n"
           "<title>Lifetimes of %zu objects</title>\n"
           "<desc>A row an object in order of birth; arrows from each object to those it pins; "
           "marks where each was ended and where its memory was given back.</desc>\n",
           width, height, width, height, history->count);
    pw_put(file, "%s<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n", style, width, height);
    pw_put(
        file,
        "<text class=\"title\" x=\"16\" y=\"32\">Who was born when, who holds whom, who ended "
        "when</text>\n"
        "<text class=\"small\" x=\"16\" y=\"54\">%zu object%s, the oldest on top. Level: %s. Time "
        "runs to the right; it is not to scale, the axis tells it.</text>\n",
        history->count, history->count == 1 ? "" : "s", levels[history->view.guard]);
    if (svg->left_out > 0 || history->view.dropped > 0)
        pw_put(file,
               "<text class=\"small no\" x=\"16\" y=\"72\">Not shown: %zu objects; not recorded: "
               "%llu events. The other formats hold every object recorded.</text>\n",
               svg->left_out, (unsigned long long)history->view.dropped);
}

static void put_text(pw_os_file *file, const char *class, int x, int y, const char *text)
{
    pw_put(file, "<text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>\n", class, x, y, text);
}

static void put_legend(pw_os_file *file, int y)
{
    put_bar(file, "build", 20, 50, y);
    put_text(file, "small", 60, y + 4, "for building");
    put_bar(file, "run", 150, 180, y);
    put_text(file, "small", 190, y + 4, "for running");
    put_bar(file, "image", 276, 306, y);
    put_text(file, "small", 316, y + 4, "pictures");
    put_bar(file, "inner", 384, 414, y);
    put_text(file, "small", 424, y + 4, "inside the library");
    pw_put(file,
           "<path class=\"pin\" d=\"M564 %dV%d\"/><circle class=\"tip\" cx=\"564\" cy=\"%d\" "
           "r=\"3\"/>\n",
           y + 8, y - 4, y + 8);
    put_tip(file, 564, y - 11);
    put_text(file, "small", 578, y + 4, "the lower object pins the upper one");
    put_done(file, 32, y + 32, 1);
    put_text(file, "small", 48, y + 36, "ended, its memory is given back (1: the first end)");
    put_later(file, 370, y + 32, 2);
    put_tail(file, 379, 420, y + 32);
    put_text(file, "small", 434, y + 36,
             "ended for its user; memory held until its last holder ends");
    put_cross(file, 32, y + 64);
    put_text(file, "small", 48, y + 68,
             "refused (strict level): others hold it, nothing has changed");
}

/* Where nothing guards the objects. */
static void put_bare_legend(pw_os_file *file, int y)
{
    put_early(file, 32, y, 3);
    put_text(file, "small", 48, y + 4, "ended before what was made from it: undefined behaviour");
    put_lost(file, 450, y);
    put_text(file, "small", 466, y + 4, "lost: nobody can end it any more");
}

static void put_rule(pw_os_file *file, bool is_bare, int y)
{
    put_text(file, "rule", 16, y,
             is_bare
                 ? "The rule: an object needs what it was made from (arrows). So no bar may end "
                   "before the bars that point at it; nothing here sees to that."
                 : "The rule: an object holds what it was made from (arrows). So a bar never "
                   "ends before the bars that point at it, in whatever order the ends are asked "
                   "for.");
    put_text(file, "rule", 16, y + 22,
             is_bare ? "Ending in the reverse order of birth, the last row first, is always right."
                     : "Ending in the reverse order of birth, the last row first, gives each "
                       "object's memory back at once, at either level.");
}

pawl_status pw_record_write_svg(pw_os_file *file, const pw_history *history, pawl_error *error)
{
    pw_svg svg;
    PW_TRY(pw_svg_lay_out(history, &svg, error));
    const int bottom = PW_SVG_TOP + (int)svg.row_count * PW_SVG_ROW;
    int width = PW_SVG_LEFT + svg.width + PW_SVG_RIGHT;
    width = width < 1100 ? 1100 : width; /* the rule's longest line */
    const bool is_bare = history->view.guard == PW_GUARD_NONE;
    put_head(file, &svg, width, bottom + PW_SVG_FOOTER + (is_bare ? PW_SVG_BARE : 0));
    put_axis(file, &svg, bottom);
    for (size_t row = 0; row < svg.row_count; row++)
        put_label(file, is_bare, &svg.rows[row], &history->lives[svg.rows[row].life],
                  pw_svg_y(row));
    for (size_t row = 0; row < svg.row_count; row++)
        put_bars(file, &svg, &svg.rows[row], pw_svg_y(row));
    for (size_t row = 0; row < svg.row_count; row++)
        put_pins(file, &svg, row);
    for (size_t row = 0; row < svg.row_count; row++)
        put_marks(file, &svg, &svg.rows[row], pw_svg_y(row));
    put_rule(file, is_bare, bottom + 36);
    put_legend(file, bottom + 96);
    if (is_bare)
        put_bare_legend(file, bottom + 192);
    pw_put(file, "</svg>\n");
    pw_svg_free(&svg);
    return PAWL_OK;
}
