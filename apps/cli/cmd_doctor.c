/* SPDX-License-Identifier: Apache-2.0 */
/* pawl doctor: what this machine offers to each backend, and where libraries were looked for. Each
 * library is tried in a process of its own: a broken one ends that, and two never meet. */
#include "cli/apart.h"
#include "cli/options.h"

#include <string.h>

/* NVIDIA's builder takes up to 5 s; from a cold disk a gigabyte takes its time. */
#define LIMIT_SECONDS 60

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

/* What the library logs where an object of anybody's is ended too early: which one, pawl trace
 * says. */
static void say_remedy(const char *text)
{
    if (strstr(text, "Destroying a") != NULL && strstr(text, "before destroying") != NULL)
        app_put("which object of which program that is: pawl trace -- PROGRAM");
}

static void say_line(void *user, const char *text)
{
    (void)user;
    app_put("%s", text);
    say_remedy(text);
}

/* The same of the report, of whose backends *next is the one to come. */
static void say_backend(void *user, const char *text)
{
    size_t *next = user;
    const char *name = pawl_backend_name(*next);
    if (name != NULL && strncmp(text, name, strlen(name)) == 0 && text[strlen(name)] == ' ')
        ++*next;
    app_put("%s", text);
    say_remedy(text);
}

static void report_backends(void *argument, cli_line line, void *user)
{
    (void)argument;
    pawl_backends_report(line, user);
}

typedef struct library {
    const char *backend, *path;
} library;

static void try_library(void *argument, cli_line line, void *user)
{
    const library *of = argument;
    char text[1024];
    pawl_error error = {0};
    if (pawl_backend_library_try(of->backend, of->path, text, sizeof text, &error) < 0)
        line(user, error.message); /* it names the path itself */
    else
        line(user, text);
}

static int visit_library(void *user, const char *backend, const char *path)
{
    library of = {backend, path};
    char why[160];
    (void)user;
    if (!cli_apart(try_library, &of, LIMIT_SECONDS, say_line, NULL, why, sizeof why) &&
        !app_is_interrupted())
        app_put("%s cannot be used: %s while it was tried", path, why);
    return app_is_interrupted() ? 1 : 0;
}

static int doctor_main(int argc, char **argv)
{
    struct {
        int unused;
    } options = {0};
    app_arguments arguments;
    int code = 0;
    size_t next = 0;
    char why[160];
    pawl_machine_info machine = PAWL_MACHINE_INFO_INIT;
    if (!app_parse(&cli_doctor, argc, argv, &options, &arguments, &code))
        return code;
    if (pawl_machine_info_get(&machine) >= 0)
        app_put("pawl %s on %s, kernels up to %s, %d core%s", pawl_version(), machine.arch,
                machine.isa, machine.cores, machine.cores == 1 ? "" : "s");
    if (!cli_apart(report_backends, NULL, LIMIT_SECONDS, say_backend, &next, why, sizeof why) &&
        !app_is_interrupted())
        app_put("%s cannot be used: %s while its library was tried",
                pawl_backend_name(next) != NULL ? pawl_backend_name(next) : "the last backend",
                why);
    if (!app_is_interrupted())
        pawl_backend_libraries(visit_library, NULL);
    return app_is_interrupted() ? app_fail_interrupted() : APP_EXIT_DONE;
}
