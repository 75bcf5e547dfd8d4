/* SPDX-License-Identifier: Apache-2.0 */
/* What reading and writing files share; os.h is what others see. */
#ifndef PW_OS_FILE_H
#define PW_OS_FILE_H

#include <sys/stat.h>

/* What a path is, when it is not a regular file; NULL when it is. */
static inline const char *pw_os_unusual_kind(mode_t mode)
{
    if (S_ISREG(mode))
        return NULL;
    if (S_ISDIR(mode))
        return "a folder";
    if (S_ISFIFO(mode))
        return "a pipe";
    if (S_ISSOCK(mode))
        return "a socket";
    return "a device";
}

#endif
