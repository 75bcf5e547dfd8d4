/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time, memory and file size of a build from its plan. Of the CPU memory is what is planned, and
 * the file is its constants and a little for each layer; what tuning takes grows with the network's
 * work. TensorRT's are its own: they are bounded by what is known of them.
 */
#include "cli/build_forecast.h"
#include "common/term.h"

#include <string.h>

#define LAYER_BYTES  340.0 /* of a layer in an engine: name, attributes, tensor */
#define QUICK_MS     700.0 /* of --tune quick, by GFLOP of the network on one core */
#define FULL_MS      6000.0
#define HALF_SHARE   0.5  /* of the constants that TensorRT's plan keeps in 16 bits */
#define INT8_SHARE   0.26 /* with scales and biases */
#define TENSORRT_LOW "half a minute"

/* Of the constants in float32 that an engine of the precision keeps. */
static double share_of(const build_forecast *forecast)
{
    const char *precision = forecast->precision != NULL ? forecast->precision : "fp32";
    return strcmp(precision, "int8") == 0 ? INT8_SHARE : strcmp(precision, "fp32") == 0 ? 1 : 0.5;
}

/* And of those that TensorRT's plan keeps. */
static double plan_share_of(const build_forecast *forecast)
{
    const char *precision = forecast->precision != NULL ? forecast->precision : "fp32";
    return strcmp(precision, "fp32") == 0   ? 1
           : strcmp(precision, "int8") == 0 ? INT8_SHARE
                                            : HALF_SHARE;
}

static void say_time(const build_forecast *forecast, double gflops)
{
    char text[APP_HUMAN_SIZE];
    if (strcmp(forecast->backend, "tensorrt") == 0) {
        app_say("time        %s to 20 minutes: TensorRT times each layer on the GPU; "
                "--timing-cache FILE makes the next build short",
                TENSORRT_LOW);
        return;
    }
    const double tuning = strcmp(forecast->tune, "full") == 0    ? FULL_MS * gflops
                          : strcmp(forecast->tune, "quick") == 0 ? QUICK_MS * gflops
                                                                 : 0;
    app_say("time        about %s%s", app_human_duration(text, forecast->plan_ms + tuning),
            tuning > 0 ? " on one core, less where timings are known" : "");
}

static void say_memory(const pawl_memory_info *memory)
{
    char text[5][APP_HUMAN_SIZE];
    const uint64_t context = memory->workspace_size + memory->scratch_size + memory->binding_size;
    app_say("memory      %s: constants %s; a context of batch %d at %dx%d %s (tensors %s, kernels "
            "%s)",
            app_human_bytes(text[0], memory->packed_size + context),
            app_human_bytes(text[1], memory->packed_size), memory->batch, memory->height,
            memory->width, app_human_bytes(text[2], context),
            app_human_bytes(text[3], memory->workspace_size),
            app_human_bytes(text[4], memory->scratch_size));
}

int cli_forecast_say(pawl_plan *plan, const build_forecast *forecast)
{
    char text[APP_HUMAN_SIZE];
    pawl_error error = {0};
    pawl_plan_info info = PAWL_PLAN_INFO_INIT;
    pawl_model_info model = PAWL_MODEL_INFO_INIT;
    pawl_memory_info memory = PAWL_MEMORY_INFO_INIT;
    pawl_memory_desc desc = PAWL_MEMORY_DESC_INIT;
    desc.threads = forecast->threads;
    if (pawl_plan_info_get(plan, &info, &error) < 0 ||
        pawl_plan_model_get(plan, &model, &error) < 0 ||
        pawl_plan_memory_get(plan, &desc, &memory, NULL, NULL, &error) < 0)
        return app_fail_library(forecast->output, &error);
    const bool is_tensorrt = strcmp(forecast->backend, "tensorrt") == 0;
    const double constants = (double)info.constant_size;
    double size = constants * share_of(forecast) + LAYER_BYTES * (double)model.layer_count;
    if (is_tensorrt) /* the plan beside the constants, from which it can be built again */
        size += constants * plan_share_of(forecast);
    app_say("%s: dry run, nothing is written", forecast->output);
    app_say("file        about %s%s", app_human_bytes(text, (uint64_t)size),
            is_tensorrt ? ", with TensorRT's plan" : "");
    say_memory(&memory);
    if (is_tensorrt)
        app_say("            on the CPU; TensorRT's own is what --workspace allows it at most");
    say_time(forecast, model.gflops);
    return APP_EXIT_DONE;
}
