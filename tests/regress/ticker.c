/* SPDX-License-Identifier: Apache-2.0 */
/* ticker SECONDS: a call that tells nothing for so long. */
#include "common/term.h"

#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    app_term_start();
    app_progress_elapsed("waiting");
    for (int left = argc > 1 ? atoi(argv[1]) : 1; left > 0; left--)
        (void)sleep(1);
    app_progress_end();
    return 0;
}
