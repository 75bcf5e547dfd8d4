/* SPDX-License-Identifier: Apache-2.0 */
/* Versions: of the headers, and of the library that is running. */
#ifndef PAWL_VERSION_H
#define PAWL_VERSION_H

#include <pawl/export.h>

#define PAWL_VERSION_MAJOR  0 /* of these headers */
#define PAWL_VERSION_MINOR  2 /* before 1.0: another interface */
#define PAWL_VERSION_PATCH  0 /* the same interface, mended */
#define PAWL_VERSION_STRING "0.2.0" /* the three of them */

PAWL_BEGIN

/** Version of the library that is running, "MAJOR.MINOR.PATCH". Static storage. Any thread. Since 0.1. */
PAWL_API const char *pawl_version(void);

PAWL_END

#endif
