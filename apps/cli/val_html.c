/* SPDX-License-Identifier: Apache-2.0 */
/* report.html: what was judged, its figures, the plots and the pictures, in one file. */
#include "cli/val.h"
#include "common/html.h"

#include <stdlib.h>

static void write_settings(const val_job *val, FILE *out)
{
    const val_options *options = val->options;
    app_html_table(out);
    app_html_row(out, false);
    app_html_cell(out, "engine");
    app_html_cell(out, "%s", val->session.path);
    app_html_row(out, false);
    app_html_cell(out, "backend, precision");
    app_html_cell(out, "%s, %s", val->session.backend, val->session.info.precision);
    app_html_row(out, false);
    app_html_cell(out, "data");
    app_html_cell(out, "%s: %zu %s, %zu left out", val->data.path,
                  APP_COUNT(val->seen, "picture", "pictures"), val->failed);
    app_html_row(out, false);
    app_html_cell(out, "shape");
    app_html_cell(out, "%dx%d%s", val->shape.height, val->shape.width,
                  val->shapes != NULL ? ", rectangles" : "");
    if (val->data.source != VAL_FOLDERS) {
        app_html_row(out, false);
        app_html_cell(out, "thresholds");
        app_html_cell(out, "confidence %g, IoU %g, at most %d boxes", options->conf, options->iou,
                      options->max_det);
    }
    app_html_row(out, false);
    app_html_cell(out, "milliseconds a picture");
    app_html_cell(out, "%.1f decode, %.1f pre-process, %.1f inference, %.1f post-process",
                  val->times.decode / (double)val->seen, val->times.preprocess / (double)val->seen,
                  val->times.inference / (double)val->seen,
                  val->times.postprocess / (double)val->seen);
    app_html_table_end(out);
}

static void write_row(FILE *out, const val_job *val, const char *name, const coco_class *row)
{
    app_html_row(out, false);
    app_html_cell(out, "%s", name);
    app_html_cell(out, "%zu", val->seen);
    app_html_cell(out, "%zu", row->instances);
    app_html_cell(out, "%.3g", row->precision);
    app_html_cell(out, "%.3g", row->recall);
    app_html_cell(out, "%.3g", row->table_ap50);
    app_html_cell(out, "%.3g", row->table_ap);
}

static void write_result(const val_job *val, const char *title, const coco_result *result,
                         FILE *out)
{
    static const char *const heads[] = {"Class", "Images", "Instances", "P",
                                        "R",     "mAP50",  "mAP50-95"};
    const coco_class all = {.instances = result->instances,
                            .precision = result->precision,
                            .recall = result->recall,
                            .table_ap50 = result->table_ap50,
                            .table_ap = result->table_ap};
    app_html_heading(out, title);
    app_html_table(out);
    app_html_row(out, true);
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        app_html_cell(out, "%s", heads[i]);
    write_row(out, val, "all", &all);
    for (size_t i = 0; i < val_category_count(val); i++)
        if (result->classes[i].instances > 0)
            write_row(out, val, val->data.categories[i].name, &result->classes[i]);
    app_html_table_end(out);
    app_html_table(out);
    for (size_t i = 0; i < COCO_FIGURES; i++) {
        char line[COCO_LINE_SIZE];
        app_html_row(out, false);
        app_html_cell(out, "%s", coco_line(line, i, result->figures[i]));
    }
    app_html_table_end(out);
}

static void write_classes(const val_job *val, FILE *out)
{
    app_html_heading(out, "Classes");
    app_html_table(out);
    app_html_row(out, true);
    app_html_cell(out, "Class");
    app_html_cell(out, "Images");
    app_html_cell(out, "top1_acc");
    app_html_cell(out, "top5_acc");
    for (size_t i = 0; i < val->data.category_count; i++) {
        const val_tally *tally = &val->tallies[i];
        if (tally->images == 0)
            continue;
        app_html_row(out, false);
        app_html_cell(out, "%s", val->data.categories[i].name);
        app_html_cell(out, "%zu", tally->images);
        app_html_cell(out, "%.3g", (double)tally->top1 / (double)tally->images);
        app_html_cell(out, "%.3g", (double)tally->top5 / (double)tally->images);
    }
    app_html_table_end(out);
}

static int write_report(const val_job *val, FILE *out)
{
    int code = APP_EXIT_DONE;
    app_html_begin(out, "pawl val");
    write_settings(val, out);
    if (val->data.source == VAL_FOLDERS) {
        write_classes(val, out);
    } else {
        write_result(val, val->data.has_masks ? "Boxes" : "Figures", &val->boxes, out);
        if (val->data.has_masks)
            write_result(val, "Masks", &val->masks, out);
        app_html_heading(out, "Plots");
        code = val_plots(val, out);
        if (code == APP_EXIT_DONE) {
            app_html_heading(out, "Labels, and what was found above confidence 0.25");
            code = val_mosaics(val, out);
        }
    }
    app_html_end(out);
    return code;
}

int val_html(const val_job *val)
{
    app_output output;
    if (val->folder == NULL || val->options->is_nosave)
        return APP_EXIT_DONE;
    char *path = app_format("%s/report.html", val->folder);
    int code = path == NULL ? app_fail_memory() : app_output_open(&output, path);
    free(path);
    if (code != APP_EXIT_DONE)
        return code;
    code = write_report(val, output.stream);
    if (code == APP_EXIT_DONE)
        return app_output_commit(&output);
    app_output_discard(&output);
    return code;
}
