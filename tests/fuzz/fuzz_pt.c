/* SPDX-License-Identifier: Apache-2.0 */
/* Checkpoints. Bytes that begin with neither container's magic are taken for a pickle and packed
   into an archive, so that the pickle machine is reached without having to guess a zip directory.
 */
#include "fuzz_weights.h"
#include "unit/weights/small_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > (1u << 20))
        return 0;
    if (size >= 2 &&
        (memcmp(data, "PK", 2) == 0 || (data[0] == 0x80 && size > 2 && data[2] == 0x8a))) {
        fuzz_weights(data, size);
        return 0;
    }
    mk_buffer pickle = {NULL, 0, 0};
    mk_put(&pickle, data, size);
    mk_buffer file = small_archive(&pickle, &(small_options){.zip_flags = MK_NO_CRC});
    fuzz_weights(file.data, file.size);
    mk_free(&file);
    mk_free(&pickle);
    return 0;
}
