/* SPDX-License-Identifier: Apache-2.0 */
/* What a build would take, told before it is done. */
#ifndef CLI_BUILD_FORECAST_H
#define CLI_BUILD_FORECAST_H

#include <pawl/pawl.h>

typedef struct build_forecast {
    const char *output, *backend, *precision, *tune;
    int32_t threads;
    double plan_ms; /* that making the plan has taken */
} build_forecast;

/* Tells time, memory and file size; @p plan is the network's on the CPU, untuned. Reports what goes
 * wrong and returns an exit code. */
int cli_forecast_say(pawl_plan *plan, const build_forecast *forecast);

#endif
