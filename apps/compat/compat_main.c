/* SPDX-License-Identifier: Apache-2.0 */
/* The command lines, to the number of their words. */
#include "compat/compat.h"

#include <stdlib.h>
#include <string.h>

/* COMPAT_DET, COMPAT_SEG or COMPAT_CLS is given by the build. */
#if defined(COMPAT_SEG)
#define TASK PAWL_TASK_SEGMENT
#elif defined(COMPAT_CLS)
#define TASK PAWL_TASK_CLASSIFY
#else
#define TASK PAWL_TASK_DETECT
#endif

/* The first letter decides, and a 6 behind it; words behind a letter are let pass. */
static bool is_size(const char *word, int argc)
{
    return strchr("nsmlx", word[0]) != NULL ? word[0] != '\0' : word[0] == 'c' && argc == 7;
}

static int run(int argc, char **argv)
{
    const compat_program *program = compat_program_of(TASK);
    if (argc < 4)
        return compat_usage(program);
    if (strcmp(argv[1], "-s") == 0 && (argc == 5 || argc == 7) && is_size(argv[4], argc)) {
        compat_build asked = {.weights = argv[2], .engine = argv[3], .size = argv[4]};
        if (argc == 7) {
            asked.depth = strtod(argv[5], NULL);
            asked.width = strtod(argv[6], NULL);
        }
        return compat_build_engine(&asked, TASK);
    }
    if (strcmp(argv[1], "-d") == 0 && argc >= 4 && argc <= program->detect_words) {
        const compat_detect asked = {argv[2], argv[3], argc == 5 ? argv[4] : NULL};
        return compat_detect_folder(&asked, TASK);
    }
    return compat_usage(program);
}

int main(int argc, char **argv)
{
    app_term_start();
    return app_finish_stdout(run(argc, argv)) == 0 ? 0 : COMPAT_WRONG;
}
