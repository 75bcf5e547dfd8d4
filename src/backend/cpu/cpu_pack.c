/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Constants as implementations read them, packed once for all programs of an engine.
 *
 * Where nobody else can ask for the plan's constants any more (its user has ended it, and this
 * engine alone holds it), weights that are the same bits packed, in another order and with zeros
 * between, need not lie in memory twice: the plan's pages are given back. Another packing of such a
 * layer, which another shape may want, takes them from the packed ones. In which order they lie
 * there is found out by packing their numbers: an order depends on the problem, never on the
 * values.
 */
#include "backend/cpu/cpu.h"

#include "base/memory.h"
#include "base/size.h"

#include <string.h>

struct cpu_packed {
    cpu_packed *next;
    size_t layer, block, size;
    pk_problem problem; /* for which it was packed */
    const pk_implementation *implementation;
    void *data;
    bool is_other_order; /* of the weights' and biases' bits, and of nothing else but zeros */
    bool is_only_copy;   /* the plan's weights were given back */
};

void pw_cpu_packed_free(cpu_packed *first)
{
    while (first != NULL) {
        cpu_packed *next = first->next;
        pw_free(first->data);
        pw_free(first);
        first = next;
    }
}

/* What does not change when words are put in another order, or zeros between them. */
static uint64_t sum_of(const void *data, size_t size)
{
    uint64_t sum = 0;
    for (size_t at = 0; at + sizeof(uint32_t) <= size; at += sizeof(uint32_t)) {
        uint32_t word = 0;
        memcpy(&word, (const unsigned char *)data + at, sizeof word);
        uint64_t mixed = word * 0x9e3779b97f4a7c15u;
        mixed = (mixed ^ mixed >> 29) * 0xbf58476d1ce4e5b9u;
        sum += mixed ^ mixed >> 32;
    }
    return sum;
}

/* Weights of a convolution; NULL: the layer is none, and what it has takes no pages. */
static const float *weights_of(const pw_layer *layer, size_t *count)
{
    *count = layer->op == PW_OP_CONV ? pw_conv_weight_count(&layer->as.conv) : 0;
    return layer->op == PW_OP_CONV ? layer->as.conv.weights : NULL;
}

/* Does another layer read of the same memory? Nobody writes such engines but the hostile. */
static bool is_shared(const pw_network *network, size_t layer, const float *weights, size_t count)
{
    for (size_t i = 0; i < network->layer_count; i++) {
        size_t others = 0;
        const float *other = weights_of(&network->layers[i], &others);
        if (i != layer && other != NULL && other < weights + count && weights < other + others)
            return true;
    }
    return false;
}

/* Gives the plan's pages back where that is safe; tried again each time the entry is asked for. */
static void give_back(const cpu_device_plan *plan, cpu_packed *entry)
{
    const pw_plan *from = plan->base.plan;
    size_t count = 0;
    const float *weights = weights_of(&from->network.layers[entry->layer], &count);
    if (weights == NULL || entry->is_only_copy)
        return;
    if (!from->contents.is_mapped) { /* a mapped file has them still */
        if (!entry->is_other_order || !pw_object_is_mine_alone(from) ||
            is_shared(&from->network, entry->layer, weights, count))
            return;
        for (const cpu_packed *other = plan->packed; other != NULL; other = other->next)
            if (other->layer == entry->layer && other->is_only_copy)
                return;
        entry->is_only_copy = true;
    }
    pw_os_contents_drop(&from->contents, weights, count * sizeof(float));
}

static void pack(const cpu_packed *entry, const pk_constants *constants, void *packed)
{
    memset(packed, 0, entry->size);
    entry->implementation->pack(entry->implementation, &entry->problem, constants, packed);
}

/* The weights out of a packed copy of them: each number lies where the weight of
 * that number does. */
static pawl_status unpack(const cpu_packed *entry, const pk_constants *like, float *weights,
                          size_t count, pawl_error *error)
{
    const size_t outputs = entry->problem.destination.channels, words = entry->size / sizeof(float);
    uint32_t *numbers PW_AUTO_FREE = pw_alloc_aligned(entry->size + 1, PW_CACHE_LINE);
    float *zeros PW_AUTO_FREE = pw_calloc(outputs, sizeof(float));
    if (numbers == NULL || zeros == NULL)
        return pw_fail_memory(error, "the packed constants", entry->size);
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t number = i + 1; /* as the bits of a float: 0 is what lies between */
        memcpy(&weights[i], &number, sizeof number);
    }
    pk_constants numbered = *like;
    numbered.weights = weights;
    numbered.bias = like->bias == NULL ? NULL : zeros;
    pack(entry, &numbered, numbers);
    size_t found = 0;
    for (size_t at = 0; at < words; at++)
        if (numbers[at] > 0 && numbers[at] <= count) {
            weights[numbers[at] - 1] = ((const float *)entry->data)[at];
            found++;
        }
    return found >= count
               ? PAWL_OK
               : pw_fail(error, PAWL_ERR_INTERNAL, "%s loses weights", entry->implementation->name);
}

/* The constants of a step, from the plan or from what was packed of them; *own is the caller's. */
static pawl_status constants_of(const cpu_device_plan *plan, const pw_step *step,
                                pk_constants *constants, float **own, pawl_error *error)
{
    *constants = step->constants;
    size_t count = 0;
    const float *weights = weights_of(&plan->base.plan->network.layers[step->layer], &count);
    const cpu_packed *entry = plan->packed;
    while (entry != NULL && (entry->layer != step->layer || !entry->is_only_copy))
        entry = entry->next;
    if (entry == NULL || weights != step->constants.weights)
        return PAWL_OK;
    *own = pw_alloc(count * sizeof(float));
    if (*own == NULL)
        return pw_fail_memory(error, "the packed constants", count * sizeof(float));
    constants->weights = *own;
    return unpack(entry, &step->constants, *own, count, error);
}

static bool is_other_order(const cpu_packed *entry, const pk_constants *constants, size_t count)
{
    const size_t biases = constants->bias == NULL ? 0 : entry->problem.destination.channels;
    return sum_of(entry->data, entry->size) ==
           sum_of(constants->weights, count * sizeof(float)) +
               (biases == 0 ? 0 : sum_of(constants->bias, biases * sizeof(float)));
}

static pawl_status pack_anew(const cpu_device_plan *plan, const pw_step *step, cpu_packed *entry,
                             pawl_error *error)
{
    float *own PW_AUTO_FREE = NULL;
    pk_constants constants;
    size_t count = 0;
    PW_TRY(constants_of(plan, step, &constants, &own, error));
    entry->data = pw_alloc_aligned(entry->size, PW_CACHE_LINE);
    if (entry->data == NULL)
        return pw_fail_memory(error, "the packed constants", entry->size);
    pack(entry, &constants, entry->data);
    const float *weights = weights_of(&plan->base.plan->network.layers[step->layer], &count);
    entry->is_other_order = weights != NULL && weights == step->constants.weights &&
                            is_other_order(entry, &constants, count);
    return PAWL_OK;
}

static cpu_packed *find(const cpu_device_plan *plan, const pw_step *step, size_t block)
{
    cpu_packed *entry = plan->packed;
    while (entry != NULL && (entry->layer != step->layer || entry->block != block ||
                             entry->implementation != step->implementation))
        entry = entry->next;
    return entry;
}

pawl_status pw_cpu_pack(cpu_device_plan *plan, const pw_step *step, const void **packed,
                        pawl_error *error)
{
    *packed = NULL;
    if (step->needs.packed == 0)
        return PAWL_OK;
    const pk_tensor *source = &step->problem.source[0];
    const size_t block = pw_size_min(source->block, source->channels);
    cpu_packed *entry = find(plan, step, block);
    if (entry == NULL) {
        cpu_packed *made = pw_calloc(1, sizeof(*made));
        if (made == NULL)
            return pw_fail_memory(error, "the packed constants", sizeof(*made));
        *made = (cpu_packed){.layer = step->layer,
                             .block = block,
                             .size = step->needs.packed,
                             .problem = step->problem,
                             .implementation = step->implementation};
        const pawl_status status = pack_anew(plan, step, made, error);
        if (status < 0) {
            pw_cpu_packed_free(made);
            return status;
        }
        made->next = plan->packed;
        plan->packed = entry = made;
    }
    give_back(plan, entry);
    *packed = entry->data;
    return PAWL_OK;
}
