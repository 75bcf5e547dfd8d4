/* SPDX-License-Identifier: Apache-2.0 */
/* The module tree of a .pt, changed in one place each time: attributes are read, and what is
 * missing, wrong or unknown is refused by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "unit/model/tree_fixture.h"

enum change {
    SET_INT,
    SET_HALF,
    SET_TEXT,
    SET_LIST, /* of the words of a text: numbers, or texts */
    SET_NONE,
    TYPE,
    PACKAGE,
    NO_CHILD,
    EMPTY_CHILD, /* one of the name key and the type text, without weights */
    HEAVY_CHILD, /* the same with weights */
    TALLY_CHILD, /* the same with what thop counts in */
    NO_TENSOR,
    RESHAPE
};

static struct change_row {
    const char *name, *path;
    enum change change;
    const char *key, *text;
    int64_t number;
    pawl_status status;
    const char *message;
} rows[] = {
/* clang-format off */
#define OK PAWL_OK
#define BAD PAWL_ERR_CORRUPT
#define NOT PAWL_ERR_UNSUPPORTED
    {"unchanged", "model.0", SET_NONE, "np", NULL, 0, OK, ""},
    {"a fork's package", "model.0", PACKAGE, NULL, "yolov5.models.common", 0, OK, ""},
    {"another package", "model.0", PACKAGE, NULL, "ultralytics.nn.modules", 0, NOT, "layer 0: model.0 is ultralytics.nn.modules.Conv"},
    {"an unknown class", "model.3", TYPE, NULL, "CBAM", 0, NOT, "layer 3: model.3 is models.common.CBAM, which is no module of YOLOv5"},
    {"a Focus without its Conv", "model.0", TYPE, NULL, "Focus", 0, NOT, "layer 0: model.0.conv is torch.nn.modules.conv.Conv2d, where pawl runs only a Conv"},
    {"a Segment without masks", "model.24", TYPE, NULL, "Segment", 0, BAD, "attribute nm is missing"},
    {"a class that has moved", "model.4", PACKAGE, NULL, "models.experimental", 0, OK, ""},
    {"a C3TR is a C3 but for its m", "model.4", TYPE, NULL, "C3TR", 0, OK, ""},
    {"a strange Bottleneck", "model.4.m.0", TYPE, NULL, "CBAM", 0, NOT, "model.4.m.0 is models.common.CBAM"},
    {"a GhostBottleneck without shortcut", "model.4.m.0", TYPE, NULL, "GhostBottleneck", 0, BAD, "module model.4.m.0.conv of GhostBottleneck is missing"},
    {"a stage in a stage", "model.4.m.0", TYPE, NULL, "C3", 0, NOT, "model.4.m.0 is models.common.C3, which pawl does not run inside"},
    {"a head in a stage", "model.4.m.0", TYPE, NULL, "Detect", 0, NOT, "model.4.m.0 is models.common.Detect, which pawl does not run inside"},
    {"a Bottleneck in a Conv's place", "model.4.m.0.cv1", TYPE, NULL, "Bottleneck", 0, NOT, "model.4.m.0.cv1 is models.common.Bottleneck, which pawl does not run inside"},
    {"a strange part", "model.4.cv2", TYPE, NULL, "GhostConv", 0, BAD, "module model.4.cv2.cv1 of GhostConv"},
    {"a strange convolution", "model.4.cv2.conv", TYPE, NULL, "Conv3d", 0, NOT, "Conv3d"},
    {"a strange norm", "model.4.cv2.bn", TYPE, NULL, "GroupNorm", 0, NOT, "GroupNorm"},
    {"a norm of many cards", "model.4.cv2.bn", TYPE, NULL, "SyncBatchNorm", 0, OK, ""},
    {"an average pool", "model.9.m", TYPE, NULL, "AvgPool2d", 0, OK, ""},
    {"a strange activation", "model.4.cv2.act", TYPE, NULL, "PReLU", 0, NOT, "activation torch.nn.modules.activation.PReLU"},
    {"LeakyReLU without slope", "model.4.cv2.act", TYPE, NULL, "LeakyReLU", 0, BAD, "negative_slope is missing"},
    {"ReLU", "model.4.cv2.act", TYPE, NULL, "ReLU", 0, OK, ""},
    {"Hardswish", "model.4.cv2.act", TYPE, NULL, "Hardswish", 0, OK, ""},
    {"ELU without alpha", "model.4.cv2.act", TYPE, NULL, "ELU", 0, BAD, "alpha is missing"},
    {"Mish", "model.4.cv2.act", TYPE, NULL, "Mish", 0, OK, ""},
    {"GELU", "model.4.cv2.act", TYPE, NULL, "GELU", 0, OK, ""},
    {"Identity", "model.4.cv2.act", TYPE, NULL, "Identity", 0, OK, ""},
    {"attention in a Bottleneck", "model.4.m.0", HEAVY_CHILD, "ca", "CBAM", 0, NOT, "model.4.m.0.ca is models.common.CBAM, a part with weights that YOLOv5's Bottleneck has not"},
    {"attention in a Conv", "model.4.cv2", HEAVY_CHILD, "con", "SE", 0, NOT, "a part with weights that YOLOv5's Conv has not"},
    {"attention in a C3", "model.4", HEAVY_CHILD, "cv", "SE", 0, NOT, "a part with weights that YOLOv5's C3 has not"},
    {"attention in a head", "model.24", HEAVY_CHILD, "ia", "ImplicitA", 0, NOT, "a part with weights that YOLOv5's Detect has not"},
    {"an unused part without weights", "model.4.m.0", EMPTY_CHILD, "drop", "Dropout", 0, OK, ""},
    {"thop's tallies in a part", "model.4.m.0", TALLY_CHILD, "drop", "Dropout", 0, OK, ""},
    {"no layer list", "model", TYPE, NULL, "ModuleDict", 0, NOT, "no list of layers"},
    {"an ensemble", "", TYPE, NULL, "Ensemble", 0, NOT, "an ensemble of 0 models: pawl runs one; save that alone"},
    {"no model at all", "", NO_CHILD, "model", NULL, 0, NOT, "models.yolo.DetectionModel, which has no list of layers"},
    {"no f", "model.3", SET_NONE, "f", NULL, 0, BAD, "layer 3 (models.common.Conv) does not say where"},
    {"f in words", "model.3", SET_TEXT, "f", "-1", 0, BAD, "layer 3"},
    {"f forwards", "model.3", SET_INT, "f", NULL, 7, BAD, "layer 3 reads from layer 7"},
    {"f to itself", "model.3", SET_INT, "f", NULL, 3, BAD, "layer 3 reads from layer 3"},
    {"f before the first", "model.3", SET_INT, "f", NULL, -9, BAD, "layer 3 reads from layer -6"},
    {"f far away", "model.3", SET_INT, "f", NULL, INT64_MIN, BAD, "layer 3 reads"},
    {"f to another width", "model.5", SET_INT, "f", NULL, 0, BAD, "model.5.conv takes 16 channels"},
    {"f absolute", "model.3", SET_INT, "f", NULL, 2, OK, ""},
    {"f one further back", "model.8", SET_INT, "f", NULL, -1, OK, ""},
    {"a kernel that is missing", "model.3.conv", SET_NONE, "kernel_size", NULL, 0, BAD, "layer 3, model.3.conv (Conv2d): attribute kernel_size"},
    {"a kernel of 0", "model.3.conv", SET_INT, "kernel_size", NULL, 0, BAD, "kernel_size"},
    {"a kernel of 5", "model.3.conv", SET_INT, "kernel_size", NULL, 5, BAD, "tensor model.3.conv.weight is 16x8x3x3, but its module needs 16x8x5x5"},
    {"a stride of 0", "model.3.conv", SET_INT, "stride", NULL, 0, BAD, "stride"},
    {"a stride of 1", "model.3.conv", SET_INT, "stride", NULL, 1, BAD, "do not fit one another"},
    {"a padding below 0", "model.3.conv", SET_INT, "padding", NULL, -1, BAD, "padding"},
    {"a padding in words", "model.3.conv", SET_TEXT, "padding", "same", 0, NOT, "padding in numbers"},
    {"a padding of mirrors", "model.3.conv", SET_TEXT, "padding_mode", "reflect", 0, NOT, "padding_mode 'zeros'"},
    {"transposed", "model.3.conv", SET_INT, "transposed", NULL, 1, NOT, "transposed False"},
    {"three groups", "model.3.conv", SET_INT, "groups", NULL, 3, BAD, "3 groups"},
    {"pictures of infrared", "model.0.conv", SET_INT, "in_channels", NULL, 1, NOT, "takes pictures of 1 channel; pawl"},
    {"channels beyond", "model.3.conv", SET_INT, "out_channels", NULL, 65537, NOT, "attribute out_channels is 65537; pawl runs up to 65536"},
    {"other channels", "model.3.conv", SET_INT, "out_channels", NULL, 8, BAD, "needs 8x8x3x3"},
    {"no weights", "model.3.conv", NO_TENSOR, "weight", NULL, 0, BAD, "tensor model.3.conv.weight is missing"},
    {"weights of another shape", "model.3.conv", RESHAPE, "weight", NULL, 0, BAD, "model.3.conv.weight"},
    {"no mean", "model.3.bn", NO_TENSOR, "running_mean", NULL, 0, BAD, "tensor model.3.bn.running_mean is missing"},
    {"eps in words", "model.3.bn", SET_TEXT, "eps", "small", 0, BAD, "attribute eps"},
    {"no norm and no bias", "model.3", NO_CHILD, "bn", NULL, 0, BAD, "module model.3.bn"},
    {"no activation", "model.3", NO_CHILD, "act", NULL, 0, BAD, "module model.3.act"},
    {"no chain", "model.4", NO_CHILD, "m", NULL, 0, BAD, "module model.4.m"},
    {"no add", "model.4.m.0", SET_NONE, "add", NULL, 0, BAD, "attribute add"},
    {"add in the head", "model.13.m.0", SET_INT, "add", NULL, 1, OK, ""},
    {"a pool of 9", "model.9.m", SET_INT, "kernel_size", NULL, 9, BAD, "do not fit one another"},
    {"a dilated pool", "model.9.m", SET_INT, "dilation", NULL, 2, NOT, "dilation 1"},
    {"a pool that rounds up", "model.9.m", SET_INT, "ceil_mode", NULL, 1, NOT, "ceil_mode False"},
    {"a pool padded too far", "model.9.m", SET_INT, "padding", NULL, 3, BAD, "pool"},
    {"bilinear upsampling", "model.11", SET_TEXT, "mode", "bilinear", 0, NOT, "mode 'nearest'"},
    {"upsampling of pixels' middles", "model.11", SET_TEXT, "mode", "nearest-exact", 0, OK, ""},
    {"upsampling to a size", "model.11", SET_INT, "size", NULL, 40, NOT, "size None, and a scale_factor"},
    {"upsampling by 1.5", "model.11", SET_HALF, "scale_factor", NULL, 3, NOT, "scale_factor in whole numbers"},
    {"upsampling by 3", "model.11", SET_INT, "scale_factor", NULL, 3, BAD, "do not fit one another"},
    {"upsampling by nothing", "model.11", SET_NONE, "scale_factor", NULL, 0, BAD, "scale_factor"},
    {"a concatenation of rows", "model.12", SET_INT, "d", NULL, 2, NOT, "dimension 2"},
    {"no classes", "model.24", SET_INT, "nc", NULL, 0, BAD, "attribute nc"},
    {"other classes", "model.24", SET_INT, "nc", NULL, 3, BAD, "3 anchors and 3 classes need 24"},
    {"anchors beyond", "model.24", SET_INT, "na", NULL, 17, NOT, "attribute na is 17; pawl runs up to 16"},
    {"a kernel beyond", "model.3.conv", SET_INT, "kernel_size", NULL, 256, NOT, "attribute kernel_size is 256; pawl runs up to 255"},
    {"classes beyond", "model.24", SET_INT, "nc", NULL, 65537, NOT, "attribute nc is 65537; pawl runs up to 65536"},
    {"other anchors", "model.24", SET_INT, "na", NULL, 2, BAD, "model.24.anchors is 3x3x2"},
    {"no anchors", "model.24", NO_TENSOR, "anchors", NULL, 0, BAD, "tensor model.24.anchors is missing"},
    {"a stride beyond", "model.24", SET_LIST, "stride", "8 16 8192", 0, NOT, "level 2 of the head has a stride of 8192; pawl runs whole ones of up to 4096"},
    {"a stride that is not whole", "model.24", SET_LIST, "stride", "5.95349 16 32", 0, NOT, "level 0 of the head has a stride of 5.95349; pawl runs whole ones"},
    {"a stride below 1", "model.24", SET_LIST, "stride", "8 0.5 32", 0, BAD, "a stride of 0.5: the file is damaged"},
    {"one stride", "model.24", SET_INT, "stride", NULL, 8, BAD, "attribute stride"},
    {"no stride anywhere", "model.24", SET_NONE, "stride", NULL, 8, BAD, "attribute stride"},
    {"one level", "model.24", SET_INT, "f", NULL, 17, BAD, "stride"},
    {"no convolutions in the head", "model.24", NO_CHILD, "m", NULL, 0, BAD, "model.24 is given 16 channels, but 3 anchors and 2 classes need 21"},
    {"a head's convolution missing", "model.24.m", NO_CHILD, "1", NULL, 0, BAD, "2 convolutions for 3 levels"},
    {"no head", "model", NO_CHILD, "24", NULL, 0, NOT, "does not end in a Detect, Segment or Classify"},
    {"a norm without weights", "model.3.bn", SET_INT, "affine", NULL, 0, NOT, "affine True"},
    {"a norm by the batch at hand", "model.3.bn", SET_INT, "track_running_stats", NULL, 0, NOT, "track_running_stats True"},
    {"an approximate GELU", "model.4.cv2.act", TYPE, NULL, "GELU", 0, NOT, "approximate 'none'"},
    {"a mean of another count", "model.9.m", TYPE, NULL, "AvgPool2d", 0, NOT, "divisor_override None"},
    {"a mean of what is there", "model.9.m", TYPE, NULL, "AvgPool2d", 0, NOT, "count_include_pad True where it pads"},
    {"a strange pool", "model.9.m", TYPE, NULL, "LPPool2d", 0, NOT, "model.9.m is torch.nn.modules.pooling.LPPool2d, which is no pool"},
    {"upsampling in one direction", "model.11", SET_LIST, "scale_factor", "1 2", 0, NOT, "scale_factor equal for height and width"},
    {"a border of no size", "model.11", TYPE, NULL, "ZeroPad2d", 0, NOT, "padding in four whole numbers"},
    {"a border of three sides", "model.11", TYPE, NULL, "ZeroPad2d", 0, NOT, "padding in four whole numbers"},
    {"a border that cuts", "model.11", TYPE, NULL, "ZeroPad2d", 0, NOT, "padding of 0 to 255"},
    {"a border too wide", "model.11", TYPE, NULL, "ZeroPad2d", 0, NOT, "padding of 0 to 255"},
    {"transposed, over mirrors", "model.11", TYPE, NULL, "ConvTranspose2d", 0, NOT, "padding_mode 'zeros'"},
    {"transposed, of no channels", "model.11", TYPE, NULL, "ConvTranspose2d", 0, BAD, "attribute in_channels is missing"},
    {"8 channels over 9 pixels", "model.3", TYPE, NULL, "Expand", 0, BAD, "cannot spread 8 channels over 3 x 3 pixels"},
    {"channels without end", "model.3", TYPE, NULL, "Contract", 0, PAWL_ERR_LIMIT, "makes more than 65536 channels"},
    {"inputs in words", "model.12", SET_LIST, "f", "-1 six", 0, BAD, "layer 12: input 1 is no number"},
    {"inputs without end", "model.12", SET_LIST, "f", "6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6 6", 0, NOT, "layer 12 has 34 inputs"},
    {"a Conv of two", "model.3", SET_LIST, "f", "1 2", 0, BAD, "layer 3, model.3 (Conv): it takes one input, not 2"},
    {"a Sequential of two", "model.11", TYPE, NULL, "Sequential", 0, BAD, "layer 11, a Sequential, has 2 inputs"},
    {"a head of nine levels", "model.24", SET_LIST, "f", "17 20 23 17 20 23 17 20 23", 0, NOT, "the head has 9 levels"},
    {"layers after the head", "model.23", TYPE, NULL, "Detect", 0, BAD, "layer 23, model.23 (Detect): attribute nc is missing"},
    /* clang-format on */
};

/* What else is changed where one change is not enough, by the row's name. */
static const struct change_row also[] = {
    /* clang-format off */
    {"an approximate GELU", "model.4.cv2.act", SET_TEXT, "approximate", "tanh", 0, OK, ""},
    {"a mean of another count", "model.9.m", SET_INT, "divisor_override", NULL, 3, OK, ""},
    {"a mean of what is there", "model.9.m", SET_INT, "count_include_pad", NULL, 0, OK, ""},
    {"a border of three sides", "model.11", SET_LIST, "padding", "1 1 1", 0, OK, ""},
    {"a border that cuts", "model.11", SET_LIST, "padding", "1 -1 0 0", 0, OK, ""},
    {"a border too wide", "model.11", SET_LIST, "padding", "0 0 0 256", 0, OK, ""},
    {"transposed, over mirrors", "model.11", SET_TEXT, "padding_mode", "reflect", 0, OK, ""},
    {"8 channels over 9 pixels", "model.3", SET_INT, "gain", NULL, 3, OK, ""},
    {"channels without end", "model.3", SET_INT, "gain", NULL, 200, OK, ""},
    {"a Sequential of two", "model.11", SET_LIST, "f", "9 10", 0, OK, ""},
    {"an ensemble", "", NO_CHILD, "model", NULL, 0, OK, ""},
    /* clang-format on */
};

static void remove_child(pw_module *module, const char *name)
{
    size_t kept = 0;
    for (size_t i = 0; i < module->child_count; i++)
        if (strcmp(module->children[i]->name, name) != 0)
            module->children[kept++] = module->children[i];
    module->child_count = kept;
}

static void add_child(fixture *f, pw_module *module, const struct change_row *row)
{
    const size_t count = module->child_count, size = strlen(row->path) + strlen(row->key) + 2;
    const pw_module *first = find(f, "model.0.conv");
    pw_module *child = pw_arena_alloc(&f->weights->arena, sizeof *child);
    pw_module **grown = pw_arena_array(&f->weights->arena, count + 1, sizeof(pw_module *));
    char *path = pw_arena_alloc(&f->weights->arena, size);
    assert_true(child != NULL && grown != NULL && path != NULL);
    (void)snprintf(path, size, "%s.%s", row->path, row->key);
    *child =
        (pw_module){.name = row->key, .path = path, .package = "models.common", .type = row->text};
    if (row->change == HEAVY_CHILD) {
        child->tensors = first->tensors;
        child->tensor_count = first->tensor_count;
    }
    if (row->change == TALLY_CHILD) {
        static pw_tensor_data tally = {.name = "drop.total_ops", .dtype = PAWL_F32, .count = 1};
        static pw_module_tensor entry = {.key = "total_ops", .tensor = &tally};
        child->tensors = &entry;
        child->tensor_count = 1;
    }
    memcpy(grown, module->children, count * sizeof(pw_module *));
    grown[module->child_count++] = child;
    module->children = grown;
}

static void change_tensor(pw_module *module, const struct change_row *row)
{
    for (size_t i = 0; i < module->tensor_count; i++) {
        if (strcmp(module->tensors[i].key, row->key) != 0)
            continue;
        if (row->change == NO_TENSOR) {
            module->tensors[i].tensor = NULL;
        } else {
            module->tensors[i].tensor->dims[0] *= module->tensors[i].tensor->dims[1];
            module->tensors[i].tensor->dims[1] = 1;
        }
    }
}

static pw_value list_of(fixture *f, const char *words)
{
    pw_value values[40];
    size_t count = 0;
    for (const char *at = words; *at != '\0' && count < PW_COUNT(values); at += *at == ' ') {
        const size_t length = strcspn(at, " ");
        char *const word = pw_arena_alloc(&f->weights->arena, length + 1), *end;
        assert_non_null(word);
        memcpy(word, at, length);
        word[length] = '\0';
        const long long number = strtoll(word, &end, 10);
        const char *const rest = end;
        const double real = strtod(word, &end);
        values[count++] = *rest == '\0'  ? integer(number)
                          : *end == '\0' ? (pw_value){.kind = PW_VALUE_FLOAT, .as.real = real}
                                         : text(word);
        at += length;
    }
    return list(f, PW_VALUE_LIST, values, count);
}

static void apply(fixture *f, const struct change_row *row)
{
    pw_module *module = find(f, row->path);
    assert_non_null(module);
    switch (row->change) {
    case SET_INT:
        set(f, module, row->key, integer(row->number));
        break;
    case SET_HALF:
        set(f, module, row->key,
            (pw_value){.kind = PW_VALUE_FLOAT, .as.real = (double)row->number / 2});
        break;
    case SET_TEXT:
        set(f, module, row->key, text(row->text));
        break;
    case SET_LIST:
        set(f, module, row->key, list_of(f, row->text));
        break;
    case SET_NONE:
        set(f, module, row->key, (pw_value){.kind = PW_VALUE_NONE});
        break;
    case TYPE:
        module->type = row->text;
        break;
    case PACKAGE:
        module->package = row->text;
        break;
    case NO_CHILD:
        remove_child(module, row->key);
        break;
    case EMPTY_CHILD:
    case HEAVY_CHILD:
    case TALLY_CHILD:
        add_child(f, module, row);
        break;
    case NO_TENSOR:
    case RESHAPE:
        change_tensor(module, row);
        break;
    }
}

static struct change_row *current;

static void change_shows(void **state)
{
    fixture *f = *state;
    pawl_network *network = NULL;
    pawl_error error = {.message = ""};
    apply(f, current);
    for (size_t i = 0; i < PW_COUNT(also); i++)
        if (strcmp(also[i].name, current->name) == 0)
            apply(f, &also[i]);
    const pawl_status status = make_network(f, NULL, &network, &error);
    if (status != current->status || strstr(error.message, current->message) == NULL)
        fail_msg("%s: \"%s\" lacks \"%s\"", pawl_status_name(status), error.message,
                 current->message);
    assert_true((network != NULL) == (status == PAWL_OK));
    (void)pawl_network_destroy(&network);
    assert_int_equal(pawl_object_count(), 0);
}

static int make_row(void **state)
{
    current = *state;
    return make(state);
}

static void activation_is_not_for_a_pt(void **state)
{
    pawl_network_desc desc = PAWL_NETWORK_DESC_INIT;
    pawl_network *network = NULL;
    pawl_error error = {.message = ""};
    desc.activation = "silu";
    assert_int_equal(make_network(*state, &desc, &network, &error), PAWL_ERR_ARGUMENT);
}

/* Makes a layer an nn.Sequential of itself, so many times. */
static void repeat_layer(fixture *f, size_t index, size_t count)
{
    pw_module *layers = find(f, "model"),
              *sequence = pw_arena_alloc(&f->weights->arena, sizeof *sequence);
    assert_non_null(sequence);
    *sequence = *layers->children[index];
    sequence->package = "torch.nn.modules.container";
    sequence->type = "Sequential";
    sequence->tensor_count = 0;
    sequence->child_count = count;
    sequence->children = pw_arena_array(&f->weights->arena, count, sizeof(pw_module *));
    assert_non_null(sequence->children);
    for (size_t i = 0; i < count; i++)
        sequence->children[i] = layers->children[index];
    layers->children[index] = sequence;
}

/* n = 2 of a Conv in a yaml: an nn.Sequential of two; here of the last 1x1 before an upsampling and
 * itself would not fit, so of one. */
static void sequence_of_blocks_is_run(void **state)
{
    fixture *f = *state;
    pawl_network *network = NULL;
    pawl_error error = {.message = ""};
    repeat_layer(f, 10, 1);
    assert_int_equal(make_network(f, NULL, &network, &error), PAWL_OK);
    pawl_model_info info = {.struct_size = sizeof info};
    assert_int_equal(pawl_network_info_get(network, &info, &error), PAWL_OK);
    assert_string_equal(info.family, "custom"); /* no longer the published graph */
    assert_int_equal(info.layer_count, 201);
    (void)pawl_network_destroy(&network);
}

/* A few bytes of pickle can mention one module any number of times. */
/* Behind the head and nowhere else. */
static void suppression_of_its_own_is_passed_over(void **state)
{
    fixture *f = *state;
    pawl_network *network = NULL;
    pawl_error error = {.message = ""};
    pw_module *layers = find(f, "model"), *last = pw_arena_alloc(&f->weights->arena, sizeof *last);
    pw_module **grown =
        pw_arena_array(&f->weights->arena, layers->child_count + 1, sizeof(pw_module *));
    assert_true(last != NULL && grown != NULL);
    *last =
        (pw_module){.name = "25", .path = "model.25", .package = "models.common", .type = "NMS"};
    memcpy(grown, layers->children, layers->child_count * sizeof(pw_module *));
    grown[layers->child_count++] = last;
    layers->children = grown;
    assert_int_equal(make_network(f, NULL, &network, &error), PAWL_OK);
    pawl_model_info info = {.struct_size = sizeof info};
    assert_int_equal(pawl_network_info_get(network, &info, &error), PAWL_OK);
    assert_int_equal(info.layer_count, 201);
    (void)pawl_network_destroy(&network);
}

static void module_repeated_without_end_is_refused(void **state)
{
    fixture *f = *state;
    pawl_network *network = NULL;
    pawl_error error = {.message = ""};
    repeat_layer(f, 8, 100000);
    assert_int_equal(make_network(f, NULL, &network, &error), PAWL_ERR_LIMIT);
}

/* The limit of the network's memory is met by what is no constant too. */
static void names_without_end_are_refused(void **state)
{
    enum { SIZE = 40 << 20 };
    fixture *f = *state;
    pawl_network *network = NULL;
    pawl_error error = {.message = ""};
    char *path = pw_arena_alloc(&f->weights->arena, SIZE);
    assert_non_null(path);
    memset(path, 'x', SIZE - 1);
    find(f, "model.0")->path = path;
    assert_int_equal(make_network(f, NULL, &network, &error), PAWL_ERR_LIMIT);
}

static void arguments_are_checked(void **state)
{
    fixture *f = *state;
    pawl_network *network = NULL;
    pawl_error error = {.message = ""};
    pawl_network_desc desc = PAWL_NETWORK_DESC_INIT;
    pawl_model_info info = {.struct_size = 0};
    pawl_weights *weights = pw_object_publish(f->weights);
    f->weights = NULL;
    assert_int_equal(pawl_network_create(NULL, NULL, &network, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_network_create(weights, NULL, NULL, &error), PAWL_ERR_ARGUMENT);
    desc.struct_size = 0;
    assert_int_equal(pawl_network_create(weights, &desc, &network, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_network_create(weights, NULL, &network, &error), PAWL_OK);
    assert_int_equal(pawl_network_info_get(network, &info, &error), PAWL_ERR_ARGUMENT);
    assert_int_equal(pawl_network_info_get(network, NULL, &error), PAWL_ERR_ARGUMENT);
    info.struct_size = offsetof(pawl_model_info, level_count); /* an older program's struct */
    info.level_count = -7;
    assert_int_equal(pawl_network_info_get(network, &info, &error), PAWL_OK);
    assert_int_equal(info.class_count, 2);
    assert_int_equal(info.level_count, -7);
    pawl_network *copy = network;
    assert_int_equal(pawl_weights_destroy(&weights), PAWL_DEFERRED); /* the network pins them */
    assert_int_equal(pawl_network_destroy(&network), PAWL_OK);
    assert_null(network);
    info.struct_size = sizeof info;
    assert_int_equal(pawl_network_info_get(copy, &info, &error), PAWL_ERR_DEAD_HANDLE);
    assert_null(pawl_network_class_name(copy, 0));
    assert_int_equal(pawl_object_count(), 0);
}

int main(void)
{
    struct CMUnitTest tests[6 + PW_COUNT(rows)] = {
        cmocka_unit_test_setup_teardown(module_repeated_without_end_is_refused, make, drop),
        cmocka_unit_test_setup_teardown(names_without_end_are_refused, make, drop),
        cmocka_unit_test_setup_teardown(activation_is_not_for_a_pt, make, drop),
        cmocka_unit_test_setup_teardown(sequence_of_blocks_is_run, make, drop),
        cmocka_unit_test_setup_teardown(suppression_of_its_own_is_passed_over, make, drop),
        cmocka_unit_test_setup_teardown(arguments_are_checked, make, drop),
    };
    for (size_t i = 0; i < PW_COUNT(rows); i++)
        tests[6 + i] = (struct CMUnitTest){.name = rows[i].name,
                                           .test_func = change_shows,
                                           .setup_func = make_row,
                                           .teardown_func = drop,
                                           .initial_state = &rows[i]};
    return cmocka_run_group_tests_name("modules", tests, NULL, NULL);
}
