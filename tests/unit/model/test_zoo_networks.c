/* SPDX-License-Identifier: Apache-2.0 */
/* Networks of the shared test data: layers, parameters, costs; a .pt and the .wts of it give the
 * same network; a bare .wts of a hub model is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "network/network_ir.h"
#include "support/test_data.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pawl_status open_network(const char *path, pawl_network **network, pawl_error *error)
{
    pawl_weights *weights = NULL;
    PW_TRY(pawl_weights_load(path, &weights, error));
    const pawl_status status = pawl_network_create(weights, NULL, network, error);
    (void)pawl_weights_destroy(&weights);
    return status;
}

/* Parameters as PyTorch counts them in the file (yolov5n: 1,872,157; what the sources print as
 * 1,867,405 is the network after folding). */
static struct zoo_row {
    const char *file, *family, *size;
    int64_t parameters;
    size_t layers;
    int32_t classes, levels, imgsz, names;
    double gflops;
    pawl_task task;
    int is_standard; /* its .wts needs nothing of ours */
} zoo[] = {
    /* clang-format off */
    {"yolov5n.pt", "v6-v7", "n", 1872157, 201, 80, 3, 640, 1, 4.468, PAWL_TASK_DETECT, 1},
    {"yolov5n.wts", "v6-v7", "n", 1872157, 201, 80, 3, 640, 0, 4.468, PAWL_TASK_DETECT, 1},
    {"zoo/v1.0-det.pt", "v1", "custom", 119312, 215, 3, 3, 640, 1, 0.4493, PAWL_TASK_DETECT, 1},
    {"zoo/v1.0-legacyfile-det.pt", "v1", "custom", 118967, 215, 2, 3, 640, 1, 0.4483, PAWL_TASK_DETECT, 1},
    {"zoo/v2.0-det.pt", "v2-v3", "custom", 119312, 215, 3, 3, 640, 1, 0.4493, PAWL_TASK_DETECT, 0},
    {"zoo/v2.0-legacyfile-det.pt", "v2-v3", "custom", 118967, 215, 2, 3, 640, 1, 0.4483, PAWL_TASK_DETECT, 0},
    {"zoo/v3.0-det.pt", "v2-v3", "custom", 119312, 215, 3, 3, 640, 1, 0.4493, PAWL_TASK_DETECT, 0},
    {"zoo/v3.1-det.pt", "v2-v3", "custom", 119312, 215, 3, 3, 640, 1, 0.4493, PAWL_TASK_DETECT, 0},
    {"zoo/v4.0-det.pt", "v4-v5", "custom", 116088, 207, 3, 3, 640, 1, 0.4428, PAWL_TASK_DETECT, 1},
    {"zoo/v5.0-det.pt", "v4-v5", "custom", 116088, 207, 3, 3, 640, 1, 0.4428, PAWL_TASK_DETECT, 1},
    {"zoo/v6.0-det.pt", "v6-v7", "custom", 115416, 201, 3, 3, 640, 1, 0.4346, PAWL_TASK_DETECT, 1},
    {"zoo/v6.1-det.pt", "v6-v7", "custom", 115416, 201, 3, 3, 640, 1, 0.4346, PAWL_TASK_DETECT, 1},
    {"zoo/v6.2-det.pt", "v6-v7", "custom", 115416, 201, 3, 3, 640, 1, 0.4346, PAWL_TASK_DETECT, 1},
    {"zoo/v7.0-det.pt", "v6-v7", "custom", 115416, 201, 3, 3, 640, 1, 0.4346, PAWL_TASK_DETECT, 1},
    {"zoo/p6-det.pt", "v6-v7", "custom", 199812, 263, 2, 4, 1280, 1, 1.7568, PAWL_TASK_DETECT, 1},
    {"zoo/depth1-nc1-det.pt", "v6-v7", "custom", 186822, 347, 1, 3, 640, 1, 0.6127, PAWL_TASK_DETECT, 1},
    {"zoo/bifpn-det.pt", "custom", "custom", 116095, 201, 2, 3, 640, 1, 0.4368, PAWL_TASK_DETECT, 0},
    {"zoo/p2-det.pt", "custom", "custom", 117644, 243, 2, 4, 640, 1, 0.4839, PAWL_TASK_DETECT, 0},
    {"zoo/ghost-det.pt", "custom", "custom", 67808, 303, 2, 3, 640, 1, 0.3289, PAWL_TASK_DETECT, 0},
    {"zoo/transformer-det.pt", "custom", "custom", 115103, 205, 2, 3, 640, 1, 0.4311, PAWL_TASK_DETECT, 0},
    {"zoo/v3tiny-det.pt", "custom", "custom", 36834, 46, 2, 2, 640, 1, 0.3712, PAWL_TASK_DETECT, 0},
    {"zoo/v7.0-seg.pt", "v6-v7", "custom", 131704, 211, 3, 3, 640, 1, 0.6427, PAWL_TASK_SEGMENT, 1},
    {"zoo/v6.2-cls.pt", "v6-v7", "custom", 147893, 111, 5, 0, 224, 1, 0.0490, PAWL_TASK_CLASSIFY, 1},
    /* clang-format on */
};

static void network_is_known(void **state)
{
    const struct zoo_row *row = *state;
    pawl_network *network = NULL;
    pawl_error error = {.message = ""};
    pawl_model_info info = {.struct_size = sizeof info};
    if (open_network(pt_data_path(row->file), &network, &error) < 0)
        fail_msg("%s", error.message);
    assert_int_equal(pawl_network_info_get(network, &info, &error), PAWL_OK);
    assert_string_equal(info.family, row->family);
    assert_string_equal(info.size, row->size);
    assert_int_equal(info.parameter_count, row->parameters);
    assert_int_equal(info.layer_count, row->layers);
    assert_int_equal(info.source_layer_count, row->layers);
    assert_int_equal(info.class_count, row->classes);
    assert_int_equal(info.level_count, row->levels);
    assert_int_equal(info.max_stride, row->imgsz == 1280 ? 64 : 32);
    assert_int_equal(info.task, row->task);
    assert_int_equal(info.imgsz, row->imgsz);
    assert_int_equal(info.has_names, row->names);
    assert_float_equal(info.gflops, row->gflops, 1e-3);
    assert_true((pawl_network_class_name(network, info.class_count - 1) != NULL) ==
                (row->names != 0));
    assert_null(pawl_network_class_name(network, info.class_count));
    assert_null(pawl_network_class_name(network, -1));
    assert_int_equal(pawl_network_destroy(&network), PAWL_OK);
}

static void yolov5n_is_itself(void **state)
{
    static const float anchors[3][3][2] = {{{10, 13}, {16, 30}, {33, 23}},
                                           {{30, 61}, {62, 45}, {59, 119}},
                                           {{116, 90}, {156, 198}, {373, 326}}};
    pawl_network *network = NULL;
    pawl_error error = {.message = ""};
    pawl_model_info info = {.struct_size = sizeof info};
    pawl_layer_info layer = {.struct_size = sizeof layer};
    (void)state;
    assert_int_equal(open_network(pt_data_path("yolov5n.pt"), &network, &error), PAWL_OK);
    assert_int_equal(pawl_network_info_get(network, &info, &error), PAWL_OK);
    for (int l = 0; l < 3; l++)
        for (int a = 0; a < 3; a++)
            for (int k = 0; k < 2; k++)
                assert_float_equal(info.anchors[l][a][k], anchors[l][a][k], 0);
    assert_string_equal(pawl_network_class_name(network, 0), "person");
    assert_string_equal(pawl_network_class_name(network, 79), "toothbrush");
    assert_int_equal(pawl_network_layer_get(network, 1, &layer, &error), PAWL_OK);
    assert_string_equal(layer.name, "model.0.conv");
    assert_string_equal(layer.op, "conv");
    assert_string_equal(layer.attributes, "6x6 s2 p2 3->16");
    assert_int_equal(pawl_network_layer_get(network, 201, &layer, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_network_destroy(&network), PAWL_OK);
}

static void assert_values(const float *a, const float *b, size_t count)
{
    assert_true((a == NULL) == (b == NULL));
    if (a != NULL)
        assert_memory_equal(a, b, count * sizeof *a);
}

static void assert_same_layer(const pw_layer *a, const pw_layer *b)
{
    assert_string_equal(a->name, b->name);
    assert_int_equal(a->op, b->op);
    assert_int_equal(a->id, b->id);
    assert_int_equal(a->output, b->output);
    assert_int_equal(a->input_count, b->input_count);
    assert_memory_equal(a->inputs, b->inputs, sizeof a->inputs);
    const pw_conv *c = &a->as.conv, *d = &b->as.conv;
    const pw_batchnorm *n = &a->as.batchnorm, *m = &b->as.batchnorm;
    switch (a->op) {
    case PW_OP_CONV:
        assert_memory_equal(c, d, offsetof(pw_conv, activation));
        assert_values(
            c->weights, d->weights,
            (size_t)(c->out_channels * (c->in_channels / c->groups) * c->kernel[0] * c->kernel[1]));
        assert_values(c->bias, d->bias, (size_t)c->out_channels);
        break;
    case PW_OP_BATCHNORM:
        assert_true(n->epsilon == m->epsilon);
        assert_values(n->gamma, m->gamma, (size_t)n->channels);
        assert_values(n->beta, m->beta, (size_t)n->channels);
        assert_values(n->mean, m->mean, (size_t)n->channels);
        assert_values(n->variance, m->variance, (size_t)n->channels);
        break;
    case PW_OP_ACTIVATION:
        assert_int_equal(a->as.activation.kind, b->as.activation.kind);
        assert_true(a->as.activation.alpha == b->as.activation.alpha);
        break;
    case PW_OP_MAXPOOL:
        assert_memory_equal(&a->as.pool, &b->as.pool, sizeof a->as.pool);
        break;
    case PW_OP_UPSAMPLE:
        assert_int_equal(a->as.upsample.factor, b->as.upsample.factor);
        break;
    case PW_OP_PAD:
        assert_memory_equal(&a->as.pad, &b->as.pad, sizeof a->as.pad);
        break;
    case PW_OP_ATTENTION:
        assert_int_equal(a->as.attention.heads, b->as.attention.heads);
        break;
    case PW_OP_DETECT:
        assert_memory_equal(&a->as.detect, &b->as.detect, sizeof a->as.detect);
        break;
    default:
        break;
    }
}

static void assert_same_network(const char *pt, const char *wts)
{
    pawl_network *first = NULL, *second = NULL;
    pw_network_object *a = NULL, *b = NULL;
    pawl_error error = {.message = ""};
    if (open_network(pt, &first, &error) < 0 || open_network(wts, &second, &error) < 0)
        fail_msg("%s", error.message);
    assert_int_equal(pw_object_use(first, &pw_network_type, &a, &error), PAWL_OK);
    assert_int_equal(pw_object_use(second, &pw_network_type, &b, &error), PAWL_OK);
    assert_int_equal(a->network.layer_count, b->network.layer_count);
    assert_int_equal(a->network.model.parameter_count, b->network.model.parameter_count);
    for (size_t i = 0; i < a->network.layer_count; i++)
        assert_same_layer(&a->network.layers[i], &b->network.layers[i]);
    pw_object_release(a);
    pw_object_release(b);
    (void)pawl_network_destroy(&first);
    (void)pawl_network_destroy(&second);
}

static void wts_given_is_the_same(void **state)
{
    (void)state;
    assert_same_network(pt_data_path("yolov5n.pt"), pt_data_path("yolov5n.wts"));
}

static void write_wts(const char *from, char *path, int is_bare)
{
    pawl_weights *weights = NULL;
    pawl_error error = {.message = ""};
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
    assert_int_equal(pawl_weights_load(from, &weights, &error), PAWL_OK);
    assert_int_equal(is_bare ? pawl_weights_save_wts(weights, path, &error)
                             : pawl_weights_save(weights, path, &error),
                     PAWL_OK);
    (void)pawl_weights_destroy(&weights);
}

static char *read_all(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    *size = (size_t)ftell(file);
    rewind(file);
    char *text = malloc(*size + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, *size, file), *size);
    text[*size] = '\0';
    fclose(file);
    return text;
}

/* By way of the .wts that pawl writes of it: the same network, and of a published model the bytes
 * of gen_wts.py. */
static void wts_written_is_the_same(void **state)
{
    const struct zoo_row *row = *state;
    char path[] = "/tmp/pawl-model-XXXXXX", bare[] = "/tmp/pawl-model-XXXXXX";
    size_t size = 0, bare_size = 0;
    write_wts(pt_data_path(row->file), path, 0);
    write_wts(pt_data_path(row->file), bare, 1);
    char *text = read_all(path, &size), *bare_text = read_all(bare, &bare_size);
    assert_true((strstr(text, "\npawl.modules ") == NULL) == (row->is_standard != 0));
    assert_true((size == bare_size && memcmp(text, bare_text, size) == 0) ==
                (row->is_standard != 0));
    assert_same_network(pt_data_path(row->file), path);
    free(text);
    free(bare_text);
    unlink(path);
    unlink(bare);
}

/* A bare .wts of another model is refused by name, or asks. */
static void bare_wts_is_refused(void **state)
{
    const struct zoo_row *row = *state;
    char path[] = "/tmp/pawl-model-XXXXXX";
    pawl_network *network = NULL;
    pawl_error error = {.message = ""};
    const int is_ambiguous = strcmp(row->family, "v2-v3") == 0;
    if (row->is_standard)
        return;
    write_wts(pt_data_path(row->file), path, 1);
    assert_int_equal(open_network(path, &network, &error),
                     is_ambiguous ? PAWL_ERR_AMBIGUOUS : PAWL_ERR_UNSUPPORTED);
    assert_non_null(strstr(error.message, is_ambiguous ? "--activation" : "hub or custom model"));
    assert_null(network);
    unlink(path);
}

int main(void)
{
    const int missing = pt_data_missing();
    if (missing != 0)
        return missing;
    struct CMUnitTest tests[2 + 3 * PW_COUNT(zoo)] = {
        cmocka_unit_test(yolov5n_is_itself),
        cmocka_unit_test(wts_given_is_the_same),
    };
    static const struct {
        const char *name;
        CMUnitTestFunction function;
    } kinds[] = {{"is known", network_is_known},
                 {"by way of a .wts", wts_written_is_the_same},
                 {"by way of a bare .wts", bare_wts_is_refused}};
    static char names[PW_COUNT(kinds) * PW_COUNT(zoo)][64];
    size_t count = 2;
    for (size_t k = 0; k < PW_COUNT(kinds); k++)
        for (size_t i = 0; i < PW_COUNT(zoo); i++, count++) {
            snprintf(names[count - 2], sizeof names[0], "%s %s", zoo[i].file, kinds[k].name);
            tests[count] = (struct CMUnitTest){
                .name = names[count - 2], .test_func = kinds[k].function, .initial_state = &zoo[i]};
        }
    return cmocka_run_group_tests_name("zoo_networks", tests, NULL, NULL);
}
