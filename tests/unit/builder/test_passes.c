/* SPDX-License-Identifier: Apache-2.0 */
/* Each pass, and all of them, leave what a network computes as it was; what they are for happens;
 * memory that runs out is reported. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "builder/pass.h"
#include "support/failing_allocator.h"
#include "support/tiny_model.h"
#include "unit/builder/interpret.h"
#include "unit/builder/random_network.h"
#include <math.h>

#define SEEDS 300

static pawl_status all(pw_network *network, pawl_error *error)
{
    return pw_passes_run(network, NULL, NULL, error);
}

static struct pass_row {
    const char *name;
    pw_pass run;
} passes[] = {
    {"dead layers keep the values", pw_pass_dead_layers},
    {"splitting batch norms keeps the values", pw_pass_split_batchnorm},
    {"folding batch norms keeps the values", pw_pass_fold_batchnorm},
    {"fusing activations and additions keeps the values", pw_pass_fuse_activation},
    {"eliding concatenations keeps the values", pw_pass_elide_concat},
    {"all passes keep the values", all},
};

static void compare(const double *before, const double *after, size_t count, uint64_t seed)
{
    double most = 1;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, fabs(before[i]));
    for (size_t i = 0; i < count; i++)
        if (!(fabs(before[i] - after[i]) <= 1e-6 * most))
            fail_msg("seed %llu: value %zu was %g and is %g", (unsigned long long)seed, i,
                     before[i], after[i]);
}

static void keeps_values(void **state)
{
    const struct pass_row *row = *state;
    float picture[3 * PT_RANDOM_SIDE * PT_RANDOM_SIDE];
    uint64_t noise = 7;
    for (size_t i = 0; i < PW_COUNT(picture); i++)
        picture[i] = pt_uniform(&noise);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        pw_network source = {.source_layer_count = 0}, network = {.source_layer_count = 0};
        pawl_error error = {.message = ""};
        size_t count = 0, after_count = 0;
        if (pt_random_network(seed, 6 + seed % 25, &source, &error) < 0 ||
            pw_network_validate(&source, &error) < 0 ||
            pw_network_copy(&source, &network, &error) < 0 || row->run(&network, &error) < 0 ||
            pw_network_validate(&network, &error) < 0)
            fail_msg("seed %llu: %s", (unsigned long long)seed, error.message);
        double *before = pt_interpret(&source, picture, PT_RANDOM_SIDE, PT_RANDOM_SIDE, &count);
        double *after =
            pt_interpret(&network, picture, PT_RANDOM_SIDE, PT_RANDOM_SIDE, &after_count);
        assert_non_null(before);
        assert_non_null(after);
        assert_int_equal(count, after_count);
        compare(before, after, count, seed);
        free(before);
        free(after);
        pw_network_free(&network);
        pw_network_free(&source);
    }
}

static size_t count_ops(const pw_network *network, pw_op op)
{
    size_t count = 0;
    for (size_t i = 0; i < network->layer_count; i++)
        count += network->layers[i].op == op;
    return count;
}

/* conv, bn, act, then cat of two of them: 1 + 2 * 3 + 1 + conv. */
static void make_block(pt_builder *b, uint32_t parts[2], uint32_t *whole)
{
    const uint32_t x = pt_tensor(b, 3);
    pt_layer(b, PW_OP_INPUT, "images", PW_NO_TENSOR, PW_NO_TENSOR, x);
    const uint32_t wide = pt_conv(b, "stem", x, (pt_conv_shape){3, 8, 1, 1, PW_ACT_NONE});
    parts[0] = pt_unfused(b, wide);
    parts[1] = pt_unfused(b, wide);
    *whole = pt_tensor(b, 16);
    pt_layer(b, PW_OP_CONCAT, "cat", parts[0], parts[1], *whole);
}

static void finish(pt_builder *b, uint32_t last)
{
    pawl_error error = {.message = ""};
    pt_conv(b, "last", last,
            (pt_conv_shape){b->network->tensors[last].channels, 4, 1, 1, PW_ACT_NONE});
    b->network->model =
        (pw_model){.family = "custom", .size = "custom", .max_stride = 2, .imgsz = 8};
    assert_int_equal(b->status, PAWL_OK);
    assert_int_equal(pw_network_validate(b->network, &error), PAWL_OK);
}

static void fuses_everything(void **state)
{
    pw_network network = {.source_layer_count = 0};
    pawl_error error = {.message = ""};
    pt_builder b = {.network = &network, .seed = 3, .error = &error};
    uint32_t parts[2], whole;
    (void)state;
    make_block(&b, parts, &whole);
    const uint32_t last_id = network.layers[4].id; /* the activation after the first batch norm */
    finish(&b, whole);
    assert_int_equal(all(&network, &error), PAWL_OK);
    assert_int_equal(network.layer_count, 5); /* input, stem, two convolutions, last */
    assert_int_equal(count_ops(&network, PW_OP_CONV), 4);
    assert_int_equal(network.layers[2].id, last_id);
    assert_string_equal(network.layers[2].name, "model.1.conv");
    assert_int_equal(network.layers[2].as.conv.activation, PW_ACT_LEAKY_RELU);
    const uint32_t parent = network.layers[4].inputs[0];
    assert_int_equal(pw_network_producer(&network, parent), SIZE_MAX);
    assert_int_equal(network.tensors[network.layers[2].output].parent, parent);
    assert_int_equal(network.tensors[network.layers[3].output].channel_offset, 8);
    pw_network_free(&network);
}

/* BottleneckCSP: two plain convolutions, concat, batch norm, activation. */
static void make_csp(pt_builder *b, pw_activation kind)
{
    const uint32_t x = pt_tensor(b, 3), whole = pt_tensor(b, 20), normal = pt_tensor(b, 20);
    pt_layer(b, PW_OP_INPUT, "images", PW_NO_TENSOR, PW_NO_TENSOR, x);
    const uint32_t left = pt_conv(b, "cv3", x, (pt_conv_shape){3, 8, 3, 1, PW_ACT_NONE});
    const uint32_t right = pt_conv(b, "cv2", x, (pt_conv_shape){3, 12, 1, 1, PW_ACT_NONE});
    const float *gamma = pt_values(b, 20, 0.3f, 1.0f), *beta = pt_values(b, 20, 0.4f, 0.0f);
    const float *mean = pt_values(b, 20, 0.4f, 0.0f), *variance = pt_values(b, 20, 0.3f, 1.0f);
    pt_layer(b, PW_OP_CONCAT, "cat", left, right, whole);
    pt_layer(b, PW_OP_BATCHNORM, "bn", whole, PW_NO_TENSOR, normal)->as.batchnorm =
        (pw_batchnorm){20, 1e-3f, gamma, beta, mean, variance};
    if (kind == PW_ACT_NONE) {
        finish(b, normal);
        return;
    }
    const uint32_t active = pt_tensor(b, 20);
    pw_layer *act = pt_layer(b, PW_OP_ACTIVATION, "act", normal, PW_NO_TENSOR, active);
    act->as.activation.kind = kind;
    act->as.activation.alpha = 0.1f;
    finish(b, active);
}

static void csp_batchnorm_goes_into_both_convs(void **state)
{
    static const pw_activation kinds[] = {PW_ACT_LEAKY_RELU, PW_ACT_SILU, PW_ACT_NONE};
    float picture[3 * 8 * 8];
    uint64_t noise = 9;
    (void)state;
    for (size_t i = 0; i < PW_COUNT(picture); i++)
        picture[i] = pt_uniform(&noise);
    for (size_t k = 0; k < PW_COUNT(kinds); k++) {
        pw_network source = {.source_layer_count = 0}, network = {.source_layer_count = 0};
        pawl_error error = {.message = ""};
        pt_builder b = {.network = &source, .seed = 3, .error = &error};
        size_t count = 0, after_count = 0;
        make_csp(&b, kinds[k]);
        const uint32_t before_last = source.layers[source.layer_count - 2].id;
        assert_int_equal(pw_network_copy(&source, &network, &error), PAWL_OK);
        assert_int_equal(pw_pass_split_batchnorm(&network, &error), PAWL_OK);
        assert_int_equal(pw_network_validate(&network, &error), PAWL_OK);
        assert_int_equal(network.layer_count, 5); /* input, two convolutions, concat, last */
        assert_int_equal(network.layers[3].id, before_last);
        assert_true(network.layers[1].id >= source.next_layer_id); /* it makes what none made */
        assert_int_equal(all(&network, &error), PAWL_OK);
        assert_int_equal(network.layer_count, 4);
        assert_int_equal(network.layers[1].as.conv.activation, kinds[k]);
        double *before = pt_interpret(&source, picture, 8, 8, &count);
        double *after = pt_interpret(&network, picture, 8, 8, &after_count);
        assert_int_equal(count, after_count);
        compare(before, after, count, k);
        free(before);
        free(after);
        pw_network_free(&network);
        pw_network_free(&source);
    }
}

static void residual_goes_into_the_later_conv(void **state)
{
    pw_network network = {.source_layer_count = 0};
    pawl_error error = {.message = ""};
    pt_builder b = {.network = &network, .seed = 3, .error = &error};
    (void)state;
    const uint32_t x = pt_tensor(&b, 3);
    pt_layer(&b, PW_OP_INPUT, "images", PW_NO_TENSOR, PW_NO_TENSOR, x);
    const pt_conv_shape shape = {3, 8, 3, 1, PW_ACT_SILU};
    const uint32_t early = pt_conv(&b, "early", x, shape), late = pt_conv(&b, "late", x, shape);
    const uint32_t sum = pt_tensor(&b, 8);
    pt_layer(&b, PW_OP_ADD, "add", late, early, sum);
    finish(&b, sum);
    assert_int_equal(all(&network, &error), PAWL_OK);
    assert_int_equal(count_ops(&network, PW_OP_ADD), 0);
    assert_string_equal(network.layers[2].name, "late");
    assert_true(network.layers[2].as.conv.has_residual);
    assert_int_equal(network.layers[2].inputs[1], network.layers[1].output);
    pw_network_free(&network);
}

/* A tensor in two concatenations becomes a slice of one; the other keeps its CONCAT, which copies
 * that tensor alone. */
static void shared_input_keeps_one_concat(void **state)
{
    pw_network network = {.source_layer_count = 0};
    pawl_error error = {.message = ""};
    pt_builder b = {.network = &network, .seed = 3, .error = &error};
    uint32_t parts[2], whole;
    (void)state;
    make_block(&b, parts, &whole);
    const uint32_t again = pt_tensor(&b, 16), pool = pt_tensor(&b, 8), both = pt_tensor(&b, 32);
    pt_layer(&b, PW_OP_MAXPOOL, "pool", parts[0], PW_NO_TENSOR, pool)->as.pool =
        (pw_pool){{3, 3}, {1, 1}, {1, 1}};
    pt_layer(&b, PW_OP_CONCAT, "again", parts[0], pool, again);
    pt_layer(&b, PW_OP_CONCAT, "both", whole, again, both);
    finish(&b, both);
    assert_int_equal(all(&network, &error), PAWL_OK);
    assert_int_equal(count_ops(&network, PW_OP_CONCAT), 2);
    for (size_t i = 0; i < network.layer_count; i++) {
        const pw_layer *layer = &network.layers[i];
        if (layer->op == PW_OP_MAXPOOL) {
            assert_int_equal(network.tensors[layer->output].channel_offset, 8);
        }
    }
    pw_network_free(&network);
}

static void unread_layers_go(void **state)
{
    pw_network network = {.source_layer_count = 0};
    pawl_error error = {.message = ""};
    pt_builder b = {.network = &network, .seed = 3, .error = &error};
    uint32_t parts[2], whole;
    (void)state;
    make_block(&b, parts, &whole);
    finish(&b, parts[1]); /* nobody reads the concatenation, nor so the first branch */
    assert_int_equal(pw_pass_dead_layers(&network, &error), PAWL_OK);
    assert_int_equal(pw_network_validate(&network, &error), PAWL_OK);
    assert_int_equal(count_ops(&network, PW_OP_CONCAT), 0);
    assert_int_equal(network.layer_count, 6);
    pw_network_free(&network);
}

static int stop(void *user, const char *stage, size_t done, size_t total)
{
    size_t *calls = user;
    assert_string_equal(stage, "optimise");
    assert_true(done < total);
    return ++*calls == 3;
}

static void progress_can_stop(void **state)
{
    pw_network network = {.source_layer_count = 0};
    pawl_error error = {.message = ""};
    size_t calls = 0;
    (void)state;
    assert_int_equal(pt_random_network(5, 20, &network, &error), PAWL_OK);
    assert_int_equal(pw_passes_run(&network, stop, &calls, &error), PAWL_ERR_CANCELLED);
    assert_int_equal(calls, 3);
    pw_network_free(&network);
}

static void memory_may_run_out(void **state)
{
    pt_allocator counter = {0};
    const pawl_allocator allocator = {&counter, pt_allocate, pt_release};
    (void)state;
    assert_int_equal(pawl_allocator_set(&allocator), PAWL_OK);
    for (long nth = 1;; nth++) {
        pw_network network = {.source_layer_count = 0}, copy = {.source_layer_count = 0};
        pawl_error error = {.message = ""};
        pt_allocator_reset(&counter, 0);
        assert_int_equal(pt_random_network(2, 30, &network, &error), PAWL_OK);
        pt_allocator_reset(&counter, nth);
        pawl_status status = pw_network_copy(&network, &copy, &error);
        if (status >= 0)
            status = all(&copy, &error);
        const long calls = counter.calls;
        pw_network_free(&copy);
        pw_network_free(&network);
        assert_int_equal(counter.live, 0);
        if (calls < nth) { /* the nth was never asked for */
            assert_int_equal(status, PAWL_OK);
            break;
        }
        assert_int_equal(status, PAWL_ERR_MEMORY);
    }
    assert_int_equal(pawl_allocator_set(NULL), PAWL_OK);
}

int main(void)
{
    struct CMUnitTest tests[PW_COUNT(passes) + 7] = {
        cmocka_unit_test(fuses_everything),
        cmocka_unit_test(csp_batchnorm_goes_into_both_convs),
        cmocka_unit_test(residual_goes_into_the_later_conv),
        cmocka_unit_test(shared_input_keeps_one_concat),
        cmocka_unit_test(unread_layers_go),
        cmocka_unit_test(progress_can_stop),
        cmocka_unit_test(memory_may_run_out),
    };
    for (size_t i = 0; i < PW_COUNT(passes); i++)
        tests[7 + i] = (struct CMUnitTest){
            .name = passes[i].name, .test_func = keeps_values, .initial_state = &passes[i]};
    return cmocka_run_group_tests_name("passes", tests, NULL, NULL);
}
