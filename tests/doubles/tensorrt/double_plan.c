/* SPDX-License-Identifier: Apache-2.0 */
/* The serialised network: header, values, nodes, weights in float32. */
#include "doubles/tensorrt/double.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char magic[4] = {'f', 't', 'r', 't'};

typedef struct header {
    char magic[4];
    int32_t version;
    uint64_t size, checksum; /* of the whole; of what follows the header */
    int32_t value_count, node_count, profile_count, has_host_code;
} header;

static uint64_t checksum_of(const unsigned char *bytes, size_t size)
{
    uint64_t sum = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < size; i++)
        sum = (sum ^ bytes[i]) * 1099511628211u;
    return sum;
}

static float half_value(uint16_t half)
{
    const int exponent = half >> 10 & 31;
    const double fraction = half & 1023;
    double size = exponent == 0 ? ldexp(fraction, -24) : ldexp(1024 + fraction, exponent - 25);
    if (exponent == 31)
        size = fraction > 0 ? (double)NAN : (double)INFINITY;
    return (float)(half >> 15 != 0 ? -size : size);
}

/* Copies weights to the end of the plan and leaves their offset in place of the pointer. */
static void write_weights(native_weights *weights, unsigned char *plan, size_t *at)
{
    float *const to = (float *)(void *)(plan + *at);
    if (weights->values == NULL || weights->count == 0) {
        *weights = (native_weights){.values = NULL};
        return;
    }
    for (int64_t i = 0; i < weights->count; i++)
        to[i] = weights->type == TYPE_HALF ? half_value(((const uint16_t *)weights->values)[i])
                                           : ((const float *)weights->values)[i];
    *weights = (native_weights){TYPE_FLOAT, (const void *)(uintptr_t)*at, weights->count};
    *at += (size_t)weights->count * sizeof(float);
}

void *double_plan_write(const graph *graph_, bool has_host_code, size_t *size)
{
    const size_t values_size = (size_t)graph_->value_count * sizeof(value),
                 nodes_size = (size_t)graph_->node_count * sizeof(node);
    size_t at = sizeof(header) + values_size + nodes_size, total = at;
    for (int32_t i = 0; i < graph_->node_count; i++)
        total +=
            (size_t)(graph_->nodes[i].weights.count + graph_->nodes[i].bias.count) * sizeof(float);
    unsigned char *const plan = calloc(1, total);
    if (plan == NULL)
        return NULL;
    memcpy(plan + sizeof(header), graph_->values, values_size);
    node *const nodes = (node *)(void *)(plan + sizeof(header) + values_size);
    memcpy(nodes, graph_->nodes, nodes_size);
    for (int32_t i = 0; i < graph_->node_count; i++) {
        write_weights(&nodes[i].weights, plan, &at);
        write_weights(&nodes[i].bias, plan, &at);
    }
    header head = {.version = double_version(),
                   .size = at,
                   .value_count = graph_->value_count,
                   .node_count = graph_->node_count,
                   .profile_count = graph_->profile_count,
                   .has_host_code = has_host_code};
    memcpy(head.magic, magic, sizeof magic);
    head.checksum = checksum_of(plan + sizeof head, at - sizeof head);
    memcpy(plan, &head, sizeof head);
    *size = at;
    return plan;
}

static void read_weights(native_weights *weights, const unsigned char *plan)
{
    if (weights->count > 0)
        weights->values = plan + (uintptr_t)weights->values;
}

static bool refuse(void *logger, const char *reason)
{
    double_say(logger, SEVERITY_ERROR, "%sError Code 1: Serialization (Serialization assertion %s)",
               DOUBLE_WIDE ? "IRuntime::deserializeCudaEngine: " : "1: ", reason);
    return false;
}

/* NVIDIA prints a version as 8.6.1.6; the build number here is 0. */
static bool refuse_version(void *logger, int32_t theirs)
{
    const int32_t ours = double_version();
    const int32_t our_scale = ours < 10000 ? 1000 : 10000,
                  their_scale = theirs < 10000 ? 1000 : 10000;
    double_say(logger, SEVERITY_ERROR,
               "%sThe engine plan file is not compatible with this version of TensorRT, expecting "
               "library version "
               "%d.%d.%d.0 got %d.%d.%d.0, please rebuild.",
               DOUBLE_WIDE ? "IRuntime::deserializeCudaEngine: Error Code 6: API Usage Error: "
                           : "6: ",
               (int)(ours / our_scale), (int)(ours % our_scale / 100), (int)(ours % 100),
               (int)(theirs / their_scale), (int)(theirs % their_scale / 100), (int)(theirs % 100));
    return false;
}

bool double_plan_read(void *logger, const void *data, size_t size, bool allows_host_code,
                      void **blob, graph *graph_)
{
    header head;
    const bool is_86 = double_version() >= 8600 && double_version() < 9000; /* as 8.6.0 says it */
    if (data == NULL || size < sizeof head || memcmp(data, magic, sizeof magic) != 0)
        return refuse(logger, is_86 ? "plan->header.magicTag == rt::kPLAN_MAGIC_TAG failed."
                                    : "magicTagRead == kMAGIC_TAG failed.Magic tag does not match");
    memcpy(&head, data, sizeof head);
    if (head.version != double_version())
        return refuse_version(logger, head.version);
    if (head.size != size)
        return refuse(logger, is_86 ? "plan->header.size == blobSize failed."
                                    : "sizeRead == static_cast<uint64_t>(mEnd - mCurrent) failed."
                                      "Size specified in header does not match archive size");
    if (head.checksum != checksum_of((const unsigned char *)data + sizeof head, size - sizeof head))
        return refuse(logger, "checksumRead == checksum failed.");
    if (head.has_host_code != 0 && !allows_host_code) {
        double_say(logger, SEVERITY_ERROR,
                   "Error Code 3: API Usage Error (the engine contains host executable code, which "
                   "IRuntime::setEngineHostCodeAllowed() has not allowed)");
        return false;
    }
    unsigned char *const copy = malloc(size);
    if (copy == NULL)
        return false;
    memcpy(copy, data, size);
    *graph_ = (graph){.values = (value *)(void *)(copy + sizeof head),
                      .value_count = head.value_count,
                      .node_count = head.node_count,
                      .profile_count = head.profile_count};
    graph_->nodes = (node *)(void *)(graph_->values + head.value_count);
    for (int32_t i = 0; i < graph_->node_count; i++) {
        read_weights(&graph_->nodes[i].weights, copy);
        read_weights(&graph_->nodes[i].bias, copy);
    }
    *blob = copy;
    return true;
}
