/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the seeds from which fuzz_pt and fuzz_wts start: one small file of each form. make_corpus
 * FOLDER, which has pt and wts in it. */
#include "unit/weights/small_model.h"

static int write_seed(const char *folder, const char *name, const void *bytes, size_t size)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) {
        printf("%s cannot be written\n", path);
        return 1;
    }
    return 0;
}

int main(int count, char **arguments)
{
    static const struct {
        const char *name;
        small_options options;
    } files[] = {
        {"pt/zip", {.zip_flags = MK_NO_CRC}},
        {"pt/zip-checked", {.root = "best"}},
        {"pt/zip64-padded",
         {.zip_flags = MK_ZIP64 | MK_LOCAL_EXTRA | MK_NO_CRC, .byteorder = "little"}},
        {"pt/legacy", {.is_legacy = true, .has_native_grid = true}},
        {"pt/legacy-fused", {.is_legacy = true, .is_fused = true, .key = "ema"}},
        {"pt/parallel", {.is_parallel = true, .is_fused = true, .zip_flags = MK_NO_CRC}},
    };
    static const char protocol4[] = "\x80\x04\x95\x30\0\0\0\0\0\0\0}\x94(\x8c\x05model\x94\x8c\x01"
                                    "a\x94\x8c\x01"
                                    "B\x94\x93\x94)\x81\x94}\x94\x8c\x08_modules"
                                    "\x94}\x94s\x62\x8c\x01xC\x02yz\x8f(K\x01\x90u.";
    static const char text[] =
        "2\nmodel.0.weight 3  3f800000 40000000 c0000000\nmodel.0.bias 1  00000001\n";
    static const char odd_text[] = "1\r\nname\t4\tFF 0 3F800000\r\n7f800000";
    int result = 0;
    if (count != 2)
        return 2;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        mk_buffer file = small_file(&files[i].options);
        result |= write_seed(arguments[1], files[i].name, file.data, file.size);
        mk_free(&file);
    }
    mk_buffer pickle = {NULL, 0, 0};
    small_pickle(&pickle, &(small_options){.has_hidden_buffer = true});
    result |= write_seed(arguments[1], "pt/pickle", pickle.data, pickle.size);
    mk_free(&pickle);
    result |= write_seed(arguments[1], "pt/pickle4", protocol4, sizeof protocol4 - 1);
    result |= write_seed(arguments[1], "wts/two", text, sizeof text - 1);
    result |= write_seed(arguments[1], "wts/odd", odd_text, sizeof odd_text - 1);
    return result;
}
