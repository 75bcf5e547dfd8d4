/* SPDX-License-Identifier: Apache-2.0 */
/* The input, and operators that leave height and width alone or drop them: batch norm, activation,
 * addition, attention, global pool. */
#include "network/operator.h"

static pawl_status input_check(const pw_layer_site *site)
{
    if (site->layer != site->network->layers || pw_site_output_channels(site) != 3)
        return pw_layer_fault(site, "the input must be the first layer and have 3 channels");
    return PAWL_OK;
}

const pw_operator pw_operator_input = {.text = "", .check = input_check};

static const pw_field batchnorm_fields[] = {
    PW_INT("channels", batchnorm.channels, 1, PW_MAX_CHANNELS, 0),
    PW_REAL("epsilon", batchnorm.epsilon, 0),
};

static size_t batchnorm_channels(const pw_layer *layer)
{
    return (size_t)layer->as.batchnorm.channels;
}

static const pw_constant_field batchnorm_constants[] = {
    {"gamma", PW_FIELD_AT(batchnorm.gamma), false, 0, batchnorm_channels, 0},
    {"beta", PW_FIELD_AT(batchnorm.beta), false, 0, batchnorm_channels, 0},
    {"mean", PW_FIELD_AT(batchnorm.mean), false, 0, batchnorm_channels, 0},
    {"variance", PW_FIELD_AT(batchnorm.variance), false, 0, batchnorm_channels, 0},
};

static pawl_status batchnorm_check(const pw_layer_site *site)
{
    const int32_t channels = site->layer->as.batchnorm.channels;
    if (channels != pw_site_channels(site, 0))
        return pw_layer_fault(site, "%d channels for a tensor of %d", (int)channels,
                              (int)pw_site_channels(site, 0));
    return PAWL_OK;
}

const pw_operator pw_operator_batchnorm = {
    .least_inputs = 1,
    .most_inputs = 1,
    .keeps_channels = true,
    .text = "eps {epsilon}",
    PW_ROWS(batchnorm_fields, batchnorm_constants),
    .check = batchnorm_check,
};

static const pw_field activation_fields[] = {
    PW_KIND("activation", activation.kind),
    PW_REAL("slope", activation.alpha, INT64_MIN),
};

const pw_operator pw_operator_activation = {
    .least_inputs = 1,
    .most_inputs = 1,
    .keeps_channels = true,
    .text = "{activation}[slope| {slope}]",
    .fields = activation_fields,
    .field_count = PW_COUNT(activation_fields),
};

const pw_operator pw_operator_add = {
    .least_inputs = 2,
    .most_inputs = 2,
    .may_slice = true,
    .keeps_channels = true,
    .text = "",
    .shape = pw_site_meet,
};

static const pw_field attention_fields[] = {
    PW_INT("heads", attention.heads, 1, PW_MAX_CHANNELS, 0),
};

static pawl_status attention_check(const pw_layer_site *site)
{
    const int32_t heads = site->layer->as.attention.heads;
    if (pw_site_output_channels(site) % heads != 0)
        return pw_layer_fault(site, "%d heads for %d channels", (int)heads,
                              (int)pw_site_output_channels(site));
    return PAWL_OK;
}

const pw_operator pw_operator_attention = {
    .least_inputs = 3,
    .most_inputs = 3,
    .keeps_channels = true,
    .text = "{heads} heads",
    .fields = attention_fields,
    .field_count = PW_COUNT(attention_fields),
    .check = attention_check,
    .shape = pw_site_meet,
};

static pawl_status globalpool_shape(const pw_layer_site *site, pw_shape *shape)
{
    return pw_site_set_size(site, 1, 1, shape);
}

const pw_operator pw_operator_globalpool = {
    .least_inputs = 1,
    .most_inputs = 1,
    .keeps_channels = true,
    .text = "",
    .shape = globalpool_shape,
};
