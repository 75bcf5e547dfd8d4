/* SPDX-License-Identifier: Apache-2.0 */
/* The plots of val.py by its names: PR, F1, P and R over their thousand points, and the matrix of
 * confusions. Each as SVG and as PNG, and in the report. */
#include "cli/val.h"
#include "common/chart.h"
#include "common/text_file.h"

#include <stdlib.h>
#include <string.h>

#define SCALE       2  /* of the PNG */
#define NAMED       21 /* classes have their own colours below so many */
#define WINDOW      51 /* of the smoothed mean: round(1000 * 0.05 * 2) // 2 + 1 */
#define MOST_MATRIX 1000
#define BLUE        0x0000ff
#define GREY        0x9a9a9a
#define NAME_SIZE   96

/* What a plot shows of a class at a point. */
static double by_recall(const coco_curves *curves, size_t point)
{
    return curves->by_recall[point];
}

static double precision(const coco_curves *curves, size_t point)
{
    return curves->precision[point];
}

static double recall(const coco_curves *curves, size_t point)
{
    return curves->recall[point];
}

static const struct plot {
    const char *file, *title, *x_name, *y_name;
    double (*value)(const coco_curves *curves, size_t point);
} plots[] = {
    {"PR_curve", "Precision-Recall Curve", "Recall", "Precision", by_recall},
    {"F1_curve", "F1-Confidence Curve", "Confidence", "F1", coco_f1},
    {"P_curve", "Precision-Confidence Curve", "Confidence", "Precision", precision},
    {"R_curve", "Recall-Confidence Curve", "Confidence", "Recall", recall},
};

/* Writes a plot as SVG and PNG, and into the report; takes it. */
static int put(const val_job *val, FILE *report, app_drawing *drawing, const char *prefix,
               const char *file)
{
    app_output output;
    char *stem = app_format("%s/%s%s", val->folder, prefix, file);
    char *svg = stem == NULL ? NULL : app_format("%s.svg", stem);
    char *png = stem == NULL ? NULL : app_format("%s.png", stem);
    int code = svg == NULL || png == NULL ? app_fail_memory() : app_output_open(&output, svg);
    if (code == APP_EXIT_DONE) {
        const bool is_good = app_drawing_svg(drawing, output.stream);
        code = app_output_commit(&output);
        if (code == APP_EXIT_DONE && !(is_good && app_drawing_svg(drawing, report)))
            code = app_fail_memory();
    }
    if (code == APP_EXIT_DONE)
        code = app_drawing_png(drawing, SCALE, png);
    free(stem);
    free(svg);
    free(png);
    app_drawing_free(drawing);
    return code;
}

/* Curves of all classes that have objects, their mean behind the last. */
struct sheet {
    double *values; /* COCO_POINTS a curve */
    app_curve *curves;
    char (*names)[NAME_SIZE];
    size_t count; /* of classes */
};

static void free_sheet(struct sheet *sheet)
{
    free(sheet->values);
    free(sheet->curves);
    free(sheet->names);
}

static bool make_sheet(struct sheet *sheet, size_t room)
{
    sheet->values = calloc((room + 2) * COCO_POINTS, sizeof(double));
    sheet->curves = calloc(room + 1, sizeof(app_curve));
    sheet->names = calloc(room + 1, sizeof *sheet->names);
    return sheet->values != NULL && sheet->curves != NULL && sheet->names != NULL;
}

/* Each value becomes the mean over a window, ends filled with the outermost. */
static void smooth(double *values, double *scratch)
{
    memcpy(scratch, values, COCO_POINTS * sizeof(double));
    for (size_t i = 0; i < COCO_POINTS; i++) {
        double sum = 0;
        for (size_t j = 0; j < WINDOW; j++) {
            const size_t at = i + j < WINDOW / 2 ? 0 : i + j - WINDOW / 2;
            sum += scratch[at < COCO_POINTS ? at : COCO_POINTS - 1];
        }
        values[i] = sum / WINDOW;
    }
}

static void add_mean(struct sheet *sheet, const struct plot *plot, const coco_result *result)
{
    double *mean = sheet->values + sheet->count * COCO_POINTS;
    char *name = sheet->names[sheet->count];
    size_t best = 0;
    for (size_t i = 0; i < COCO_POINTS; i++)
        for (size_t c = 0; c < sheet->count; c++)
            mean[i] += sheet->values[c * COCO_POINTS + i] / (double)sheet->count;
    if (plot->value != by_recall)
        smooth(mean, mean + COCO_POINTS);
    for (size_t i = 1; i < COCO_POINTS; i++)
        best = mean[i] > mean[best] ? i : best;
    if (plot->value == by_recall)
        (void)snprintf(name, NAME_SIZE, "all classes %.3f mAP@0.5", result->table_ap50);
    else
        (void)snprintf(name, NAME_SIZE, "all classes %.2f at %.3f", mean[best],
                       (double)best / (COCO_POINTS - 1));
    sheet->curves[sheet->count] = (app_curve){mean, name, BLUE, 3};
}

static void fill_sheet(const val_job *val, struct sheet *sheet, const struct plot *plot,
                       const coco_result *result)
{
    for (size_t i = 0; i < val_category_count(val); i++) {
        const coco_class *row = &result->classes[i];
        if (row->instances == 0)
            continue;
        double *values = sheet->values + sheet->count * COCO_POINTS;
        for (size_t p = 0; p < COCO_POINTS; p++)
            values[p] = plot->value(&result->curves[i], p);
        char *name = sheet->names[sheet->count];
        const char *given = val->data.categories[i].name;
        if (plot->value == by_recall)
            (void)snprintf(name, NAME_SIZE, "%.*s %.3f", app_utf8_cut(given, 60), given,
                           row->table_ap50);
        else
            (void)snprintf(name, NAME_SIZE, "%.*s", app_utf8_cut(given, 70), given);
        sheet->curves[sheet->count] =
            (app_curve){values, name, app_chart_colour(sheet->count), 1.2};
        sheet->count++;
    }
    for (size_t i = 0; i < sheet->count && sheet->count >= NAMED; i++)
        sheet->curves[i] = (app_curve){sheet->curves[i].values, NULL, GREY, 0.8};
    if (sheet->count > 0)
        add_mean(sheet, plot, result);
}

static int put_curves(const val_job *val, FILE *report, const struct plot *plot,
                      const coco_result *result, const char *prefix)
{
    struct sheet sheet = {0};
    int code = APP_EXIT_DONE;
    if (!make_sheet(&sheet, val_category_count(val))) {
        code = app_fail_memory();
    } else {
        fill_sheet(val, &sheet, plot, result);
        const app_curves curves = {plot->title,
                                   plot->x_name,
                                   plot->y_name,
                                   sheet.curves,
                                   sheet.count + (sheet.count > 0 ? 1 : 0),
                                   COCO_POINTS};
        app_drawing drawing = app_chart_curves(&curves);
        code = put(val, report, &drawing, prefix, plot->file);
    }
    free_sheet(&sheet);
    return code;
}

static int draw_matrix(const val_job *val, FILE *report, const size_t *cells)
{
    const size_t classes = val_category_count(val), count = classes + 1;
    double *shares = calloc(count * count, sizeof(double));
    const char **names = calloc(count, sizeof *names);
    int code = APP_EXIT_DONE;
    if (shares == NULL || names == NULL) {
        code = app_fail_memory();
    } else {
        for (size_t column = 0; column < count; column++) {
            double sum = 1e-9;
            for (size_t row = 0; row < count; row++)
                sum += (double)cells[row * count + column];
            for (size_t row = 0; row < count; row++)
                shares[row * count + column] = (double)cells[row * count + column] / sum;
            names[column] = column < classes ? val->data.categories[column].name : "background";
        }
        app_drawing drawing = app_chart_matrix("Confusion Matrix", shares, names, count);
        code = put(val, report, &drawing, "", "confusion_matrix");
    }
    free(shares);
    free(names);
    return code;
}

static int put_matrix(const val_job *val, FILE *report)
{
    if (val_category_count(val) > MOST_MATRIX) {
        app_note("no confusion matrix: %zu classes are too many to draw", val_category_count(val));
        return APP_EXIT_DONE;
    }
    const coco_task task = val_task(val);
    size_t *cells = coco_confusion(&task);
    const int code = cells == NULL ? app_fail_memory() : draw_matrix(val, report, cells);
    free(cells);
    return code;
}

int val_plots(const val_job *val, FILE *report)
{
    int code = APP_EXIT_DONE;
    for (size_t i = 0; i < sizeof plots / sizeof plots[0] && code == APP_EXIT_DONE; i++)
        code = put_curves(val, report, &plots[i], &val->boxes, val->data.has_masks ? "Box" : "");
    for (size_t i = 0;
         i < sizeof plots / sizeof plots[0] && code == APP_EXIT_DONE && val->data.has_masks; i++)
        code = put_curves(val, report, &plots[i], &val->masks, "Mask");
    return code == APP_EXIT_DONE ? put_matrix(val, report) : code;
}
