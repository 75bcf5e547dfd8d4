/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pools, a row each; all there is of one. A pool makes one value of each channel of a window, in the vocabulary of simd/: *begin* where the
 * window's first pixel in the picture holds first, then *fold* for all of its pixels in the picture, that one too, with all so far and the pixel's
 * value; at last *end*, where share is 1 / (kh * kw). X(operator, its word, begin, fold, end, ...)
 */
#ifndef PK_POOLS_H
#define PK_POOLS_H

#define PK_POOL_MAP(X, type, set, bits)                                                                                                   \
    X(MAXPOOL, maxpool, first, vf32_max(value, all), all, type, set, bits)                            /* padding does not count */         \
    X(AVGPOOL, avgpool, vf32_set1(0.0f), vf32_add(all, value), vf32_mul(all, share), type, set, bits) /* PyTorch's: of zeros in the padding too */

#endif
