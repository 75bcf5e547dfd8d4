/* SPDX-License-Identifier: Apache-2.0 */
/* pawl doctor: what this machine offers to each backend, and where libraries were looked for. */
#include "cli/session.h"

static int doctor_main(int argc, char **argv);

const app_command cli_doctor = {
    .name = "doctor",
    .arguments = "",
    .brief = "Says what each backend finds on this machine",
    .details = "PAWL_TENSORRT_LIBRARY and PAWL_CUDA_LIBRARY name libraries (a file, or the folder "
               "it is in) "
               "where the loader does not find them.",
    .example = "pawl doctor",
    .argument_max = 0,
    .main = doctor_main,
};

static void say_line(void *user, const char *text)
{
    (void)user;
    app_say("%s", text);
}

static int doctor_main(int argc, char **argv)
{
    struct {
        int unused;
    } options = {0};
    app_arguments arguments;
    int code = 0;
    pawl_machine_info machine = {.struct_size = sizeof machine};
    if (!app_parse(&cli_doctor, argc, argv, &options, &arguments, &code))
        return code;
    if (pawl_machine_info_get(&machine) >= 0)
        app_say("pawl %s on %s, kernels up to %s, %d core%s", pawl_version(), machine.arch,
                machine.isa, machine.cores, machine.cores == 1 ? "" : "s");
    pawl_backends_report(say_line, NULL);
    return APP_EXIT_DONE;
}
