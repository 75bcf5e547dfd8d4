/* SPDX-License-Identifier: Apache-2.0 */
/* The first bytes of every kind of file that was ever handed to us. */
#include "base/file_kind.h"

#include "base/os.h"
#include "base/size.h"

#include <string.h>

#define START_SIZE 64
#define AGAIN      "download the file again"
#define DECOMPRESS "decompress it first"

typedef struct signature {
    size_t at;
    const char *bytes;
    size_t length;
    pw_file_guess guess;
} signature;

#define SIGNATURE(at, bytes, kind, what, remedy) \
    {                                            \
        at, bytes, sizeof(bytes) - 1,            \
        {                                        \
            kind, "" what, (remedy)              \
        }                                        \
    }

/* The first that fits is taken. */
/* clang-format off */
static const signature signatures[] = {
    SIGNATURE(0, "PK\x03\x04", PW_FILE_ZIP, "a checkpoint (a ZIP file, as .pt is)", NULL),
    SIGNATURE(0, "PK\x05\x06", PW_FILE_ZIP, "an empty ZIP file", NULL),
    SIGNATURE(0, "\x89PAWL", PW_FILE_ENGINE, "an engine of pawl's", NULL),
    SIGNATURE(0, "ftrt", PW_FILE_PLAN, "a TensorRT engine", NULL),
    SIGNATURE(0, "ptrt", PW_FILE_PLAN, "a TensorRT engine", NULL),
    SIGNATURE(0, "IMOD", PW_FILE_MODEL, "an Ascend model (.om)", NULL),
    SIGNATURE(0, "model.0.", PW_FILE_MODEL, "a .wts of DeepStream-Yolo, which lacks the count of tensors and a part of them", NULL),
    SIGNATURE(0, "[net]", PW_FILE_MODEL, "a Darknet configuration", NULL),
    SIGNATURE(0, "\x93NUMPY", PW_FILE_ARRAY, "a NumPy array", NULL),
    SIGNATURE(0, "\x89HDF", PW_FILE_MODEL, "an HDF5 file (Keras)", NULL),
    SIGNATURE(0, "GGUF", PW_FILE_MODEL, "a GGUF model", NULL),
    SIGNATURE(0, "7767517\n", PW_FILE_MODEL, "an ncnn model", NULL),
    SIGNATURE(0, "7767517\r\n", PW_FILE_MODEL, "an ncnn model", NULL),
    SIGNATURE(0, "\x47\x6b\x30\x01", PW_FILE_MODEL, "weights of ncnn", NULL),
    SIGNATURE(0, "RKNN", PW_FILE_MODEL, "an RKNN model", NULL),
    SIGNATURE(4, "TFL3", PW_FILE_MODEL, "a TensorFlow Lite model", NULL),
    SIGNATURE(0, "\xff\xd8\xff", PW_FILE_PICTURE, "a JPEG picture", NULL),
    SIGNATURE(0, "\x89PNG", PW_FILE_PICTURE, "a PNG picture", NULL),
    SIGNATURE(8, "WEBP", PW_FILE_PICTURE, "a WebP picture", NULL),
    SIGNATURE(0, "GIF8", PW_FILE_PICTURE, "a GIF picture", NULL),
    SIGNATURE(0, "II*\0", PW_FILE_PICTURE, "a TIFF picture", NULL),
    SIGNATURE(0, "MM\0*", PW_FILE_PICTURE, "a TIFF picture", NULL),
    SIGNATURE(4, "ftyphei", PW_FILE_PICTURE, "a HEIF picture", NULL),
    SIGNATURE(4, "ftyphev", PW_FILE_PICTURE, "a HEIF picture", NULL),
    SIGNATURE(4, "ftypmif1", PW_FILE_PICTURE, "a HEIF picture", NULL),
    SIGNATURE(4, "ftypmsf1", PW_FILE_PICTURE, "a HEIF picture", NULL),
    SIGNATURE(4, "ftypavi", PW_FILE_PICTURE, "an AVIF picture", NULL),
    SIGNATURE(0, "\0\0\0\x0cjP  ", PW_FILE_PICTURE, "a JPEG 2000 picture", NULL),
    SIGNATURE(0, "\xff\x0a", PW_FILE_PICTURE, "a JPEG XL picture", NULL),
    SIGNATURE(0, "\0\0\0\x0cJXL ", PW_FILE_PICTURE, "a JPEG XL picture", NULL),
    SIGNATURE(0, "\xff\x4f\xff\x51", PW_FILE_PICTURE, "a JPEG 2000 picture", NULL),
    SIGNATURE(0, "v/1\x01", PW_FILE_PICTURE, "an OpenEXR picture", NULL),
    SIGNATURE(0, "#?RADIANCE", PW_FILE_PICTURE, "a Radiance HDR picture", NULL),
    SIGNATURE(0, "#?RGBE", PW_FILE_PICTURE, "a Radiance HDR picture", NULL),
    SIGNATURE(0, "DDS ", PW_FILE_PICTURE, "a DDS picture", NULL),
    SIGNATURE(0, "qoif", PW_FILE_PICTURE, "a QOI picture", NULL),
    SIGNATURE(0, "\x59\xa6\x6a\x95", PW_FILE_PICTURE, "a Sun raster picture", NULL),
    SIGNATURE(0, "Pf\n", PW_FILE_PICTURE, "a PFM picture", NULL),
    SIGNATURE(0, "PF\n", PW_FILE_PICTURE, "a PFM picture", NULL),
    SIGNATURE(0, "P7\n", PW_FILE_PICTURE, "a PAM picture", NULL),
    SIGNATURE(0, "8BPS", PW_FILE_PICTURE, "a Photoshop picture", NULL),
    SIGNATURE(0, "<svg", PW_FILE_PICTURE, "an SVG picture", NULL),
    SIGNATURE(0, "%PDF-", PW_FILE_PICTURE, "a PDF document", NULL),
    SIGNATURE(4, "ftyp", PW_FILE_VIDEO, "a video (MP4, QuickTime)", NULL),
    SIGNATURE(8, "AVI ", PW_FILE_VIDEO, "a video (AVI)", NULL),
    SIGNATURE(0, "\x1a\x45\xdf\xa3", PW_FILE_VIDEO, "a video (Matroska, WebM)", NULL),
    SIGNATURE(0, "\0\0\x01\xba", PW_FILE_VIDEO, "a video (MPEG)", NULL),
    SIGNATURE(0, "version https://git-lfs", PW_FILE_OTHER, "a Git LFS pointer, not the file itself", "run 'git lfs pull'"),
    SIGNATURE(0, "\x1f\x8b", PW_FILE_OTHER, "compressed with gzip", DECOMPRESS),
    SIGNATURE(0, "\xfd" "7zXZ", PW_FILE_OTHER, "compressed with xz", DECOMPRESS),
    SIGNATURE(4, "1AY&SY", PW_FILE_OTHER, "compressed with bzip2", DECOMPRESS),
    SIGNATURE(0, "\x28\xb5\x2f\xfd", PW_FILE_OTHER, "compressed with zstd", DECOMPRESS),
    SIGNATURE(0, "\x04\x22\x4d\x18", PW_FILE_OTHER, "compressed with lz4", DECOMPRESS),
    SIGNATURE(0, "\x1f\x9d", PW_FILE_OTHER, "compressed with compress", DECOMPRESS),
    SIGNATURE(0, "7z\xbc\xaf", PW_FILE_OTHER, "a 7-Zip archive", "unpack it first"),
    SIGNATURE(0, "Rar!", PW_FILE_OTHER, "a RAR archive", "unpack it first"),
    SIGNATURE(257, "ustar", PW_FILE_OTHER, "a tar archive (perhaps of torch before 0.4)", "unpack it, or save again with a newer PyTorch"),
    SIGNATURE(0, "\x7f" "ELF", PW_FILE_OTHER, "a program or library", NULL),
    SIGNATURE(0, "MZ\x90", PW_FILE_OTHER, "a program or library of Windows", NULL),
    SIGNATURE(0, "\xcf\xfa\xed\xfe", PW_FILE_OTHER, "a program or library of macOS", NULL),
    SIGNATURE(0, "\x00\x05\x16\x07", PW_FILE_OTHER, "what macOS keeps beside a file (AppleDouble)", "the file itself has the name without ._"),
    SIGNATURE(0, "SQLite format 3", PW_FILE_OTHER, "an SQLite database", NULL),
    SIGNATURE(0, "ID3", PW_FILE_OTHER, "a sound file (MP3)", NULL),
    SIGNATURE(0, "fLaC", PW_FILE_OTHER, "a sound file (FLAC)", NULL),
    SIGNATURE(0, "OggS", PW_FILE_OTHER, "a sound or video file (Ogg)", NULL),
    SIGNATURE(8, "WAVE", PW_FILE_OTHER, "a sound file (WAV)", NULL),
    SIGNATURE(0, "FLV\x01", PW_FILE_VIDEO, "a video (FLV)", NULL),
    SIGNATURE(0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11", PW_FILE_VIDEO, "a video (ASF, WMV)", NULL),
    SIGNATURE(0, "\xff\xfe", PW_FILE_OTHER, "text in UTF-16", "save it as plain ASCII"),
    SIGNATURE(0, "\xfe\xff", PW_FILE_OTHER, "text in UTF-16", "save it as plain ASCII"),
    SIGNATURE(0, "\xef\xbb\xbf", PW_FILE_OTHER, "text with a byte order mark", "save it as plain ASCII, without one"),
};
/* clang-format on */

static const uint8_t legacy_magic[] = {0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9,
                                       0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e};

static bool begins(const uint8_t *data, size_t size, size_t at, const void *bytes, size_t length)
{
    return size >= at + length && memcmp(data + at, bytes, length) == 0;
}

static bool has(const uint8_t *data, size_t size, const char *word)
{
    for (size_t i = 0; i < size; i++)
        if (begins(data, size, i, word, strlen(word)))
            return true;
    return false;
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

/* Ultralytics' yolo puts a little-endian length and JSON before TensorRT's plan. */
static bool is_ultralytics_engine(const uint8_t *data, size_t size, uint64_t whole)
{
    if (size < 8 || data[4] != '{' || data[5] != '"')
        return false;
    const uint64_t length =
        data[0] | (uint64_t)data[1] << 8 | (uint64_t)data[2] << 16 | (uint64_t)data[3] << 24;
    return length >= 2 && length < whole - 4 &&
           (4 + length > size - 4 || data[4 + length - 1] == '}');
}

/* Three little-endian numbers: 0, 1 or 2, and up to 5. */
static bool is_darknet(const uint8_t *data, size_t size)
{
    static const uint8_t zeros[3];
    return size >= 16 && data[0] == 0 && memcmp(data + 1, zeros, 3) == 0 &&
           (data[4] == 1 || data[4] == 2) && memcmp(data + 5, zeros, 3) == 0 && data[8] <= 5 &&
           memcmp(data + 9, zeros, 3) == 0;
}

/* What begins as ONNX does, a version and then a message where ONNX has its producer's name: of
 * TensorFlow's SavedModel and of Core ML. NULL: neither. */
static const char *other_protobuf(const uint8_t *data, size_t size)
{
    if (size <= 16 || data[0] != 0x08 || data[2] != 0x12)
        return NULL;
    size_t at = 3;
    while (at < 8 && (data[at] & 0x80) != 0)
        at++;
    if (data[at + 1] >= ' ')
        return NULL;
    return data[1] == 1 ? "a TensorFlow SavedModel" : "a Core ML model";
}

/* A model's plan or a list of data: text that has one of the keys at the start of a line. */
static bool is_yaml(const uint8_t *data, size_t size)
{
    static const char *const keys[] = {"nc:", "names:", "backbone:", "train:", "depth_multiple:"};
    for (size_t i = 0; i < size; i++)
        for (size_t k = 0; k < PW_COUNT(keys) && (i == 0 || data[i - 1] == '\n'); k++)
            if (begins(data, size, i, keys[k], strlen(keys[k])))
                return true;
    return false;
}

/* Protocol buffers: field 1 (ir_version), then a field of the model's head: producer, version,
 * domain, graph or operator set. */
static bool is_onnx(const uint8_t *data, size_t size)
{
    return size > 16 && data[0] == 0x08 && data[1] >= 1 && data[1] <= 32 &&
           (data[2] == 0x12 || data[2] == 0x1a || data[2] == 0x22 || data[2] == 0x3a ||
            data[2] == 0x42);
}

/* In whatever case. */
static bool begins_with_word(const uint8_t *data, size_t size, const char *word)
{
    size_t i = 0;
    while (i < size && word[i] != '\0' && (data[i] | 0x20) == (word[i] | 0x20))
        i++;
    return word[i] == '\0';
}

/* What servers send in the place of a file, blanks before it or not; models in XML. */
static bool is_markup(const uint8_t *data, size_t size, pw_file_guess *guess)
{
    static const char *const pages[] = {"<!doctype html", "<html", "<head", "<title", "<!--"};
    size_t at = 0;
    while (at < size && at < START_SIZE && (data[at] == ' ' || (data[at] >= 9 && data[at] <= 13)))
        at++;
    const bool is_xml = begins_with_word(data + at, size - at, "<?xml");
    bool is_page = is_xml && (has(data, size, "<Error>") || has(data, size, "<html"));
    for (size_t i = 0; i < PW_COUNT(pages); i++)
        is_page = is_page || begins_with_word(data + at, size - at, pages[i]);
    if (is_page)
        *guess = (pw_file_guess){PW_FILE_OTHER, "a web page, so the download went wrong", AGAIN};
    else if (is_xml && has(data, size, "<svg"))
        *guess = (pw_file_guess){PW_FILE_PICTURE, "an SVG picture", NULL};
    else if (is_xml)
        *guess = (pw_file_guess){
            PW_FILE_MODEL, has(data, size, "<net ") ? "an OpenVINO model" : "an XML file", NULL};
    return is_page || is_xml;
}

/* Of protocol 2 and later, which begin with its number. */
static bool is_pickle(const uint8_t *data, size_t size)
{
    return size >= 2 && data[0] == 0x80 && data[1] >= 2 && data[1] <= 5;
}

/* Before protocol 2: by an opcode that can come first. */
bool pw_file_may_be_pickle(const void *data, size_t size)
{
    const uint8_t *bytes = data;
    if (size < 2 || bytes[0] == '\0')
        return false;
    return is_pickle(bytes, size) || strchr("()]}cIJKMLFGNSTUVX", bytes[0]) != NULL;
}

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* A count of tensors: digits at the start, blanks around them. *is_sure: on a line of its own, a
 * name behind it. */
static bool is_wts(const uint8_t *data, size_t size, bool *is_sure)
{
    size_t at = 0;
    while (at < size && at < START_SIZE && is_blank(data[at]))
        at++;
    const size_t first = at;
    while (at < size && at < START_SIZE && data[at] >= '0' && data[at] <= '9')
        at++;
    const bool is_count = at > first && (at == size || is_blank(data[at]));
    const size_t behind = at + (at < size && data[at] == '\r' ? 2 : 1);
    *is_sure = is_count && behind < size && data[behind - 1] == '\n' &&
               ((data[behind] | 0x20) >= 'a' && (data[behind] | 0x20) <= 'z');
    return is_count;
}

/* Two letters say little: what follows must fit too. */
static const char *weak_picture(const uint8_t *data, size_t size)
{
    if (size >= 18 && data[0] == 'B' && data[1] == 'M' && data[15] == 0 && data[16] == 0)
        return "a BMP picture";
    if (size >= 3 && data[0] == 'P' && data[1] >= '1' && data[1] <= '6' && is_blank(data[2]))
        return "a PNM picture";
    return NULL;
}

/* An object or a list of them, with a key or an item behind the bracket. */
static bool is_json(const uint8_t *data, size_t size)
{
    size_t at = 1;
    if (size < 2 || (data[0] != '{' && data[0] != '['))
        return false;
    while (at < size && at < START_SIZE && is_blank(data[at]))
        at++;
    return at < size && (data[at] == '"' || data[at] == '{' || data[at] == '}' || data[at] == ']');
}

pw_file_guess pw_file_guess_of(const void *data, size_t size, uint64_t whole)
{
    const uint8_t *bytes = data;
    size = pw_size_min(size, PW_OS_HEAD_SIZE); /* what lies further on tells no kind */
    for (size_t i = 0; i < PW_COUNT(signatures); i++)
        if (begins(bytes, size, signatures[i].at, signatures[i].bytes, signatures[i].length)) {
            pw_file_guess guess = signatures[i].guess;
            /* plans that need TensorRTX's plugin name it, if they do so early */
            if (guess.kind == PW_FILE_PLAN && has(bytes, size, "YoloLayer_TRT"))
                guess.what = "an engine of TensorRTX's (a TensorRT engine with its plugin)";
            return guess;
        }
    pw_file_guess markup;
    if (is_markup(bytes, size, &markup))
        return markup;
    if (is_legacy(bytes, size))
        return (pw_file_guess){PW_FILE_LEGACY_PT, "a checkpoint (a .pt of torch 1.5 or older)",
                               NULL};
    if (is_safetensors(bytes, size, whole))
        return (pw_file_guess){PW_FILE_MODEL,
                               "a safetensors file: numbers and names without the layers", NULL};
    if (is_ultralytics_engine(bytes, size, whole))
        return (pw_file_guess){PW_FILE_PLAN,
                               "an engine of Ultralytics' (a TensorRT engine behind a JSON header)",
                               NULL};
    if (is_darknet(bytes, size))
        return (pw_file_guess){PW_FILE_MODEL, "weights of Darknet", NULL};
    if (other_protobuf(bytes, size) != NULL)
        return (pw_file_guess){PW_FILE_MODEL, other_protobuf(bytes, size), NULL};
    if (is_onnx(bytes, size))
        return (pw_file_guess){PW_FILE_MODEL, "an ONNX model", NULL};
    if (is_pickle(bytes, size))
        return (pw_file_guess){PW_FILE_OTHER, "a Python pickle, but not one of torch.save",
                               "save the checkpoint with torch.save"};
    bool is_sure = false;
    if (is_wts(bytes, size, &is_sure))
        return (pw_file_guess){PW_FILE_WTS,
                               is_sure ? "a .wts file of weights"
                                       : "a text that begins with a number, as a .wts does",
                               NULL};
    const char *picture = weak_picture(bytes, size);
    if (picture != NULL)
        return (pw_file_guess){PW_FILE_PICTURE, picture, NULL};
    if (is_json(bytes, size))
        return (pw_file_guess){PW_FILE_OTHER, "a JSON file", NULL};
    if (is_yaml(bytes, size))
        return (pw_file_guess){PW_FILE_OTHER, "a YAML file, which describes a model or data",
                               "give the .pt that was trained with it"};
    return (pw_file_guess){PW_FILE_UNKNOWN, NULL, NULL};
}

const char *pawl_file_kind(const char *path)
{
    pw_os_input input;
    pawl_error error;
    if (path == NULL || pw_os_input_open(path, false, &input, &error) < 0)
        return NULL;
    const pw_file_guess guess = pw_file_guess_of(input.head, input.head_size, input.size);
    pw_os_input_close(&input);
    return guess.what;
}
