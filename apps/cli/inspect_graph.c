/* SPDX-License-Identifier: Apache-2.0 */
/* The layers as a graph. In the drawing they stand one below the other as they are run, what is
 * read right away is joined by a line, what is read later by one in a lane beside. */
#include "cli/inspect.h"
#include "common/chart.h"
#include "common/files.h"
#include "common/text_file.h"

#include <stdlib.h>

#define ROW    34
#define BOX    24
#define LEFT   20
#define WIDTH  560
#define LANE   11
#define INK    0x262626
#define PAPER  0xeef3f8
#define BORDER 0x6c8eaf

struct graph {
    pawl_layer_info *layers;
    size_t count;
};

static bool read_layers(const inspect_subject *subject, struct graph *graph)
{
    graph->layers = calloc(subject->model.layer_count + 1, sizeof *graph->layers);
    while (graph->layers != NULL && graph->count < subject->model.layer_count &&
           inspect_layer(subject, graph->count, &graph->layers[graph->count]))
        graph->count++;
    return graph->layers != NULL;
}

static size_t row_of(const struct graph *graph, uint32_t id)
{
    for (size_t i = 0; i < graph->count; i++)
        if (graph->layers[i].id == id)
            return i;
    return graph->count;
}

static int32_t sources_of(const pawl_layer_info *layer)
{
    return layer->source_count < PAWL_MAX_SOURCES ? layer->source_count : PAWL_MAX_SOURCES;
}

/* A text in quotes of DOT. */
static void write_quoted(FILE *out, const char *text)
{
    for (size_t length; *text != '\0'; text += length) {
        char piece[16];
        length = app_utf8_length(text);
        length += length == 0; /* what is no UTF-8 goes byte by byte */
        (void)pawl_text_plain(text, length, piece, sizeof piece);
        for (const char *at = piece; *at != '\0'; at++)
            fprintf(out, *at == '"' || *at == '\\' ? "\\%c" : "%c", *at);
    }
}

static void write_dot(const struct graph *graph, FILE *out)
{
    fputs("digraph network {\n  node [shape=box, fontname=\"sans-serif\", fontsize=10];\n", out);
    for (size_t i = 0; i < graph->count; i++) {
        const pawl_layer_info *layer = &graph->layers[i];
        fprintf(out, "  n%u [label=\"", layer->id);
        write_quoted(out, layer->name);
        fprintf(out, "\\n%s ", layer->op);
        write_quoted(out, layer->attributes != NULL ? layer->attributes : "");
        fputs("\"];\n", out);
    }
    for (size_t i = 0; i < graph->count; i++)
        for (int32_t k = 0; k < sources_of(&graph->layers[i]); k++)
            fprintf(out, "  n%u -> n%u;\n", graph->layers[i].sources[k], graph->layers[i].id);
    fputs("}\n", out);
}

static double middle(size_t row)
{
    return 20 + ROW * (double)row + BOX / 2.0;
}

/* The first lane that is free between two rows; lanes[i]: the row at which lane i is free again. */
static size_t take_lane(size_t *lanes, size_t *count, size_t from, size_t to)
{
    size_t lane = 0;
    while (lane < *count && lanes[lane] > from)
        lane++;
    *count += lane == *count ? 1 : 0;
    lanes[lane] = to;
    return lane;
}

static void draw_edge(app_drawing *drawing, size_t from, size_t to, size_t lane, uint32_t colour)
{
    const double x = LEFT + WIDTH, turn = x + 14 + LANE * (double)lane;
    const double top = middle(from) + 4, bottom = middle(to) - 4;
    const double way[] = {x, top, turn, top, turn, bottom, x, bottom};
    const double head[] = {x + 6, bottom - 4, x, bottom, x + 6, bottom + 4};
    app_draw_line(drawing, way, 4, 1.5, colour);
    app_draw_line(drawing, head, 3, 1.5, colour);
}

static void draw_layer(app_drawing *drawing, const pawl_layer_info *layer, size_t row)
{
    const double y = middle(row) - BOX / 2.0;
    char text[200];
    app_draw_rect(drawing, LEFT, y, WIDTH, BOX, BORDER);
    app_draw_rect(drawing, LEFT + 1, y + 1, WIDTH - 2, BOX - 2, PAPER);
    const app_stroke place = {.x = LEFT + 8, .y = middle(row), .height = 11, .colour = INK};
    app_draw_text(drawing, place, layer->name);
    (void)snprintf(text, sizeof text, "%s %.150s", layer->op,
                   layer->attributes != NULL ? layer->attributes : "");
    app_draw_text(drawing,
                  (app_stroke){.x = LEFT + WIDTH - 8,
                               .y = middle(row),
                               .height = 11,
                               .colour = INK,
                               .align = APP_RIGHT},
                  text);
}

/* How many lanes there are: the width follows, so edges are laid twice. */
static size_t lay_edges(const struct graph *graph, app_drawing *drawing, size_t *lanes)
{
    size_t count = 0;
    for (size_t from = 0; from < graph->count; from++)
        for (size_t to = from + 1; to < graph->count; to++) /* in order of their beginnings */
            for (int32_t k = 0; k < sources_of(&graph->layers[to]); k++) {
                if (row_of(graph, graph->layers[to].sources[k]) != from)
                    continue;
                if (to == from + 1 && drawing != NULL)
                    app_draw_line(drawing,
                                  (const double[]){LEFT + WIDTH / 2.0, middle(from) + BOX / 2.0,
                                                   LEFT + WIDTH / 2.0, middle(to) - BOX / 2.0},
                                  2, 1.5, BORDER);
                if (to == from + 1)
                    continue;
                const size_t lane = take_lane(lanes, &count, from, to);
                if (drawing != NULL)
                    draw_edge(drawing, from, to, lane, app_chart_colour(lane));
            }
    return count;
}

static bool write_svg(const struct graph *graph, FILE *out)
{
    size_t *lanes = calloc(graph->count * PAWL_MAX_SOURCES + 1, sizeof *lanes);
    if (lanes == NULL)
        return false;
    const size_t count = lay_edges(graph, NULL, lanes);
    app_drawing drawing = app_drawing_of((int32_t)(LEFT + WIDTH + 30 + LANE * count),
                                         (int32_t)(40 + ROW * graph->count));
    (void)lay_edges(graph, &drawing, lanes);
    for (size_t i = 0; i < graph->count; i++)
        draw_layer(&drawing, &graph->layers[i], i);
    const bool is_good = app_drawing_svg(&drawing, out);
    app_drawing_free(&drawing);
    free(lanes);
    return is_good;
}

int inspect_graph_write(const inspect_subject *subject, const char *target)
{
    struct graph graph = {0};
    app_output output;
    bool is_good = true;
    if (!subject->has_model)
        return APP_EXIT_DONE; /* why there is no network is said next */
    int code = read_layers(subject, &graph) ? app_output_open(&output, target) : app_fail_memory();
    if (code == APP_EXIT_DONE) {
        if (app_path_ends_in(target, "dot gv"))
            write_dot(&graph, output.stream);
        else
            is_good = write_svg(&graph, output.stream);
        code = app_output_check(&output);
        if (code == APP_EXIT_DONE && is_good)
            code = app_output_commit(&output);
        else
            app_output_discard(&output);
        code = code == APP_EXIT_DONE && !is_good ? app_fail_memory() : code;
    }
    free(graph.layers);
    return code;
}
