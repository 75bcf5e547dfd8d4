/* SPDX-License-Identifier: Apache-2.0 */
/* What a file is, by its first bytes. People hand over the wrong one often; each kind seen has a
 * name and a remedy. */
#include "weights/readers.h"
#include <string.h>

#define START_SIZE 64

typedef struct foreign_kind {
    size_t at;
    const char *bytes;
    size_t length;
    const char *what;
} foreign_kind;

#define FOREIGN(at, bytes, what)           \
    {                                      \
        at, bytes, sizeof(bytes) - 1, what \
    }

/* clang-format off */
static const foreign_kind foreign[] = {
    FOREIGN(0, "\x89PAWL", "an engine of pawl's, which cannot be turned back into weights; give the .pt or .wts that it was built from"),
    FOREIGN(0, "ftrt", "a TensorRT engine, which cannot be converted back; give the .pt or .wts that it was built from"),
    FOREIGN(0, "ptrt", "a TensorRT engine, which cannot be converted back; give the .pt or .wts that it was built from"),
    FOREIGN(0, "version https://git-lfs", "a Git LFS pointer, not the file itself; run 'git lfs pull'"),
    FOREIGN(0, "<!DOCTYPE", "a web page, so the download went wrong; download the file again"),
    FOREIGN(0, "<!doctype", "a web page, so the download went wrong; download the file again"),
    FOREIGN(0, "<html", "a web page, so the download went wrong; download the file again"),
    FOREIGN(0, "<?xml", "an XML file (OpenVINO?), not weights; give the .pt or .wts"),
    FOREIGN(0, "\x1f\x8b", "compressed with gzip; decompress it first"),
    FOREIGN(0, "7z\xbc\xaf", "a 7-Zip archive; unpack it first"),
    FOREIGN(0, "Rar!", "a RAR archive; unpack it first"),
    FOREIGN(0, "\x89HDF", "an HDF5 file (Keras), not weights of YOLOv5; give the .pt or .wts"),
    FOREIGN(0, "GGUF", "a GGUF model, not weights of YOLOv5; give the .pt or .wts"),
    FOREIGN(0, "\x93NUMPY", "a NumPy array, not weights; give the .pt or .wts"),
    FOREIGN(0, "7767517\n", "an ncnn model; give the .pt or .wts that it was made from"),
    FOREIGN(0, "\x7f" "ELF", "a program or library, not weights; give the .pt or .wts"),
    FOREIGN(0, "\xff\xd8\xff", "a JPEG picture, not weights; give the .pt or .wts"),
    FOREIGN(0, "\x89PNG", "a PNG picture, not weights; give the .pt or .wts"),
    FOREIGN(4, "TFL3", "a TensorFlow Lite model; give the .pt or .wts that it was made from"),
    FOREIGN(257, "ustar", "a tar archive (perhaps of torch before 0.4); unpack it, or save again with a newer PyTorch"),
    FOREIGN(0, "\xef\xbb\xbf", "text with a byte order mark; save it as plain ASCII, without one"),
};
/* clang-format on */

static const uint8_t legacy_magic[] = {0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9,
                                       0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e};

static bool begins(const uint8_t *data, size_t size, size_t at, const void *bytes, size_t length)
{
    return size >= at + length && memcmp(data + at, bytes, length) == 0;
}

/* The magic number is the first pickle; from protocol 4 on in a frame. */
static bool is_legacy(const uint8_t *data, size_t size)
{
    if (size < 3 || data[0] != 0x80)
        return false;
    return begins(data, size, data[2] == 0x95 ? 11 : 2, legacy_magic, sizeof legacy_magic);
}

/* A little-endian length of the JSON header, then the header. */
static bool is_safetensors(const uint8_t *data, size_t size, uint64_t whole)
{
    uint64_t length = 0;
    if (size < 10 || data[8] != '{')
        return false;
    for (size_t i = 0; i < 8; i++)
        length |= (uint64_t)data[i] << (8 * i);
    return length >= 2 && length <= whole - 8;
}

/* Protocol buffers: field 1 (ir_version), then a field of the model's head: producer, version,
 * domain or graph. */
static bool is_onnx(const uint8_t *data, size_t size)
{
    return size > 16 && data[0] == 0x08 && data[1] >= 1 && data[1] <= 32 &&
           (data[2] == 0x12 || data[2] == 0x1a || data[2] == 0x22 || data[2] == 0x3a);
}

static bool is_wts(const uint8_t *data, size_t size)
{
    size_t at = 0;
    while (at < size && at < START_SIZE &&
           (data[at] == ' ' || (data[at] >= '\t' && data[at] <= '\r')))
        at++;
    const size_t first = at;
    while (at < size && at < START_SIZE && data[at] >= '0' && data[at] <= '9')
        at++;
    return at > first && (at == size || data[at] == ' ' || (data[at] >= '\t' && data[at] <= '\r'));
}

static const char *foreign_name(const uint8_t *data, size_t size, uint64_t whole)
{
    for (size_t i = 0; i < PW_COUNT(foreign); i++)
        if (begins(data, size, foreign[i].at, foreign[i].bytes, foreign[i].length))
            return foreign[i].what;
    if (is_safetensors(data, size, whole))
        return "a safetensors file: numbers and names without the layers; give the .pt that "
               "train.py wrote";
    if (is_onnx(data, size))
        return "an ONNX model; give the .pt or .wts that it was exported from";
    if (size >= 2 && data[0] == 0x80 && data[1] >= 2 && data[1] <= 5)
        return "a Python pickle, but not one of torch.save; save the checkpoint with torch.save";
    return NULL;
}

pawl_status pw_file_kind_find(const void *data, size_t size, uint64_t whole, const char *file_name,
                              pw_file_kind *kind, pawl_error *error)
{
    const uint8_t *bytes = data;
    if (size == 0)
        return pw_fail(error, PAWL_ERR_CORRUPT, "%s is empty; copy or download it again",
                       file_name);
    if (begins(bytes, size, 0, "PK\x03\x04", 4) || begins(bytes, size, 0, "PK\x05\x06", 4)) {
        *kind = PW_FILE_ZIP;
        return PAWL_OK;
    }
    if (is_legacy(bytes, size)) {
        *kind = PW_FILE_LEGACY_PT;
        return PAWL_OK;
    }
    const char *what = foreign_name(bytes, size, whole);
    if (what != NULL)
        return pw_fail(error, PAWL_ERR_UNSUPPORTED, "%s is %s", file_name, what);
    if (is_wts(bytes, size)) {
        *kind = PW_FILE_WTS;
        return PAWL_OK;
    }
    return pw_fail(error, PAWL_ERR_UNSUPPORTED,
                   "%s is neither a PyTorch checkpoint nor a .wts file; give the .pt that train.py "
                   "wrote, or the "
                   ".wts that gen_wts.py wrote",
                   file_name);
}
