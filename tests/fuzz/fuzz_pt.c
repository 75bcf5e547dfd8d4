/* SPDX-License-Identifier: Apache-2.0 */
/* Checkpoints, or pickles alone, and the names in them. */
#include "fuzz_pack.h"
#include "fuzz_weights.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > (1u << 20))
        return 0;
    mk_buffer file = fuzz_pack(data, size);
    fuzz_weights(file.data, file.size);
    fuzz_globals(file.data, file.size);
    mk_free(&file);
    return 0;
}
