/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the seeds from which fuzz_network starts: of each published graph, with the fewest
 * channels, names and counts of its .wts and its tree of modules as text, and a tree of the modules
 * that only custom models have. make_network_corpus FOLDER, e.g. corpus/network.
 */
#include "model/wts_topology.h"
#include "unit/model/wts_text.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const graph_names[PW_PUBLISHED_COUNT] = {"p5", "p6",    "segment", "classify",
                                                            "v4", "v5-p6", "v2",      "v1"};

static FILE *create(const char *folder, const char *kind, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s-%s", folder, kind, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        printf("%s cannot be written\n", path);
        exit(1);
    }
    return file;
}

static void print_scalar(FILE *out, const pw_value *value)
{
    if (value->kind == PW_VALUE_INT)
        fprintf(out, "%" PRId64, value->as.integer);
    else if (value->kind == PW_VALUE_FLOAT)
        fprintf(out, "%.17g", value->as.real);
    else if (value->kind == PW_VALUE_BOOL)
        fputs(value->as.boolean ? "True" : "False", out);
    else if (value->kind == PW_VALUE_STRING)
        fputs(value->as.string.text, out);
    else
        fputs("None", out);
}

static void print_attributes(FILE *out, const pw_value *dict)
{
    for (size_t i = 0; dict != NULL && i < dict->as.list.count; i += 2) {
        const pw_value *value = dict->as.list.items[i + 1];
        fprintf(out, " %s=", pw_value_text(dict->as.list.items[i]));
        if (value->kind != PW_VALUE_LIST) {
            print_scalar(out, value);
            continue;
        }
        for (size_t k = 0; k < value->as.list.count; k++) {
            fputc(k == 0 ? '(' : ',', out);
            print_scalar(out, value->as.list.items[k]);
        }
        fputc(')', out);
    }
}

static void print_module(FILE *out, const pw_module *module, size_t depth)
{
    fprintf(out, "%*s%s%s%s %s", (int)depth, "", module->name, depth > 0 ? " " : "",
            module->package, module->type);
    print_attributes(out, module->attributes);
    for (size_t i = 0; i < module->tensor_count; i++) {
        const pw_module_tensor *tensor = &module->tensors[i];
        fprintf(out, " %s%c", tensor->key, tensor->is_parameter ? ':' : '@');
        if (tensor->tensor == NULL)
            fputs("None", out);
        for (int32_t d = 0; tensor->tensor != NULL && d < tensor->tensor->rank; d++)
            fprintf(out, "%s%" PRId64, d == 0 ? "" : "x", tensor->tensor->dims[d]);
        if (strcmp(tensor->key, "anchors") == 0)
            fputc('*', out); /* a view, as a file may have it */
    }
    fputc('\n', out);
}

static void print_tree(FILE *out, const pw_module *root)
{
    struct {
        const pw_module *module;
        size_t next;
    } path[16] = {{root, 0}};
    print_module(out, root, 0);
    for (size_t depth = 1; depth > 0 && depth < PW_COUNT(path);) {
        const pw_module *module = path[depth - 1].module;
        const size_t child = path[depth - 1].next++;
        if (child >= module->child_count) {
            depth--;
            continue;
        }
        print_module(out, module->children[child], depth);
        path[depth].module = module->children[child];
        path[depth++].next = 0;
    }
}

/* Lines of a .wts without their values, but for the head's anchors and strides. */
static void print_counts(FILE *out, const char *text)
{
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1) {
        const size_t whole = strcspn(line, "\n"), name = strcspn(line, " \n");
        const char *is_head = strstr(line, ".anchor");
        if (is_head == NULL || is_head > line + name)
            is_head = strstr(line, ".strides ");
        size_t length = whole;
        if (name < whole && (is_head == NULL || is_head > line + name))
            length = name + 1 + strspn(line + name + 1, "0123456789");
        fprintf(out, "%.*s\n", (int)length, line);
    }
}

/* The modules of the other graphs are those of these. */
static bool has_tree(size_t graph)
{
    return pw_published_graphs[graph].level_count < 4 && strcmp(graph_names[graph], "v4") != 0;
}

static void write_graph(const char *folder, size_t graph)
{
    const pt_wts wanted = {graph, 64, 1, 2, graph != 6, true, graph >= 4, NULL, NULL, 0, NULL};
    pw_weights *weights = NULL;
    pw_arena arena = {.last = NULL};
    const pw_module *root = NULL;
    pawl_error error = {.message = ""};
    size_t size = 0;
    char *text = pt_wts_make(&wanted, &size);
    FILE *counts = create(folder, "wts", graph_names[graph]);
    if (text == NULL || pt_wts_open(text, size, &weights, &error) < 0 ||
        pw_wts_topology(weights, graph == 6 ? "Hardswish" : NULL, &arena, &root, &error) < 0) {
        printf("%s: %s\n", graph_names[graph], error.message);
        exit(1);
    }
    print_counts(counts, text);
    bool is_good = fclose(counts) == 0;
    if (has_tree(graph)) {
        FILE *tree = create(folder, "tree", graph_names[graph]);
        print_tree(tree, root);
        is_good = fclose(tree) == 0 && is_good;
    }
    pw_arena_free(&arena);
    pw_object_abandon(weights);
    free(text);
    if (!is_good)
        exit(1);
}

/* A Conv with a batch norm. */
static void conv(FILE *out, int depth, const char *name, int in, int width, int kernel)
{
    fprintf(out, "%*s%s models.common Conv%s\n", depth, "", name, depth == 2 ? " f=-1" : "");
    fprintf(out,
            "%*sconv torch.nn.modules.conv Conv2d in_channels=%d out_channels=%d kernel_size=%d "
            "stride=1 padding=%d dilation=1 groups=1 weight:%dx%dx%dx%d\n",
            depth + 1, "", in, width, kernel, kernel / 2, width, in, kernel, kernel);
    fprintf(out,
            "%*sbn torch.nn.modules.batchnorm BatchNorm2d eps=0.001 weight:%d bias:%d "
            "running_mean@%d running_var@%d\n",
            depth + 1, "", width, width, width, width);
    fprintf(out, "%*sact torch.nn.modules.activation LeakyReLU negative_slope=0.1\n", depth + 1,
            "");
}

static void ghost(FILE *out, int depth, const char *name)
{
    fprintf(out, "%*s%s models.common GhostConv%s\n", depth, "", name, depth == 2 ? " f=-1" : "");
    conv(out, depth + 1, "cv1", 8, 4, 1);
    conv(out, depth + 1, "cv2", 4, 4, 5);
}

static void transformer(FILE *out, const char *name)
{
    fprintf(out, "  %s models.common TransformerBlock f=-1\n", name);
    fputs(
        "   linear torch.nn.modules.linear Linear in_features=8 out_features=8 weight:8x8 bias:8\n"
        "   tr torch.nn.modules.container Sequential\n"
        "    0 models.common TransformerLayer\n",
        out);
    static const char *const parts[] = {"q", "k", "v", "fc1", "fc2"};
    for (size_t i = 0; i < PW_COUNT(parts); i++)
        fprintf(out,
                "     %s torch.nn.modules.linear Linear in_features=8 out_features=8 weight:8x8\n",
                parts[i]);
    fputs("     ma torch.nn.modules.activation MultiheadAttention num_heads=2 in_proj_weight:24x8 "
          "in_proj_bias:24\n"
          "      out_proj torch.nn.modules.linear Linear in_features=8 out_features=8 weight:8x8 "
          "bias:8\n",
          out);
}

static void write_custom(const char *folder)
{
    FILE *out = create(folder, "tree", "custom");
    fputs("fork.models.yolo Model names={0,cat,1,dog} stride=(8,16)\n"
          " model torch.nn.modules.container Sequential\n"
          "  0 torch.nn.modules.conv Conv2d f=-1 in_channels=3 out_channels=8 kernel_size=(3,3) "
          "stride=(2,2) padding=(1,1) dilation=(1,1) groups=1 padding_mode=zeros transposed=False "
          "weight:8x3x3x3 bias:8 unused@0\n",
          out);
    ghost(out, 2, "1");
    fputs("  2 torch.nn.modules.container Sequential f=-1\n   0 models.common GhostBottleneck\n"
          "    conv torch.nn.modules.container Sequential\n",
          out);
    ghost(out, 5, "0");
    fputs("    shortcut torch.nn.modules.linear Identity\n"
          "  3 models.experimental CrossConv f=-1 add=True\n",
          out);
    conv(out, 3, "cv1", 8, 8, 1);
    conv(out, 3, "cv2", 8, 8, 1);
    fputs("  4 models.experimental MixConv2d f=-1\n   m torch.nn.modules.container ModuleList\n",
          out);
    for (int i = 0; i < 2; i++)
        fprintf(out,
                "    %d torch.nn.modules.conv Conv2d in_channels=8 out_channels=4 kernel_size=%d "
                "stride=1 padding=%d dilation=1 groups=4 weight:4x2x%dx%d\n",
                i, 2 * i + 1, i, 2 * i + 1, 2 * i + 1);
    fputs("   bn torch.nn.modules.batchnorm BatchNorm2d eps=1e-5 weight:8 bias:8 running_mean@8 "
          "running_var@8\n   act torch.nn.modules.activation ReLU\n",
          out);
    transformer(out, "5");
    fputs("  6 models.experimental Sum f=(-1,3,1) w:2\n"
          "  7 models.common Contract f=-1 gain=2\n  8 models.common Expand f=-1 gain=2\n"
          "  9 torch.nn.modules.padding ZeroPad2d f=-1 padding=(0,1,0,1)\n"
          "  10 torch.nn.modules.pooling MaxPool2d f=-1 kernel_size=2 stride=1 padding=0 "
          "dilation=1 ceil_mode=False\n"
          "  11 torch.nn.modules.conv ConvTranspose2d f=-1 in_channels=8 out_channels=8 "
          "kernel_size=(2,2) stride=(2,2) padding=(0,0) output_padding=(0,0) dilation=(1,1) "
          "groups=2 weight:8x4x2x2 bias:8\n"
          "  12 torch.nn.modules.conv Conv2d f=-1 in_channels=8 out_channels=8 kernel_size=3 "
          "stride=8 padding=1 dilation=1 groups=8 weight:8x1x3x3\n"
          "  13 torch.nn.modules.conv Conv2d f=-1 in_channels=8 out_channels=8 kernel_size=3 "
          "stride=2 padding=1 dilation=1 groups=1 weight:8x8x3x3\n"
          "  14 models.yolo Detect f=(12,13) nc=2 na=1 stride=@2 anchors@2x1x2\n"
          "   m torch.nn.modules.container ModuleList\n",
          out);
    for (int i = 0; i < 2; i++)
        fprintf(out,
                "    %d torch.nn.modules.conv Conv2d in_channels=8 out_channels=7 kernel_size=1 "
                "stride=1 padding=0 dilation=1 groups=1 weight:7x8x1x1 bias:7\n",
                i);
    if (fclose(out) != 0)
        exit(1);
}

int main(int count, char **arguments)
{
    if (count != 2)
        return 2;
    for (size_t graph = 0; graph < PW_PUBLISHED_COUNT; graph++)
        write_graph(arguments[1], graph);
    write_custom(arguments[1]);
    return 0;
}
