/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a picture: decoded, or refused with a sentence. What decodes is boxed too, when it
 * is small. */
#include <pawl/image.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pawl_image *image = NULL;
    pawl_error error = {.status = PAWL_OK};
    const pawl_status status = pawl_image_decode(data, size, NULL, &image, &error);
    if (status < 0) {
        if (image != NULL || error.status != status || strlen(error.message) < 10 ||
            status == PAWL_ERR_INTERNAL)
            abort();
        return 0;
    }
    pawl_image_view view;
    if (pawl_image_view_get(image, &view, &error) < 0 || view.width < 1 || view.height < 1)
        abort();
    pawl_image *boxed = NULL;
    if ((int64_t)view.width * view.height <= 1 << 16 &&
        pawl_image_letterbox(image, 32, 64, &boxed, &error) < 0)
        abort();
    pawl_image_destroy(&boxed);
    pawl_image_destroy(&image);
    return 0;
}
