/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks of kernels share: memory that ends where a page ends, values, a double's
 * activations, the count of results. */
#ifndef PT_CHECK_H
#define PT_CHECK_H

#include "kernels/kernel.h"

#include <stdio.h>

/* Memory whose end, rounded up to 4 bytes, is the end of the last page that may be touched. All of
 * it goes with pt_release_all(). */
void *pt_exact(size_t size);
float *pt_exact_floats(size_t count, float low, float high); /* random values */
/* The same for results: filled with a pattern that pt_is_untouched() knows. */
float *pt_exact_output(size_t count);
bool pt_is_untouched(float value);
void pt_release_all(void);

uint32_t pt_random(void);
size_t pt_random_from(size_t low, size_t high); /* both included */
double pt_activate(double x, pk_activation kind, double alpha);
bool pt_is_close(double got, double want, double tolerance);

/* Counts a case; prints it where it failed. */
void pt_result(bool is_right, const char *row, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void pt_check_conv(const pk_row *row);
void pt_check_dwconv(const pk_row *row);
void pt_check_eltwise(const pk_row *row);
void pt_check_maxpool(const pk_row *row);
void pt_check_upsample(const pk_row *row);
void pt_check_input(const pk_row *row);
void pt_check_decode(const pk_row *row);
void pt_check_candidates(const pk_row *row);
void pt_check_globalpool(const pk_row *row);
void pt_check_shuffle(const pk_row *row);
void pt_check_deconv(const pk_row *row);
void pt_check_attention(const pk_row *row);

#endif
