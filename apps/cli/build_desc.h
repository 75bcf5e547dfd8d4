/* SPDX-License-Identifier: Apache-2.0 */
/* What the options of pawl build make of a pawl_build_desc, and what speaks against them. */
#ifndef CLI_BUILD_DESC_H
#define CLI_BUILD_DESC_H

#include "cli/calibrate.h"
#include "cli/map_drop.h"
#include "common/args.h"

#include <pawl/pawl.h>

typedef struct build_options {
    const char *output, *names, *activation, *backend, *precision;
    const char *tune, *memory, *timing_cache, *fp16_audit, *fp16_fix;
    calibrate_options calib;
    const char *calib_method, *precision_map;
    map_drop_options drop;
    app_shapes shapes;
    size_t workspace;
    int32_t level;
    bool is_version_compatible, is_hardware_compatible;
    app_shape imgsz;
    app_batch batch;
    int32_t threads, contexts, gpu;
    const char *tf32, *tactics;
    bool is_dry_run, is_unoptimised;
    const char *lifetimes;
} build_options;

/* All that a build holds: zeroed beyond its options and input when it begins, and ended from any
 * state by cmd_build.c, whose command it is. */
struct build {
    const build_options *options;
    const char *input;
    char *output, *timing_cache, *curve;
    app_paths names;
    pawl_weights *weights;
    pawl_network *network;
    pawl_builder *builder;
    pawl_calibration *calibration;
    pawl_layer_precision *precisions;
    map_drop drop;
    pawl_plan *plan;
    pawl_model_info model;
};

bool cli_build_is_int8(const build_options *options);

/* "cublas,jit" as bits of pawl_tactic_source; false: a word is none of them. */
bool cli_build_tactics(const char *list, int32_t *sources);

/* Options that do not go together, or need another. Returns an exit code, and has said why. */
int cli_build_check(const build_options *options);

/* Fills in what is known before pictures are seen. Texts are the options' and the build's. */
void cli_build_describe(struct build *build, pawl_build_desc *desc);

/* For precision int8: what the pictures say, kept in the build, and the layers that stay out of it.
 * Returns an exit code, and has said why. */
int cli_build_calibrate(struct build *build, pawl_build_desc *desc);

#endif
