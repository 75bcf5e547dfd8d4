/* SPDX-License-Identifier: Apache-2.0 */
/* The FP16 audit for people and for programs. */
#include "cli/build_audit.h"
#include "common/files.h"
#include "common/json.h"
#include "common/term.h"

#include <inttypes.h>
#include <string.h>

/* Half precision itself rounds by up to 2^-11 of a value; an error below that beside a tensor's
 * largest weight changes nothing that the rounding of the large weights does not change as well. */
#define HALF_ROUNDING 0x1p-11

typedef struct audit_summary {
    size_t tensors, concerned;
    pawl_audit_info total;
    const char *worst_name, *worst_tensor; /* of the tensor that loses most beside its own scale */
    double worst_error;
} audit_summary;

static uint64_t damaged(const pawl_audit_info *audit)
{
    return audit->subnormal + audit->vanishing + audit->overflowing + audit->infinite + audit->nan;
}

static int summarise(pawl_plan *plan, audit_summary *summary)
{
    pawl_error error = {0};
    *summary = (audit_summary){
        .tensors = pawl_plan_audit_count(plan), .worst_name = "", .worst_tensor = ""};
    summary->total.struct_size = sizeof summary->total;
    if (pawl_plan_audit_get(plan, PAWL_F16, SIZE_MAX, &summary->total, &error) < 0)
        return 0;
    for (size_t i = 0; i < summary->tensors; i++) {
        pawl_audit_info one = PAWL_AUDIT_INFO_INIT;
        if (pawl_plan_audit_get(plan, PAWL_F16, i, &one, &error) < 0)
            return 0;
        summary->concerned += damaged(&one) != 0 ? 1 : 0;
        if (damaged(&one) != 0 && one.error_of_largest > summary->worst_error) {
            summary->worst_error = one.error_of_largest;
            summary->worst_name = one.name;
            summary->worst_tensor = one.tensor;
        }
    }
    return 1;
}

/* What becomes of weights that FP16 would damage more than it rounds. */
static const char *remedy(const pawl_plan_info *info)
{
    const int is_half = strcmp(info->precision, "fp16") == 0;
    if (is_half && strcmp(info->backend, "tensorrt") != 0)
        return "and none of it happens: the weights of these layers stay FP32, as all biases do";
    return "which matters: TensorRT needs --fp16-fix scale for these layers; on the CPU their "
           "weights stay FP32";
}

void cli_audit_say(pawl_plan *plan)
{
    audit_summary summary;
    pawl_error error = {0};
    pawl_plan_info info = PAWL_PLAN_INFO_INIT;
    if (pawl_plan_info_get(plan, &info, &error) < 0 || !summarise(plan, &summary))
        return;
    const pawl_audit_info *total = &summary.total;
    if (damaged(total) == 0) {
        app_say("FP16: holds all %" PRIu64 " weights of %zu %s within its normal range",
                total->count, APP_COUNT(summary.tensors, "tensor", "tensors"));
        return;
    }
    app_say("FP16: of %" PRIu64 " weights in %zu %s, %" PRIu64
            " in %zu %s leave its normal range: %" PRIu64 " subnormal, %" PRIu64
            " vanishing, %" PRIu64 " overflowing, %" PRIu64 " infinite, %" PRIu64 " NaN",
            total->count, APP_COUNT(summary.tensors, "tensor", "tensors"), damaged(total),
            APP_COUNT(summary.concerned, "tensor", "tensors"), total->subnormal, total->vanishing,
            total->overflowing, total->infinite, total->nan);
    const int matters = total->overflowing + total->infinite + total->nan != 0 ||
                        summary.worst_error > HALF_ROUNDING;
    app_say("      the worst of it is %.1e of the largest weight beside it (%s.%s), %s",
            summary.worst_error, summary.worst_name, summary.worst_tensor,
            info.is_fp16_fixed ? "and none of it happens: these layers are mended, or stay FP32"
            : matters          ? remedy(&info)
                               : "below what FP16 rounds off anyway: it does not matter");
}

static json_t *audit_row(const pawl_audit_info *audit)
{
    json_t *row = json_object();
    const struct {
        const char *key;
        uint64_t value;
    } counts[] = {
        {"count", audit->count},         {"subnormal", audit->subnormal},
        {"vanishing", audit->vanishing}, {"overflowing", audit->overflowing},
        {"infinite", audit->infinite},   {"nan", audit->nan},
    };
    int is_complete = row != NULL && app_json_set(row, "name", app_json_text(audit->name)) &&
                      app_json_set(row, "tensor", app_json_text(audit->tensor)) &&
                      app_json_set(row, "layer_id", json_integer((json_int_t)audit->layer_id));
    for (size_t i = 0; is_complete && i < sizeof counts / sizeof counts[0]; i++)
        is_complete = app_json_set(row, counts[i].key, json_integer((json_int_t)counts[i].value));
    is_complete = is_complete && app_json_set(row, "largest", app_json_number(audit->largest)) &&
                  app_json_set(row, "relative_error", app_json_number(audit->relative_error)) &&
                  app_json_set(row, "error_of_largest", app_json_number(audit->error_of_largest));
    if (is_complete)
        return row;
    json_decref(row);
    return NULL;
}

static json_t *audit_format(pawl_plan *plan, pawl_dtype format)
{
    pawl_error error = {0};
    pawl_audit_info audit = PAWL_AUDIT_INFO_INIT;
    json_t *result = json_object(), *tensors = json_array();
    int is_complete = result != NULL && tensors != NULL &&
                      pawl_plan_audit_get(plan, format, SIZE_MAX, &audit, &error) >= 0 &&
                      app_json_set(result, "total", audit_row(&audit));
    const size_t count = pawl_plan_audit_count(plan);
    for (size_t i = 0; is_complete && i < count; i++)
        is_complete = pawl_plan_audit_get(plan, format, i, &audit, &error) >= 0 &&
                      app_json_append(tensors, audit_row(&audit));
    if (is_complete && app_json_set(result, "tensors", tensors))
        return result;
    json_decref(tensors);
    json_decref(result);
    return NULL;
}

int cli_audit_write(pawl_plan *plan, const char *path)
{
    json_t *audit = json_object();
    if (audit == NULL || !app_json_set(audit, "fp16", audit_format(plan, PAWL_F16)) ||
        !app_json_set(audit, "bf16", audit_format(plan, PAWL_BF16))) {
        json_decref(audit);
        return app_fail_memory();
    }
    app_output output;
    int code = app_output_open(&output, path);
    if (code == APP_EXIT_DONE) {
        (void)app_json_write_line(output.stream, audit); /* commit reports what failed */
        code = app_output_commit(&output);
    }
    json_decref(audit);
    return code;
}
