/* SPDX-License-Identifier: Apache-2.0 */
/* Operators that move values and compute none: padding, up-sampling, concatenation, and channels
 * for pixels or the other way round. */
#include "network/operator.h"

static const pw_field pad_fields[] = {
    PW_INT("top", pad.top, 0, PW_MAX_KERNEL, 0),
    PW_INT("bottom", pad.bottom, 0, PW_MAX_KERNEL, 0),
    PW_INT("left", pad.left, 0, PW_MAX_KERNEL, 0),
    PW_INT("right", pad.right, 0, PW_MAX_KERNEL, 0),
};

static pawl_status pad_shape(const pw_layer_site *site, pw_shape *shape)
{
    const pw_pad *pad = &site->layer->as.pad;
    return pw_site_set_size(site, (int64_t)shape->height + pad->top + pad->bottom,
                            (int64_t)shape->width + pad->left + pad->right, shape);
}

const pw_operator pw_operator_pad = {
    .least_inputs = 1,
    .most_inputs = 1,
    .keeps_channels = true,
    .text = "top {top}, bottom {bottom}, left {left}, right {right}",
    .fields = pad_fields,
    .field_count = PW_COUNT(pad_fields),
    .shape = pad_shape,
};

static const pw_field upsample_fields[] = {
    PW_INT("factor", upsample.factor, 1, PW_MAX_KERNEL, 0),
};

static pawl_status larger_shape(const pw_layer_site *site, pw_shape *shape)
{
    const int64_t factor = site->layer->as.upsample.factor;
    return pw_site_set_size(site, shape->height * factor, shape->width * factor, shape);
}

const pw_operator pw_operator_upsample = {
    .least_inputs = 1,
    .most_inputs = 1,
    .may_slice = true,
    .keeps_channels = true,
    .text = "x{factor}",
    .fields = upsample_fields,
    .field_count = PW_COUNT(upsample_fields),
    .shape = larger_shape,
};

static pawl_status concat_check(const pw_layer_site *site)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < site->layer->input_count; i++) {
        const pw_tensor *input = &site->network->tensors[site->layer->inputs[i]];
        if (input->parent == site->layer->output && input->channel_offset != sum)
            return pw_layer_fault(site, "input %u is a slice at channel %d, not at %d", (unsigned)i,
                                  (int)input->channel_offset, (int)sum);
        sum += input->channels;
    }
    if (sum != pw_site_output_channels(site))
        return pw_layer_fault(site, "%lld channels in, %d out", (long long)sum,
                              (int)pw_site_output_channels(site));
    return PAWL_OK;
}

const pw_operator pw_operator_concat = {
    .least_inputs = 1,
    .most_inputs = PW_MAX_INPUTS,
    .text = "{inputs}",
    .check = concat_check,
    .shape = pw_site_meet,
};

static const pw_field shuffle_fields[] = {
    PW_INT("factor", shuffle.factor, 1, PW_MAX_KERNEL, 0),
};

static pawl_status check_shuffle(const pw_layer_site *site, int64_t low, int64_t high)
{
    const int32_t factor = site->layer->as.shuffle.factor;
    if (low * factor * factor != high)
        return pw_layer_fault(site, "%d -> %d channels by a factor of %d",
                              (int)pw_site_channels(site, 0), (int)pw_site_output_channels(site),
                              (int)factor);
    return PAWL_OK;
}

static pawl_status space_to_depth_check(const pw_layer_site *site)
{
    return check_shuffle(site, pw_site_channels(site, 0), pw_site_output_channels(site));
}

static pawl_status depth_to_space_check(const pw_layer_site *site)
{
    return check_shuffle(site, pw_site_output_channels(site), pw_site_channels(site, 0));
}

static pawl_status space_to_depth_shape(const pw_layer_site *site, pw_shape *shape)
{
    const int32_t factor = site->layer->as.shuffle.factor;
    if (shape->height % factor != 0 || shape->width % factor != 0)
        return pw_fail(site->error, PAWL_ERR_ARGUMENT,
                       "layer %s takes %d x %d pixels in blocks of %d: choose a height and width "
                       "that are multiples of the largest stride",
                       site->layer->name, (int)shape->height, (int)shape->width, (int)factor);
    return pw_site_set_size(site, shape->height / factor, shape->width / factor, shape);
}

const pw_operator pw_operator_space_to_depth = {
    .least_inputs = 1,
    .most_inputs = 1,
    .text = "x{factor}",
    .fields = shuffle_fields,
    .field_count = PW_COUNT(shuffle_fields),
    .check = space_to_depth_check,
    .shape = space_to_depth_shape,
};

const pw_operator pw_operator_depth_to_space = {
    .least_inputs = 1,
    .most_inputs = 1,
    .text = "x{factor}",
    .fields = shuffle_fields,
    .field_count = PW_COUNT(shuffle_fields),
    .check = depth_to_space_check,
    .shape = larger_shape,
};
