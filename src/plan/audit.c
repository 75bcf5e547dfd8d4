/* SPDX-License-Identifier: Apache-2.0 */
/* The FP16 and BF16 audit: counts over the folded weights as the plan holds them. The classes are
   TensorRT's own (its conversion warnings); the bounds are the formats'. */
#include <pawl/audit.h>

#include "base/desc.h"
#include "plan/plan_ir.h"
#include "tensor/half.h"

#include <math.h>
#include <stdint.h>

typedef struct format_bounds {
    double smallest_normal, smallest_subnormal, largest;
} format_bounds;

static const format_bounds f16_bounds = {0x1p-14, 0x1p-24, 65504.0};
static const format_bounds bf16_bounds = {0x1p-126, 0x1p-133, 0x1.fep127};

/* Tensor index of the network: the convolutions in order, of each its weights, then its bias where
 * it has one. */
typedef struct audited {
    const pw_layer *layer;
    const float *values;
    size_t count;
    bool is_bias;
} audited;

/* False past the last one. Biases that are absent are not counted. */
static bool find_tensor(const pw_network *network, size_t index, audited *tensor)
{
    for (size_t i = 0; i < network->layer_count; i++) {
        const pw_layer *const layer = &network->layers[i];
        if (layer->op != PW_OP_CONV)
            continue;
        const size_t here = layer->as.conv.bias != NULL ? 2 : 1;
        if (index < here) {
            const bool is_bias = index == 1;
            *tensor = (audited){.layer = layer,
                                .values = is_bias ? layer->as.conv.bias : layer->as.conv.weights,
                                .count = is_bias ? (size_t)layer->as.conv.out_channels
                                                 : pw_conv_weight_count(&layer->as.conv),
                                .is_bias = is_bias};
            return true;
        }
        index -= here;
    }
    return false;
}

static double rounded(float value, bool is_bf16)
{
    return (double)(is_bf16 ? pw_bf16_to_f32(pw_f32_to_bf16(value))
                            : pw_f16_to_f32(pw_f32_to_f16(value)));
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* Adds a tensor to the counts; returns its largest absolute rounding error. */
static double add_values(pawl_audit_info *audit, const audited *tensor, bool is_bf16)
{
    const format_bounds *const bounds = is_bf16 ? &bf16_bounds : &f16_bounds;
    double worst = 0;
    audit->count += tensor->count;
    for (size_t i = 0; i < tensor->count; i++) {
        const double value = (double)tensor->values[i], size = fabs(value);
        if (isnan(value) || isinf(value)) {
            audit->nan += isnan(value) ? 1 : 0;
            audit->infinite += isinf(value) ? 1 : 0;
            continue;
        }
        if (size == 0)
            continue;
        audit->largest = larger(audit->largest, size);
        audit->overflowing += size > bounds->largest ? 1 : 0;
        audit->vanishing += size < bounds->smallest_subnormal ? 1 : 0;
        audit->subnormal +=
            size >= bounds->smallest_subnormal && size < bounds->smallest_normal ? 1 : 0;
        const double error =
            size > bounds->largest ? size : fabs(rounded(tensor->values[i], is_bf16) - value);
        audit->relative_error = larger(audit->relative_error, error / size);
        worst = larger(worst, error);
    }
    return worst;
}

/* One tensor. */
static void audit_one(pawl_audit_info *audit, const audited *tensor, bool is_bf16)
{
    audit->name = tensor->layer->name;
    audit->tensor = tensor->is_bias ? "bias" : "weight";
    audit->layer_id = tensor->layer->id;
    const double worst = add_values(audit, tensor, is_bf16);
    audit->error_of_largest = audit->largest > 0 ? worst / audit->largest : 0;
}

static void audit_all(pawl_audit_info *audit, const pw_network *network, bool is_bf16)
{
    audited tensor;
    audit->name = audit->tensor = "";
    for (size_t index = 0; find_tensor(network, index, &tensor); index++) {
        pawl_audit_info one = {.struct_size = sizeof one};
        audit_one(&one, &tensor, is_bf16);
        (void)add_values(audit, &tensor, is_bf16);
        audit->error_of_largest = larger(audit->error_of_largest, one.error_of_largest);
    }
}

size_t pawl_plan_audit_count(pawl_plan *plan)
{
    pw_plan *object PW_USING = NULL;
    audited tensor;
    size_t count = 0;
    if (pw_object_use(plan, &pw_plan_type, &object, NULL) < 0)
        return 0;
    while (find_tensor(&object->network, count, &tensor))
        count++;
    return count;
}

pawl_status pawl_plan_audit_get(pawl_plan *plan, pawl_dtype format, size_t index,
                                pawl_audit_info *audit, pawl_error *error)
{
    pw_plan *object PW_USING = NULL;
    pawl_audit_info made = {.struct_size = sizeof made};
    audited tensor;
    PW_TRY(pw_object_use(plan, &pw_plan_type, &object, error));
    if (format != PAWL_F16 && format != PAWL_BF16)
        return pw_fail(error, PAWL_ERR_ARGUMENT, "weights are audited for f16 or bf16, not for %s",
                       pawl_dtype_name(format));
    if (index == SIZE_MAX)
        audit_all(&made, &object->network, format == PAWL_BF16);
    else if (find_tensor(&object->network, index, &tensor))
        audit_one(&made, &tensor, format == PAWL_BF16);
    else
        return pw_fail(error, PAWL_ERR_ARGUMENT, "the plan has no tensor %zu to audit", index);
    return pw_desc_answer(audit, &made, sizeof made, "pawl_audit_info", error);
}
