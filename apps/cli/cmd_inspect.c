/* SPDX-License-Identifier: Apache-2.0 */
/* pawl inspect: what a .pt, .wts or .engine holds. Nothing in it is executed or lowered. */
#include "cli/inspect.h"

#include "cli/options.h"
#include "common/files.h"
#include "common/inputs.h"

#include <string.h>

typedef struct inspect_options {
    const char *json, *activation, *extract, *graph;
    bool is_memory;
} inspect_options;

/* clang-format off */
static const app_option options_table[] = {
    JSON_OPTION(inspect_options, json, "write one JSON object; - is stdout"),
    ACTIVATION_OPTION(inspect_options, activation),
    {.name = "extract-plan", .type = APP_TEXT, .offset = offsetof(inspect_options, extract),
     .value = "FILE", .writes = "plan engine", .help = "write the TensorRT plan inside an engine to FILE, for trtexec --loadEngine"},
    {.name = "graph", .type = APP_TEXT, .offset = offsetof(inspect_options, graph), .value = "FILE", .writes = "svg dot gv",
     .help = "write the layers and what they read from as a graph, SVG or Graphviz's DOT"},
    {.name = "memory", .type = APP_FLAG, .offset = offsetof(inspect_options, is_memory),
     .help = "print an engine's memory plan on the CPU: which layer's output lies where, from which step to which"},
};
/* clang-format on */

static int inspect_main(int argc, char **argv);

const app_command cli_inspect = {
    .name = "inspect",
    .arguments = "FILE",
    .brief = "Tells what a .pt, .wts or .engine holds",
    .details = "-v shows all: anchors, class names, layers, tactics, tensors, and the classes and "
               "functions that a pickle names. Those that are not known to be harmless are always "
               "shown, of any pickle, and make the exit code 4.",
    .example = "pawl inspect best.pt --json",
    APP_OPTIONS(options_table),
    .argument_min = 1,
    .argument_max = 1,
    .main = inspect_main,
};

static pawl_status open_plan(inspect_subject *subject, pawl_error *error)
{
    pawl_status status = pawl_plan_load(subject->path, &subject->plan, error);
    if (status >= 0)
        status = pawl_plan_info_get(subject->plan, &subject->plan_info, error);
    if (status >= 0)
        status = pawl_plan_model_get(subject->plan, &subject->model, error);
    subject->has_model = status >= 0;
    return status;
}

/* Weights whose network is not supported are still worth a look: tensors are shown, and the exit
 * code tells. */
static pawl_status open_weights(inspect_subject *subject, const char *activation, pawl_error *error)
{
    pawl_network_desc desc = PAWL_NETWORK_DESC_INIT;
    desc.activation = activation;
    pawl_status status = pawl_weights_load(subject->path, &subject->weights, error);
    if (status >= 0)
        status = pawl_weights_info_get(subject->weights, &subject->weights_info, error);
    if (status >= 0)
        status = pawl_network_create(subject->weights, &desc, &subject->network, error);
    if (status >= 0)
        status = pawl_network_info_get(subject->network, &subject->model, error);
    subject->has_model = status >= 0;
    return status;
}

/* The kind is what the content says; when nothing reads it, the name decides whose complaint is
 * heard. What a pickle names is seen whether or not it is a YOLOv5. */
static int open_subject(inspect_subject *subject, const char *activation)
{
    pawl_error plan_error = {0};
    subject->model.struct_size = sizeof subject->model;
    subject->plan_info.struct_size = sizeof subject->plan_info;
    subject->weights_info.struct_size = sizeof subject->weights_info;
    if (open_plan(subject, &plan_error) >= 0)
        return APP_EXIT_DONE;
    if (subject->plan != NULL || app_path_ends_in(subject->path, "engine plan")) {
        subject->error = plan_error;
        return APP_EXIT_DONE;
    }
    (void)open_weights(subject, activation, &subject->error);
    const bool is_wts = subject->weights != NULL && subject->weights_info.kind != PAWL_WEIGHTS_PT;
    if (is_wts || subject->error.status == PAWL_ERR_READ)
        return APP_EXIT_DONE;
    return inspect_globals_read(subject);
}

static bool is_to_show(const inspect_subject *subject)
{
    return subject->plan != NULL || subject->weights != NULL || subject->globals.has_pickle;
}

/* What is wrong with the file, when it has been shown. */
static int judge(const inspect_subject *subject)
{
    const pawl_error *whole = &subject->error, *pickle = &subject->globals.error;
    int code = APP_EXIT_DONE;
    if (whole->status < 0)
        code = app_fail_library(subject->path, whole);
    if (subject->globals.has_pickle && pickle->status < 0 &&
        strcmp(pickle->message, whole->message) != 0) {
        const int later = app_fail_library(subject->path, pickle);
        code = code == APP_EXIT_DONE ? later : code;
    }
    const int judged = inspect_globals_judge(subject);
    return judged == APP_EXIT_DONE ? code : judged;
}

static int write_json(const inspect_subject *subject, const char *target)
{
    app_output output;
    int code = app_output_open(&output, target);
    if (code != APP_EXIT_DONE)
        return code;
    json_t *object = inspect_json(subject);
    const bool is_written = object != NULL && app_json_write_line(output.stream, object);
    json_decref(object);
    code = app_output_check(&output);
    if (code == APP_EXIT_DONE && !is_written)
        code = app_fail_memory();
    if (code == APP_EXIT_DONE)
        return app_output_commit(&output);
    app_output_discard(&output);
    return code;
}

/* The first artifact whose key says TensorRT. */
static int extract_plan(const inspect_subject *subject, const char *target)
{
    pawl_artifact_info artifact = PAWL_ARTIFACT_INFO_INIT;
    app_output output;
    for (size_t i = 0; i < subject->plan_info.artifact_count; i++) {
        if (pawl_plan_artifact_get(subject->plan, i, &artifact, NULL) < 0 ||
            strncmp(artifact.key, "tensorrt", 8) != 0)
            continue;
        const int code = app_output_open(&output, target);
        if (code != APP_EXIT_DONE)
            return code;
        (void)fwrite(artifact.data, 1, artifact.size,
                     output.stream); /* commit reports what failed */
        app_note("%s: the plan of %s", target, artifact.key);
        return app_output_commit(&output);
    }
    return app_fail(APP_EXIT_UNSUPPORTED,
                    "%s holds no TensorRT plan; build it with --backend tensorrt", subject->path);
}

static int inspect_main(int argc, char **argv)
{
    inspect_options options = {0};
    app_arguments arguments;
    int code = 0;
    if (!app_parse(&cli_inspect, argc, argv, &options, &arguments, &code))
        return code;
    inspect_subject subject = {.path = arguments.items[0]};
    if (!app_inputs_add(subject.path))
        return app_fail_memory();
    code = open_subject(&subject, options.activation);
    if (code == APP_EXIT_DONE && is_to_show(&subject)) {
        if (options.extract != NULL)
            code = extract_plan(&subject, options.extract);
        else if (options.graph != NULL)
            code = inspect_graph_write(&subject, options.graph);
        else if (options.is_memory)
            code = inspect_memory_print(&subject);
        else if (options.json != NULL)
            code = write_json(&subject, options.json);
        else
            inspect_print(&subject, app_term_is_loud());
    }
    if (code == APP_EXIT_DONE)
        code = judge(&subject);
    inspect_globals_free(&subject);
    (void)pawl_plan_destroy(&subject.plan);
    (void)pawl_network_destroy(&subject.network);
    (void)pawl_weights_destroy(&subject.weights);
    return code;
}
