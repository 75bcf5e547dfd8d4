/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How good tracks are: MOTA and switches (Bernardin and Stiefelhagen, "Evaluating Multiple Object Tracking Performance: The CLEAR MOT Metrics",
 * 2008) and IDF1 (Ristani et al., "Performance Measures and a Data Set for Multi-Target, Multi-Camera Tracking", 2016), at an IoU of one half.
 */
#ifndef TEST_FIGURES_H
#define TEST_FIGURES_H

#include <pawl/detect.h>

enum { FIGURES_TRUE = 512, FIGURES_FOUND = 2048 };

typedef struct figures {
    uint32_t last_match[FIGURES_TRUE + 1]; /* the id that somebody had last; 0: none */
    uint32_t together[FIGURES_TRUE + 1][FIGURES_FOUND + 1]; /* frames that two ids lay on one another */
    long truth_boxes, found_boxes, missed, imagined, switches;
    double mota, idf1;
} figures;

/* A frame. Ids are from 1, each once a frame. */
void figures_add(figures *f, const uint32_t *truth_ids, const pawl_detection *truth, size_t truth_count, const uint32_t *found_ids,
                 const pawl_detection *found, size_t found_count);
/* Fills in mota and idf1. */
void figures_end(figures *f);

#endif
