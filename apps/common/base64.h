/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as text (RFC 4648): pictures within HTML, and on terminals. */
#ifndef APP_BASE64_H
#define APP_BASE64_H

#include <stdint.h>
#include <stdio.h>

/* Writes size bytes, padded to groups of four letters; what goes wrong shows in ferror(). */
void app_put_base64(FILE *out, const uint8_t *data, size_t size);

#endif
