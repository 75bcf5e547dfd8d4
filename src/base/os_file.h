/* SPDX-License-Identifier: Apache-2.0 */
/* What reading and writing files share; os.h is what others see. */
#ifndef PW_OS_FILE_H
#define PW_OS_FILE_H

#include "base/os.h"

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

/* os_file_name.c: the names of files that are being written. */
#define PW_OS_TEMPORARY_ROOM 27 /* ".pawl-tmp-", sixteen digits, terminator */

/* Opens file->descriptor: a file without a name in the folder of file->path, or with one, which is
 * written to file->temporary. 0 or errno. */
int pw_os_temporary_open(pw_os_file *file);

/* Gives it the name file->path, in place of what has it. 0 or errno, then it is as it was. */
int pw_os_temporary_publish(pw_os_file *file);

/* "." where the path has none. False: it is too long. */
bool pw_os_folder_of(const char *path, char *folder, size_t size);

#endif
