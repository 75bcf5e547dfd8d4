/* SPDX-License-Identifier: Apache-2.0 */
/* Where tests find the shared data: PAWL_TEST_DATA, else ../shared/data beside the sources. Absent: skipped, but a failure in CI. */
#ifndef PT_TEST_DATA_H
#define PT_TEST_DATA_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PT_SKIPPED 77 /* ctest's SKIP_RETURN_CODE */

/* The folder, or NULL where it is absent. Static storage. */
static inline const char *pt_data_folder(void)
{
    static char folder[1024];
    const char *given = getenv("PAWL_TEST_DATA");
    const char *source = getenv("PAWL_SOURCE_DIR");
    if (given != NULL && given[0] != '\0')
        snprintf(folder, sizeof folder, "%s", given);
    else
        snprintf(folder, sizeof folder, "%s/../shared/data", source != NULL ? source : ".");
    return access(folder, R_OK) == 0 ? folder : NULL;
}

/* A file of the shared data; two calls' results may be held at a time. */
static inline const char *pt_data_path(const char *relative)
{
    static char paths[2][2048];
    static unsigned turn;
    char *path = paths[turn++ % 2];
    const char *folder = pt_data_folder();
    snprintf(path, sizeof paths[0], "%s/%s", folder != NULL ? folder : "", relative);
    return path;
}

/* For main(): returns the exit status with which to leave where the data is absent, else 0. */
static inline int pt_data_missing(void)
{
    if (pt_data_folder() != NULL)
        return 0;
    const char *ci = getenv("CI");
    const int is_ci = ci != NULL && strcmp(ci, "true") == 0;
    fprintf(stderr, "the shared test data is absent (PAWL_TEST_DATA): %s\n", is_ci ? "a failure in CI" : "skipped");
    return is_ci ? 1 : PT_SKIPPED;
}

#endif
