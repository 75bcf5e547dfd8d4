/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the seeds from which fuzz_pt, fuzz_wts, fuzz_files and fuzz_caches start: one small file
 * of each form. make_corpus FOLDER, which has pt, wts, files and caches in it. */
#include "unit/weights/small_model.h"

static int write_seed(const char *folder, const char *name, const void *bytes, size_t size)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) {
        printf("%s cannot be written\n", path);
        return 1;
    }
    return 0;
}

/* The first byte is the kind. */
#define SEED_IN(folder, name, text)             \
    {                                           \
        folder "/" name, text, sizeof(text) - 1 \
    }
#define SEED(name, text) SEED_IN("files", name, text)
static const struct {
    const char *name, *bytes;
    size_t size;
} program_files[] = {
    SEED(
        "npy",
        "n\x93NUMPY\x01\0\x45\0{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }         "
        "\n\0\0\x80\x3f\0\0\0\x40"),
    SEED("npy3", "n\x93NUMPY\x03\0\x3b\0\0\0{\"shape\":(),\"fortran_order\":False,\"descr\":\"="
                 "f4\"}          "
                 "\n\0\0\x80\x3f"),
    SEED("yaml-list",
         "ypath: ../coco  # root\ntrain: a\nval: [images/val, list.txt]\ntest:\n  - c\nnc: 2\n"
         "names: ['a b', c]\ndownload: |\n  x\n  y\n"),
    SEED("yaml-map",
         "y---\nval: b\nnames:\n  0: person\n  1: \"b\\u00e9\"\nother: {a: [1, {b: c}]}\n...\n"),
    SEED("names-flow", "cnc: 2\nnames: ['a, b', \"c\",\n  d]\n"),
    SEED("names-map", "cnames: {0: a, 1: 'b'}\n"),
    SEED("names-block", "cnames: # of it\n  - a\n  1: b # c\n\n# d\nnc: 2\n"),
    SEED("names-lines", "lperson\r\n 'traffic light'\n\ncar"),
    SEED("list", "i./a.jpg\n/b/images/c.png\r\n\nimages/d/e.bmp\n"),
    SEED("labels", "b0 0.5 0.5 0.25 0.125\n2 0.1 0.1 0.9 0.1 5e-1 .9\n\n0 0.5 0.5 0.25 0.125\n"),
    SEED("coco", "j{\"images\": [{\"id\": 7, \"file_name\": \"a.jpg\"}], \"categories\": [{\"id\": "
                 "1, \"name\": "
                 "\"cat\"}], \"annotations\": [{\"id\": 1, \"image_id\": 7, \"category_id\": 1, "
                 "\"bbox\": [1, 2.5, 3, "
                 "4e0], \"area\": 12, \"iscrowd\": 0}]}"),
    SEED(
        "coco-masks",
        "j{\"images\":[{\"id\":7,\"file_name\":\"a.jpg\",\"width\":4,\"height\":5}],\"categories\":"
        "[{"
        "\"id\":1,\"name\":\"cat\"}],\"annotations\":[{\"image_id\":7,\"category_id\":1,\"bbox\":["
        "1,2,3,"
        "4],\"segmentation\":[[0,0,3,0,3,4.5],[0,0,1,0,1,1]]},{\"image_id\":7,\"category_id\":1,"
        "\"bbox\":[1,2,3,4],\"iscrowd\":1,\"segmentation\":{\"size\":[5,4],\"counts\":[3,4,6,7]}},{"
        "\"image_id\":7,\"category_id\":1,\"bbox\":[1,2,3,4],\"segmentation\":{\"size\":[5,4],"
        "\"counts\":\"3463\"}}]}"),
    SEED("mask-text", "t\5\0\4\0"
                      "3463"),
    SEED("y4m", "vYUV4MPEG2 W640 H481 F30000:1001 Ip A1:1 C420jpeg XCOLORRANGE=FULL\nFRAME\n"),
    SEED("mask-runs", "r\3\0\4\0\4\0\0\0\2\0\0\0\6\0\0\0"),
    SEED("mask-polygon",
         "p\x10\0\x10\0\0\0\0\x40\0\0\0\x40\0\0\x40\x41\0\0\0\x40\0\0\0\x41\0\0\x20\x41"),
    SEED_IN("caches", "calibration-empty", "c\1\0\0\0\0\0\0\0\0\0\0\0"),
    SEED_IN("caches", "calibration-foreign", "rpawlcal0 of another version"),
    SEED_IN(
        "caches", "timings",
        "tmachine\t1\tconv_f32_a\t1200\tconv 3x3 8 8\nmachine\t2\tconv_f32_b\t900\tconv 3x3 8 8\n"
        "other\t1\tx\t1\ty\nbroken\n"),
    SEED_IN("caches", "timings-foreign", "ugrocery list\n"),
};

/* Of a tensor of values in the middle bins, with two bytes for one of them. */
static int write_calibration(const char *folder)
{
    static const unsigned char head[] =
        "c\1\0\0\0\0\0\0\0\1\0\0\0"           /* a picture, a tensor */
        "\3\0\0\0\5\0\0\0layer"               /* its layer and name */
        "\0\0\0\0\0\0\xf0\x3f"                /* 1.0: reach */
        "\0\0\0\xbf\0\0\0\x3f"                /* -0.5 ... 0.5 */
        "\xcb\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0"; /* 203 values, 2 none */
    unsigned char bytes[sizeof head + 4097] = {0};
    memcpy(bytes, head, sizeof head - 1);
    unsigned char *bins = bytes + sizeof head - 1;
    bins[1024] = 1;
    bins[2047] = 0xc8; /* 200 */
    bins[2048] = 1;
    bins[3000] = 2;
    return write_seed(folder, "caches/calibration", bytes, sizeof head - 1 + 4097);
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
        {"pt/zip-deflated", {.zip_flags = MK_DEFLATED | MK_NO_CRC}},
        {"pt/legacy", {.is_legacy = true, .has_native_grid = true}},
        {"pt/legacy-fused", {.is_legacy = true, .is_fused = true, .key = "ema"}},
        {"pt/parallel", {.is_parallel = true, .is_fused = true, .zip_flags = MK_NO_CRC}},
    };
    static const char protocol4[] = "\x80\x04\x95\x30\0\0\0\0\0\0\0}\x94(\x8c\x05model\x94\x8c\x01"
                                    "a\x94\x8c\x01"
                                    "B\x94\x93\x94)\x81\x94}\x94\x8c\x08_modules"
                                    "\x94}\x94s\x62\x8c\x01xC\x02yz\x8f(K\x01\x90u.";
    static const char numpy[] =
        "}(U\5modelca\nB\n)\x81}(U\x08_modules}U\5namescnumpy._core.multiarray\n"
        "_reconstruct\n(cnumpy\nndarray\nK\0\x85U\1btR(K\1K\1\x85"
        "cnumpy\ndtype\n(U\2U1\x89\x88tR(K\3U\1<NNNtb\x89"
        "c_codecs\nencode\n(U\5\xc3\xa9\0\0\0U\6latin1tRtb"
        "U\2nccnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\n(U\2i2\x89\x88tR"
        "(K\3U\1>NNNtbU\2\0\3tRubu.";
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
    for (size_t i = 0; i < sizeof program_files / sizeof program_files[0]; i++)
        result |= write_seed(arguments[1], program_files[i].name, program_files[i].bytes,
                             program_files[i].size);
    result |= write_calibration(arguments[1]);
    result |= write_seed(arguments[1], "pt/numpy", numpy, sizeof numpy - 1);
    mk_buffer pickle = {NULL, 0, 0};
    small_pickle(&pickle, &(small_options){.has_hidden_buffer = true});
    result |= write_seed(arguments[1], "pt/pickle", pickle.data, pickle.size);
    mk_free(&pickle);
    result |= write_seed(arguments[1], "pt/pickle4", protocol4, sizeof protocol4 - 1);
    result |= write_seed(arguments[1], "wts/two", text, sizeof text - 1);
    result |= write_seed(arguments[1], "wts/odd", odd_text, sizeof odd_text - 1);
    return result;
}
