/* SPDX-License-Identifier: Apache-2.0 */
/* The text of .wts files. */
#include "fuzz_weights.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size <= (1u << 20))
        fuzz_weights(data, size);
    return 0;
}
