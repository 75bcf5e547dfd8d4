/* SPDX-License-Identifier: Apache-2.0 */
/* apps/common: what the CLI cases do not reach one by one. */
#define _XOPEN_SOURCE 700 /* posix_openpt */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/args.h"
#include "common/files.h"
#include "common/json.h"
#include "common/names.h"
#include "common/npy.h"
#include "common/term.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct values {
    double real;
    int32_t integer;
    bool flag;
    const char *text, *choice, *optional;
    app_shape shape;
    app_batch batch;
};

static const char *one_two(void)
{
    return "one two";
}

/* clang-format off */
static const app_option table[] = {
    {.name = "real", .aliases = "number ratio", .type = APP_REAL, .offset = offsetof(struct values, real), .value = "N", .low = 0, .high = 1, .help = "-"},
    {.name = "integer", .letter = 'i', .type = APP_INTEGER, .offset = offsetof(struct values, integer), .value = "N", .low = 1, .high = 9, .help = "-"},
    {.name = "flag", .letter = 'f', .type = APP_FLAG, .offset = offsetof(struct values, flag), .help = "-"},
    {.name = "text", .letter = 'o', .type = APP_TEXT, .offset = offsetof(struct values, text), .value = "T", .help = "-"},
    {.name = "choice", .type = APP_CHOICE, .offset = offsetof(struct values, choice), .value = "C", .choices = one_two, .help = "-"},
    {.name = "optional", .type = APP_TEXT_OPTIONAL, .offset = offsetof(struct values, optional), .value = "F", .help = "-"},
    {.name = "shape", .type = APP_SHAPE, .offset = offsetof(struct values, shape), .value = "S", .high = 65536, .help = "-"},
    {.name = "batch", .type = APP_BATCH, .offset = offsetof(struct values, batch), .value = "B", .high = 99, .help = "-"},
};
/* clang-format on */

static const app_command command = {.name = "test",
                                    .arguments = "A [B]",
                                    .brief = "-",
                                    .options = table,
                                    .option_count = COUNT(table),
                                    .argument_min = 1,
                                    .argument_max = 2};

/* A command line of blank-separated words, and whether it is right. */
struct line {
    const char *words;
    bool is_right;
    int argument_count;
};

static struct line lines[] = {
    {"a", true, 1},
    {"a b", true, 2},
    {"", false, 0},
    {"a b c", false, 3},
    {"a --real 0.5 --number=1 --ratio 0", true, 1},
    {"a --real 1.01", false, 0},
    {"a --real nan", false, 0},
    {"a --real 0.5x", false, 0},
    {"a --real", false, 0},
    {"a --real --flag", false, 0},
    {"a -i 3 -i9 --integer=1", true, 1},
    {"a -i 0", false, 0},
    {"a -i 10", false, 0},
    {"a -i 1.5", false, 0},
    {"a -fi3", true, 1},
    {"a -ffoX", true, 1},
    {"a --flag=1", false, 0},
    {"a -z", false, 0},
    {"a --rael 1", false, 0},
    {"a --rea 1", false, 0},
    {"a --choice two", true, 1},
    {"a --choice tw", false, 0},
    {"a --choice three", false, 0},
    {"a --optional b", true, 1},
    {"--optional a", true, 1},
    {"a b --optional", true, 2},
    {"--optional --flag a", true, 1},
    {"a --optional b c", true, 2},
    {"a --optional b c d", false, 0},
    {"a --optional - b", true, 2},
    {"a --optional=x", true, 1},
    {"a - -- -f", false, 3},
    {"- -- -f", true, 2},
    {"a --text=", false, 0},
    {"a --shape 640 --batch 4", true, 1},
    {"a --shape 320x640 --batch 1:2:4", true, 1},
    {"a --shape 320x", false, 0},
    {"a --shape x320", false, 0},
    {"a --shape -1", false, 0},
    {"a --shape 99999", false, 0},
    {"a --batch 4:2:1", false, 0},
    {"a --batch 1:2:", false, 0},
};

static void parses(void **state)
{
    const struct line *line = *state;
    char text[128], *argv[16] = {text};
    struct values values = {0};
    app_arguments arguments = {0};
    int argc = 1, code = 0;
    (void)snprintf(text, sizeof text, "test%s%s", line->words[0] == '\0' ? "" : " ", line->words);
    for (char *at = strchr(text, ' '); at != NULL; at = strchr(at, ' ')) {
        *at++ = '\0';
        argv[argc++] = at;
    }
    const bool is_right = app_parse(&command, argc, argv, &values, &arguments, &code);
    assert_int_equal(is_right, line->is_right);
    assert_int_equal(code, is_right ? APP_EXIT_DONE : APP_EXIT_USAGE);
    if (is_right)
        assert_int_equal(arguments.count, line->argument_count);
}

static void values_arrive(void **state)
{
    (void)state;
    char words[][16] = {"test",    "a",     "--real",  "0.25",  "-i7",      "-o",  "x",
                        "--shape", "32x64", "--batch", "1:2:3", "--choice", "one", "--optional"};
    char *argv[COUNT(words)];
    for (size_t i = 0; i < COUNT(words); i++)
        argv[i] = words[i];
    struct values values = {0};
    app_arguments arguments = {0};
    int code = 0;
    assert_true(app_parse(&command, (int)COUNT(words), argv, &values, &arguments, &code));
    assert_true(values.real == 0.25 && values.integer == 7 && !values.flag);
    assert_string_equal(values.text, "x");
    assert_string_equal(values.choice, "one");
    assert_string_equal(values.optional, "-");
    assert_int_equal(values.shape.height, 32);
    assert_int_equal(values.shape.width, 64);
    assert_int_equal(values.batch.min * 100 + values.batch.opt * 10 + values.batch.max, 123);
}

/* The help is as wide as the terminal that it goes to. */
static void width_is_the_terminals(void **state)
{
    (void)state;
    static const struct {
        unsigned short columns;
        int width;
    } sizes[] = {{50, 50}, {5, 20}, {250, 100}, {80, 80}};
    const int master = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    FILE *terminal = fopen(ptsname(master), "we");
    assert_non_null(terminal);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        const struct winsize size = {.ws_row = 24, .ws_col = sizes[i].columns};
        assert_int_equal(ioctl(master, TIOCSWINSZ, &size), 0);
        assert_int_equal(app_term_width(terminal), sizes[i].width);
    }
    (void)fclose(terminal);
    (void)close(master);
}

/* Every float32 written comes back as itself: a walk through all exponents. */
static void floats_round_trip(void **state)
{
    (void)state;
    for (uint32_t bits = 1; bits < 0x7f800000u; bits += 99991u) {
        float value = 0;
        memcpy(&value, &bits, sizeof value);
        json_t *number = app_json_number((double)value);
        char text[64] = "";
        assert_non_null(number);
        const size_t length =
            json_dumpb(number, text, sizeof text - 1, JSON_REAL_PRECISION(9) | JSON_ENCODE_ANY);
        assert_in_range(length, 1, sizeof text - 1);
        assert_true(strtof(text, NULL) == value);
        json_decref(number);
    }
}

static void json_bears_any_bytes(void **state)
{
    (void)state;
    json_t *text = app_json_text("a\xff\xc3\xa9\xed\xa0\x80z");
    assert_string_equal(json_string_value(text), "a\\xff\xc3\xa9\\xed\\xa0\\x80z");
    json_decref(text);
    text = app_json_number(NAN);
    assert_true(json_is_null(text));
    json_decref(text);
    text = app_json_rounded(2.0005, 3);
    assert_true(json_real_value(text) == 2.0 || json_real_value(text) == 2.001);
    json_decref(text);
}

static void coco_has_91_numbers(void **state)
{
    (void)state;
    assert_int_equal(app_coco_category(0), 1);
    assert_int_equal(app_coco_category(10), 11);
    assert_int_equal(app_coco_category(11), 13);
    assert_int_equal(app_coco_category(25), 28);
    assert_int_equal(app_coco_category(27), 32);
    assert_int_equal(app_coco_category(40), 46);
    assert_int_equal(app_coco_category(60), 67);
    assert_int_equal(app_coco_category(61), 70);
    assert_int_equal(app_coco_category(73), 84);
    assert_int_equal(app_coco_category(79), 90);
    const char *two[] = {"person", "bicycle"};
    assert_false(app_names_are_coco(two, 2));
}

static void paths_are_cut(void **state)
{
    (void)state;
    assert_string_equal(app_path_name("/a/b.jpg"), "b.jpg");
    assert_string_equal(app_path_ending("a.b/c"), "");
    assert_string_equal(app_path_ending("c.tar.gz"), ".gz");
    assert_string_equal(app_path_ending(".hidden"), "");
    assert_true(app_path_ends_in("x/Y.JPG", "png jpg"));
    assert_false(app_path_ends_in("x/Y.jp", "png jpg"));
    assert_false(app_path_ends_in("jpg", "png jpg"));
    char *path = app_output_path(NULL, "a.b/best.pt", ".engine");
    assert_string_equal(path, "a.b/best.engine");
    free(path);
    path = app_output_path("/tmp", "a/best.pt", ".wts");
    assert_string_equal(path, "/tmp/best.wts");
    free(path);
}

static void npy_header_is_what_numpy_writes(void **state)
{
    (void)state;
    char folder[] = "/tmp/pawl-common-XXXXXX", bytes[160] = "";
    assert_non_null(mkdtemp(folder));
    char *path = app_format("%s/x.npy", folder);
    const int64_t dims[] = {2, 3};
    float values[6] = {1, 2, 3, 4, 5, 6}, back[6] = {0};
    FILE *out = fopen(path, "wb");
    assert_true(app_npy_write_header(out, dims, 2));
    assert_int_equal(ftell(out), 128);
    assert_int_equal(fwrite(values, sizeof(float), 6, out), 6);
    assert_int_equal(fclose(out), 0);
    FILE *in = fopen(path, "rb");
    assert_int_equal(fread(bytes, 1, 128, in), 128);
    (void)fclose(in);
    assert_memory_equal(
        bytes, "\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }",
        66);
    assert_int_equal(bytes[127], '\n');
    app_npy npy;
    assert_int_equal(app_npy_open(&npy, path), APP_EXIT_DONE);
    assert_int_equal(npy.rank, 2);
    assert_int_equal(npy.count, 6);
    assert_int_equal(app_npy_read(&npy, back, 6), APP_EXIT_DONE);
    assert_memory_equal(back, values, sizeof values);
    assert_int_equal(app_npy_read(&npy, back, 1), APP_EXIT_INPUT);
    app_npy_close(&npy);
    (void)unlink(path);
    (void)rmdir(folder);
    free(path);
}

/* Headers that lie or babble: each is refused, none is believed. */
static const char *const npy_lies[] = {
    "",
    "{",
    "{}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1, }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4294967296), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1), }",
    "{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }",
    "{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }",
    "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}",
    "{'descr: '<f4', 'fortran_order': False, 'shape': (1,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (0,), }",
};

static void npy_lies_are_refused(void **state)
{
    (void)state;
    char path[] = "/tmp/pawl-common-XXXXXX";
    const int file = mkstemp(path);
    assert_true(file >= 0);
    (void)close(file);
    for (size_t i = 0; i < COUNT(npy_lies); i++) {
        const size_t length = strlen(npy_lies[i]);
        const float value = 1;
        app_npy npy;
        FILE *out = fopen(path, "wb");
        fprintf(out, "\x93NUMPY%c%c%c%c%s", 1, 0, (int)length, 0, npy_lies[i]);
        (void)fwrite(&value, sizeof value, 1, out);
        (void)fclose(out);
        assert_int_equal(app_npy_open(&npy, path), APP_EXIT_INPUT);
    }
    (void)unlink(path);
}

static void output_is_whole_or_not_there(void **state)
{
    (void)state;
    char folder[] = "/tmp/pawl-common-XXXXXX";
    assert_non_null(mkdtemp(folder));
    char *path = app_format("%s/x.txt", folder);
    app_output output;
    assert_int_equal(app_output_open(&output, path), APP_EXIT_DONE);
    fputs("half", output.stream);
    assert_int_not_equal(access(path, F_OK), 0);
    app_output_discard(&output);
    assert_int_equal(rmdir(folder), 0); /* nothing was left in it */
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(app_output_open(&output, path), APP_EXIT_DONE);
    fputs("whole", output.stream);
    assert_int_equal(app_output_commit(&output), APP_EXIT_DONE);
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(app_output_open(&output, folder), APP_EXIT_FAILED);
    (void)unlink(path);
    free(path);
    assert_int_equal(rmdir(folder), 0);
}

static void statuses_have_exit_codes(void **state)
{
    (void)state;
    assert_int_equal(app_exit_of(PAWL_OK), 0);
    assert_int_equal(app_exit_of(PAWL_DEFERRED), 0);
    assert_int_equal(app_exit_of(PAWL_ERR_WRITE), 1);
    assert_int_equal(app_exit_of(PAWL_ERR_INTERNAL), 1);
    assert_int_equal(app_exit_of(PAWL_ERR_ARGUMENT), 2);
    assert_int_equal(app_exit_of(PAWL_ERR_READ), 3);
    assert_int_equal(app_exit_of(PAWL_ERR_CORRUPT), 3);
    assert_int_equal(app_exit_of(PAWL_ERR_UNSUPPORTED), 4);
    assert_int_equal(app_exit_of(PAWL_ERR_AMBIGUOUS), 4);
    assert_int_equal(app_exit_of(PAWL_ERR_DEVICE), 5);
    assert_int_equal(app_exit_of(PAWL_ERR_MEMORY), 9);
    assert_int_equal(app_exit_of(PAWL_ERR_LIMIT), 9);
    assert_int_equal(app_exit_of(PAWL_ERR_CANCELLED), 130);
}

static void sizes_are_human(void **state)
{
    (void)state;
    char text[APP_HUMAN_SIZE];
    assert_string_equal(app_human_bytes(text, 999), "999 B");
    assert_string_equal(app_human_bytes(text, 16946912), "16.9 MB");
    assert_string_equal(app_human_bytes(text, UINT64_MAX), "18446744.1 TB");
    assert_string_equal(app_human_duration(text, 12.4), "12 ms");
    assert_string_equal(app_human_duration(text, 1234), "1.23 s");
    assert_string_equal(app_human_duration(text, 125e3), "2 min 05 s");
}

/* Not the reason why the folder is not there. */
static void a_folder_that_cannot_be_made_has_a_reason(void **state)
{
    (void)state;
    if (!app_is_folder("/sys/kernel"))
        skip();
    errno = 0;
    assert_false(app_make_folders("/sys/kernel/pawl/runs"));
    assert_int_not_equal(errno, 0);
    assert_int_not_equal(errno, ENOENT);
    assert_true(app_make_folders("/sys/kernel"));
}

/* stdout is redirected and stderr a terminal: pawl bench x.engine >figures. */
static void colours_go_to_terminals_only(void **state)
{
    (void)state;
    const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0)
        skip();
    const int own = open(ptsname(terminal), O_RDWR | O_NOCTTY), none = open("/dev/null", O_WRONLY);
    const int saved[] = {dup(1), dup(2)};
    (void)setenv("TERM", "xterm", 1);
    (void)unsetenv("NO_COLOR");
    (void)fflush(stdout);
    (void)dup2(none, 1);
    (void)dup2(own, 2);
    app_term_start();
    const bool is_right = *app_bold(stderr) != '\0' && *app_bold(stdout) == '\0';
    (void)setenv("NO_COLOR", "1", 1);
    app_term_start();
    const bool is_plain = *app_bold(stderr) == '\0' && *app_plain(stderr) == '\0';
    (void)dup2(saved[0], 1);
    (void)dup2(saved[1], 2);
    const int opened[] = {terminal, own, none, saved[0], saved[1]};
    for (size_t i = 0; i < COUNT(opened); i++)
        (void)close(opened[i]);
    assert_true(is_right);
    assert_true(is_plain);
}

int main(void)
{
    const struct CMUnitTest others[] = {
        cmocka_unit_test(values_arrive),
        cmocka_unit_test(width_is_the_terminals),
        cmocka_unit_test(floats_round_trip),
        cmocka_unit_test(json_bears_any_bytes),
        cmocka_unit_test(coco_has_91_numbers),
        cmocka_unit_test(paths_are_cut),
        cmocka_unit_test(npy_header_is_what_numpy_writes),
        cmocka_unit_test(npy_lies_are_refused),
        cmocka_unit_test(output_is_whole_or_not_there),
        cmocka_unit_test(statuses_have_exit_codes),
        cmocka_unit_test(sizes_are_human),
        cmocka_unit_test(a_folder_that_cannot_be_made_has_a_reason),
        cmocka_unit_test(colours_go_to_terminals_only),
    };
    struct CMUnitTest tests[COUNT(lines) + COUNT(others)];
    for (size_t i = 0; i < COUNT(lines); i++)
        tests[i] = (struct CMUnitTest){
            .name = lines[i].words, .test_func = parses, .initial_state = &lines[i]};
    memcpy(tests + COUNT(lines), others, sizeof others);
    return cmocka_run_group_tests_name("common", tests, NULL, NULL);
}
