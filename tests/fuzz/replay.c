/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzzer's function over files and over the files of folders, without the fuzzer: for ctest,
 * and to look into what was found. */
#include "fuzz_target.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static unsigned passed, failed;

/* The bytes lie in a block of exactly their size, so that a sanitizer sees what reads beyond. */
static void run_file(const char *path)
{
    struct stat status;
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = NULL;
    if (file == NULL || stat(path, &status) != 0) {
        printf("FAILED %s: cannot be read\n", path);
        failed++;
    } else {
        const size_t size = (size_t)status.st_size;
        bytes = malloc(size == 0 ? 1 : size);
        if (bytes != NULL && fread(bytes, 1, size, file) == size) {
            (void)LLVMFuzzerTestOneInput(bytes, size);
            passed++;
        } else {
            printf("FAILED %s: cannot be read\n", path);
            failed++;
        }
    }
    free(bytes);
    if (file != NULL)
        fclose(file);
}

static void run_folder(const char *path, DIR *folder)
{
    char whole[4096];
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        struct stat status;
        const int length = snprintf(whole, sizeof whole, "%s/%s", path, entry->d_name);
        if (length > 0 && (size_t)length < sizeof whole && stat(whole, &status) == 0 &&
            S_ISREG(status.st_mode))
            run_file(whole);
    }
}

int main(int count, char **arguments)
{
    for (int i = 1; i < count; i++) {
        DIR *folder = opendir(arguments[i]);
        if (folder == NULL) {
            run_file(arguments[i]);
            continue;
        }
        run_folder(arguments[i], folder);
        closedir(folder);
    }
    if (passed + failed == 0) {
        printf("FAILED: no files given\n");
        failed++;
    }
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
