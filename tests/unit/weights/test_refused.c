/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are no checkpoint of ours, or more than one can be: each refused with a name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "parsed.h"

static void is_pickle_refused(const mk_buffer *pickle, pawl_status status, const char *what)
{
    mk_buffer file = small_archive(pickle, &(small_options){.root = NULL});
    is_refused(parse(&file), &file, status, what);
}

static void other_objects_are_named(void **state)
{
    (void)state;
    mk_buffer pickle = {NULL, 0, 0};
    mk_ops(&pickle, "}");
    mk_text(&pickle, "model.0.conv.weight");
    mk_vector(&pickle, "HalfStorage", "0", 8);
    mk_ops(&pickle, "s.");
    is_pickle_refused(&pickle, PAWL_ERR_UNSUPPORTED, "state dictionary");
    mk_free(&pickle);
    static const char *const keys[] = {"ema", "model", "state_dict", "model_state_dict", "weights"};
    for (size_t i = 0; i < PW_COUNT(keys); i++) {
        mk_ops(&pickle, "}(U\5epochK\1");
        mk_text(&pickle, keys[i]);
        mk_ops(&pickle, "}");
        mk_text(&pickle, "module.model.0.conv.weight");
        mk_vector(&pickle, "HalfStorage", "0", 8);
        mk_ops(&pickle, "su.");
        is_pickle_refused(&pickle, PAWL_ERR_UNSUPPORTED, "state dictionary");
        mk_free(&pickle);
    }
    mk_ops(&pickle, "K\1.");
    is_pickle_refused(&pickle, PAWL_ERR_UNSUPPORTED, "no YOLOv5 checkpoint");
    mk_free(&pickle);
    mk_ops(&pickle, "}U\5modelca\nB\n)\x81}U\x08_modules}U\1xK\1ssbs.");
    is_pickle_refused(&pickle, PAWL_ERR_CORRUPT, "'x'");
    mk_free(&pickle);
    mk_ops(&pickle, "}U\5modelca\nB\n)\x81}U\x08_modules}sbs.");
    is_pickle_refused(&pickle, PAWL_ERR_UNSUPPORTED, "no tensors");
    mk_free(&pickle);
}

/* A module that is its own child, and modules that hold the next one many times. */
static void endless_trees_end(void **state)
{
    (void)state;
    mk_buffer pickle = {NULL, 0, 0};
    mk_ops(&pickle, "}U\5modelca\nB\n)\x81q\7}U\x08_modules}U\1xh\7ssbs.");
    is_pickle_refused(&pickle, PAWL_ERR_LIMIT, "deeper than");
    mk_free(&pickle);
    mk_ops(&pickle, "ca\nB\n)\x81}(U\x08_modules}U\x0b_parameters}ubq");
    mk_number(&pickle, 1, 1);
    for (uint8_t i = 1; i < 40; i++) {
        mk_ops(&pickle, "0ca\nB\n)\x81}U\x08_modules}(U\1xh");
        mk_number(&pickle, i, 1);
        mk_ops(&pickle, "U\1yh");
        mk_number(&pickle, i, 1);
        mk_ops(&pickle, "usbq");
        mk_number(&pickle, i + 1u, 1);
    }
    mk_ops(&pickle, "0}U\5modelh");
    mk_number(&pickle, 40, 1);
    mk_ops(&pickle, "s.");
    is_pickle_refused(&pickle, PAWL_ERR_LIMIT, "modules");
    mk_free(&pickle);
}

/* Names in pairs are looked for one by one, and there may be as many such modules as a file likes.
 */
static void a_module_has_few_tensors(void **state)
{
    (void)state;
    mk_buffer pickle = {NULL, 0, 0};
    for (int most = 256; most <= 257; most++) {
        mk_ops(&pickle, "}U\5modelca\nB\n)\x81}(U\x08_modules}U\x0b_parameters}(");
        for (int i = 0; i < most; i++) {
            char name[16];
            snprintf(name, sizeof name, "%03d_orig", i);
            mk_text(&pickle, name);
            mk_ops(&pickle, "N");
        }
        mk_ops(&pickle, "uubs.");
        is_pickle_refused(&pickle, most == 256 ? PAWL_ERR_UNSUPPORTED : PAWL_ERR_LIMIT,
                          most == 256 ? "no tensors" : "more tensors than any");
        mk_free(&pickle);
    }
}

/* Zip entries that all reach to the end of the file would be read again and again. */
static void overlapping_entries_are_refused(void **state)
{
    (void)state;
    mk_zip zip = {.flags = 0};
    uint8_t data[400] = {0};
    mk_zip_add(&zip, "a/data.pkl", "N.", 2);
    mk_zip_add(&zip, "a/data/0", data, sizeof data);
    const uint32_t size = 500; /* both claim more than half of the file */
    for (size_t at = 20, i = 0; i < 2; i++, at += 56) {
        memcpy(zip.directory.data + at, &size, 4);
        memcpy(zip.directory.data + at + 4, &size, 4);
    }
    mk_zip_end(&zip);
    mk_buffer file = zip.file;
    is_refused(parse(&file), &file, PAWL_ERR_CORRUPT, "larger than the file");
}

/* A few bytes that say they are two gigabytes, deflated. */
static void bombs_are_refused(void **state)
{
    (void)state;
    mk_zip zip = {.flags = MK_DEFLATED};
    mk_zip_add(&zip, "a/data.pkl", "N.", 2);
    const uint32_t size = (uint32_t)1 << 31;
    memcpy(zip.directory.data + 24, &size, 4);
    mk_zip_end(&zip);
    mk_buffer file = zip.file;
    is_refused(parse(&file), &file, PAWL_ERR_LIMIT, "far more than weights are");
}

/* What was unpacked has no bytes in the file: its faults are where the packed ones begin. */
static void faults_of_deflated_pickles_are_in_the_file(void **state)
{
    (void)state;
    static char bytes[3000];
    memset(bytes, ']', sizeof bytes);
    static const struct {
        char opcode;
        pawl_status status;
        const char *words;
    } faults[] = {{'\0', PAWL_ERR_CORRUPT, "opcode 0x00"},
                  {'\x97', PAWL_ERR_UNSUPPORTED, "opcode 0x97"}};
    for (size_t i = 0; i < PW_COUNT(faults); i++) {
        mk_zip zip = {.flags = MK_DEFLATED};
        bytes[sizeof bytes - 2] = faults[i].opcode;
        mk_zip_add(&zip, "a/data.pkl", bytes, sizeof bytes);
        mk_zip_end(&zip);
        mk_buffer file = zip.file;
        is_refused(parse(&file), &file, faults[i].status, faults[i].words);
    }
}

static void doubled_entries_are_refused(void **state)
{
    (void)state;
    mk_zip zip = {.flags = 0};
    mk_zip_add(&zip, "a/data.pkl", "N.", 2);
    mk_zip_add(&zip, "a/data.pkl", "N.", 2);
    mk_zip_end(&zip);
    mk_buffer file = zip.file;
    is_refused(parse(&file), &file, PAWL_ERR_CORRUPT, "twice");
}

static void exported_programs_are_named(void **state)
{
    (void)state;
    static const char *const entries[] = {"yolo/models/model.json",
                                          "serialized_exported_program.json"};
    for (size_t i = 0; i < PW_COUNT(entries); i++) {
        mk_zip zip = {.flags = 0};
        mk_zip_add(&zip, entries[i], "{}", 2);
        mk_zip_end(&zip);
        mk_buffer file = zip.file;
        is_refused(parse(&file), &file, PAWL_ERR_UNSUPPORTED, "a program of torch.export");
    }
}

static void other_kinds_are_named(void **state)
{
    (void)state;
    static const char tar[513] = {[257] = 'u', 's', 't', 'a', 'r'};
    static const struct {
        const char *bytes;
        size_t size;
        pawl_status status;
        const char *what;
    } kinds[] = {
#define KIND(bytes, what) {bytes, sizeof(bytes) - 1, PAWL_ERR_UNSUPPORTED, what}
        KIND("\x08\x08\x12\x07pytorch\x1a\x05"
             "1.13.0",
             "ONNX"),
        KIND("\x0a\0\0\0\0\0\0\0{\"a\":[12]}", "safetensors"),
        KIND("ftrt\0\0\0\0", "TensorRT engine"),
        KIND("<!DOCTYPE html>", "web page"),
        KIND("version https://git-lfs.github.com/spec/v1", "git lfs pull"),
        KIND("\x1f\x8b\x08", "gzip"),
        KIND("\x80\x04K\1.", "pickle"),
        KIND("PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "zip archive"),
        KIND("\xff\xd8\xff\xe0", "JPEG"),
        KIND(tar, "tar archive"),
        {"hello", 5, PAWL_ERR_CORRUPT, "neither"},
        {"", 0, PAWL_ERR_CORRUPT, "empty"},
    };
    for (size_t i = 0; i < PW_COUNT(kinds); i++) {
        mk_buffer file = {NULL, 0, 0};
        mk_put(&file, kinds[i].bytes, kinds[i].size);
        is_refused(parse(&file), &file, kinds[i].status, kinds[i].what);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_objects_are_named),
        cmocka_unit_test(endless_trees_end),
        cmocka_unit_test(a_module_has_few_tensors),
        cmocka_unit_test(exported_programs_are_named),
        cmocka_unit_test(overlapping_entries_are_refused),
        cmocka_unit_test(bombs_are_refused),
        cmocka_unit_test(faults_of_deflated_pickles_are_in_the_file),
        cmocka_unit_test(doubled_entries_are_refused),
        cmocka_unit_test(other_kinds_are_named),
    };
    return cmocka_run_group_tests_name("refused", tests, NULL, NULL);
}
