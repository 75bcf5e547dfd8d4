/* SPDX-License-Identifier: Apache-2.0 */
/* ticker SECONDS [STAGE...]: a call that tells nothing for so long, but for stages that begin at
 * once. */
#include "common/term.h"

#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    app_term_start();
    app_progress_elapsed("waiting");
    for (int i = 2; i < argc; i++)
        app_progress(argv[i], 0, 1);
    for (int left = argc > 1 ? atoi(argv[1]) : 1; left > 0; left--)
        (void)sleep(1);
    app_progress_end();
    return 0;
}
