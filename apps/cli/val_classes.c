/* SPDX-License-Identifier: Apache-2.0 */
/* How a classifier did: top-1 and top-5, as YOLOv5's classify/val.py has them. */
#include "cli/val.h"

#define TOP 5

void val_classes_note(val_job *val, size_t picture, const pawl_class_scores *scores)
{
    const size_t wanted = val->data.pictures[picture].category;
    val_tally *tally = &val->tallies[wanted];
    tally->images++;
    for (size_t i = 0; i < scores->count && i < TOP; i++)
        if (val->data.category_of_class[scores->items[i].class_id] == wanted) {
            tally->top1 += i == 0 ? 1 : 0;
            tally->top5++;
            return;
        }
}

static double share(size_t right, size_t all)
{
    return all == 0 ? 0 : (double)right / (double)all;
}

static val_tally all_of(const val_job *val)
{
    val_tally all = {0};
    for (size_t i = 0; i < val->data.category_count; i++) {
        all.images += val->tallies[i].images;
        all.top1 += val->tallies[i].top1;
        all.top5 += val->tallies[i].top5;
    }
    return all;
}

static void say_row(const char *name, const val_tally *row)
{
    app_say("%24s%12zu%12.3g%12.3g", name, row->images, share(row->top1, row->images),
            share(row->top5, row->images));
}

double val_classes_top1(const val_job *val)
{
    const val_tally all = all_of(val);
    return share(all.top1, all.images);
}

void val_classes_report(const val_job *val)
{
    const val_tally all = all_of(val);
    app_say("%24s%12s%12s%12s", "Class", "Images", "top1_acc", "top5_acc");
    say_row("all", &all);
    for (size_t i = 0; i < val->data.category_count && app_term_is_loud(); i++)
        if (val->tallies[i].images > 0)
            say_row(val->data.categories[i].name, &val->tallies[i]);
    val_say_speed(val, "post-process");
}

static void set_shares(json_t *object, const val_tally *tally)
{
    (void)app_json_set(object, "top1", json_real(share(tally->top1, tally->images)));
    (void)app_json_set(object, "top5", json_real(share(tally->top5, tally->images)));
}

json_t *val_classes_figures(const val_job *val)
{
    const val_tally all = all_of(val);
    json_t *object = json_object();
    set_shares(object, &all);
    return object;
}

json_t *val_classes_json(const val_job *val)
{
    json_t *list = json_array();
    for (size_t i = 0; i < val->data.category_count; i++) {
        json_t *object = json_object();
        (void)app_json_set(object, "name", app_json_text(val->data.categories[i].name));
        (void)app_json_set(object, "images", json_integer((json_int_t)val->tallies[i].images));
        set_shares(object, &val->tallies[i]);
        (void)app_json_append(list, object);
    }
    return list;
}
