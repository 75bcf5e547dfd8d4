/* SPDX-License-Identifier: Apache-2.0 */
/* Calibrating for INT8: pictures through the float32 network, histograms of its tensors. */
#ifndef CLI_CALIBRATE_H
#define CLI_CALIBRATE_H

#include "cli/options.h"

typedef struct calibrate_options {
    const char *pictures; /* a folder, or a text file with a path a line; NULL: the cache has all */
    const char *cache;    /* NULL: none */
    int32_t count, max_pixels; /* 0: as many as a picture may have */
} calibrate_options;

/*
 * Reads the calibration from the cache where that is there, else runs @p desc's network in fp32 on
 * the pictures, and writes the cache. Says what it did, and what looks wrong with the pictures.
 * Returns an exit code; on 0 *calibration is the caller's.
 */
int cli_calibrate(const calibrate_options *options, pawl_builder *builder, pawl_network *network,
                  const pawl_build_desc *desc, pawl_calibration **calibration);

/* Rows of a file of precisions: "LAYER PRECISION" a line, # begins a comment. Rows and their
 * strings lie in one block, free() it. */
int cli_precision_map_read(const char *path, pawl_layer_precision **rows, size_t *count);

/* Number of a method of "entropy minmax percentile mse"; and these words. */
int32_t cli_calibration_method(const char *name);
const char *cli_calibration_methods(void);

#endif
