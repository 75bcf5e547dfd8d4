/* SPDX-License-Identifier: Apache-2.0 */
/* Is this an .engine, whole and undamaged? Checks bytes only; what they mean is plan_read.c's. */
#define XXH_INLINE_ALL
#include "plan/plan_format.h"

#include "base/size.h"

#include <inttypes.h>
#include <string.h>
#include <xxhash.h>

const char *pw_section_tag(pw_section section)
{
    static const char *const tags[PW_SECTION_COUNT] = {
#define PW_SECTION_TAG(name, tag) tag,
        PW_SECTION_MAP(PW_SECTION_TAG)
#undef PW_SECTION_TAG
    };
    return tags[section];
}

static bool begins(const uint8_t *data, size_t size, const char *text, size_t length)
{
    return size >= length && memcmp(data, text, length) == 0;
}

/* "351\nmodel.0.conv.weight 1728  3b..": a count alone on its line, then a name. */
static bool looks_like_wts(const uint8_t *data, size_t size)
{
    size_t at = 0;
    while (at < size && at < 9 && data[at] >= '0' && data[at] <= '9')
        at++;
    if (at == 0 || at + 1 >= size)
        return false;
    if (data[at] == '\r')
        at++;
    if (data[at] != '\n' || at + 1 >= size)
        return false;
    const uint8_t letter = (uint8_t)(data[at + 1] | 0x20);
    return letter >= 'a' && letter <= 'z';
}

/* A protobuf ModelProto: field 1 (ir_version, small), then producer name, graph or opset. */
static bool looks_like_onnx(const uint8_t *data, size_t size)
{
    return size >= 3 && data[0] == 0x08 && data[1] >= 1 && data[1] <= 32 &&
           (data[2] == 0x12 || data[2] == 0x1a || data[2] == 0x3a || data[2] == 0x42);
}

static bool looks_like_safetensors(const uint8_t *data, size_t size)
{
    return size >= 9 && data[8] == '{' && data[4] == 0 && data[5] == 0 && data[6] == 0 &&
           data[7] == 0;
}

/* What a file that is no engine seems to be and what to do with it. */
static const char *recognise(const uint8_t *data, size_t size)
{
    static const struct {
        const char *start;
        size_t length;
        const char *text;
    } known[] = {
        {"ftrt", 4,
         "it looks like a TensorRT plan, which only TensorRT can load; give pawl build "
         "the weights that it was made from"},
        {"PK\x03\x04", 4,
         "this is a checkpoint (a ZIP file, as .pt is): run pawl build on it "
         "first"},
        {"\x80\x02\x8a\x0a\x6c\xfc", 6,
         "this is a checkpoint (a .pt of torch 1.5 or older): run "
         "pawl build on it first"},
        {"\xff\xd8\xff", 3, "this is a JPEG picture; give the engine first, then the picture"},
        {"\x89PNG", 4, "this is a PNG picture; give the engine first, then the picture"},
        {"\x7f"
         "ELF",
         4, "this is a program or library"},
        {"\x89PAWL", 5,
         "it begins like an engine but was changed on its way, as a text-mode "
         "transfer does; copy it again in binary mode"},
        {"version https://git-lfs", 23, "this is a Git LFS pointer: run git lfs pull"},
    };
    for (size_t i = 0; i < PW_COUNT(known); i++)
        if (begins(data, size, known[i].start, known[i].length))
            return known[i].text;
    if (looks_like_wts(data, size))
        return "this is a .wts weights file: run pawl build on it first";
    if (looks_like_onnx(data, size))
        return "it looks like an ONNX model; give pawl build the .pt that it was exported from";
    if (looks_like_safetensors(data, size))
        return "it looks like a safetensors file; give pawl build the .pt of the same model";
    return "make one with pawl build";
}

static pawl_status verify_start(const uint8_t *data, size_t size, pawl_error *error)
{
    if (size == 0)
        return pw_fail(error, PAWL_ERR_CORRUPT, "not an engine: the file is empty");
    if (!begins(data, size, PW_ENGINE_MAGIC, PW_ENGINE_MAGIC_SIZE)) {
        if (size < PW_ENGINE_MAGIC_SIZE && memcmp(data, PW_ENGINE_MAGIC, size) == 0)
            return pw_fail_at(error, PAWL_ERR_CORRUPT, size,
                              "the engine ends after %zu bytes: copy or build it again", size);
        return pw_fail(error, PAWL_ERR_CORRUPT, "not an engine of pawl's: %s",
                       recognise(data, size));
    }
    if (size < PW_ENGINE_HEADER_SIZE + PW_ENGINE_TABLE_SIZE)
        return pw_fail_at(error, PAWL_ERR_CORRUPT, size,
                          "the engine ends after %zu bytes, within its header: copy or build it "
                          "again",
                          size);
    return PAWL_OK;
}

static bool is_zero(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (data[i] != 0)
            return false;
    return true;
}

static uint64_t header_checksum(const uint8_t *data)
{
    XXH3_state_t state;
    XXH3_64bits_reset(&state);
    XXH3_64bits_update(&state, data, PW_ENGINE_SUM_AT);
    XXH3_64bits_update(&state, data + PW_ENGINE_HEADER_SIZE, PW_ENGINE_TABLE_SIZE);
    return XXH3_64bits_digest(&state);
}

static pawl_status verify_header(const uint8_t *data, uint64_t size, pawl_error *error)
{
    pw_reader reader = pw_reader_over(data, PW_ENGINE_HEADER_SIZE);
    (void)pw_read_bytes(&reader, PW_ENGINE_MAGIC_SIZE);
    const uint32_t order = pw_read_u32(&reader);
    if (order == PW_ENGINE_ORDER_OTHER)
        return pw_fail_at(error, PAWL_ERR_UNSUPPORTED, PW_ENGINE_MAGIC_SIZE,
                          "the engine was written on a machine of other byte order: build it "
                          "again on this one");
    const uint32_t version = pw_read_u32(&reader);
    const uint64_t file_size = pw_read_u64(&reader);
    const uint32_t sections = pw_read_u32(&reader);
    if (order == PW_ENGINE_ORDER && version > PW_ENGINE_VERSION && version < 1u << 16)
        return pw_fail_at(error, PAWL_ERR_UNSUPPORTED, PW_ENGINE_MAGIC_SIZE + 4,
                          "the engine has format %" PRIu32 ", from a newer pawl; this one reads "
                          "format %d: update pawl, or build the engine again with this one",
                          version, PW_ENGINE_VERSION);
    if (file_size > size)
        return pw_fail_at(error, PAWL_ERR_CORRUPT, size,
                          "the engine is cut short: %" PRIu64 " of %" PRIu64
                          " bytes are there; copy or "
                          "build it again",
                          size, file_size);
    reader.at = PW_ENGINE_SUM_AT;
    if (pw_read_u64(&reader) != header_checksum(data) || order != PW_ENGINE_ORDER ||
        version > PW_ENGINE_VERSION || version < PW_ENGINE_OLDEST || sections != PW_SECTION_COUNT ||
        !is_zero(data + PW_ENGINE_ZEROS_AT, PW_ENGINE_SUM_AT - PW_ENGINE_ZEROS_AT))
        return pw_fail_at(error, PAWL_ERR_CORRUPT, PW_ENGINE_SUM_AT,
                          "the engine's header is damaged: copy or build it again");
    if (file_size != size)
        return pw_fail_at(error, PAWL_ERR_CORRUPT, file_size,
                          "the engine has %" PRIu64 " bytes where its header says %" PRIu64
                          ": copy or build it again",
                          size, file_size);
    return PAWL_OK;
}

/* Row number section must describe the bytes right after the section before it: no gaps, no
 * overlap, nothing out of bounds. */
static pawl_status verify_section(const uint8_t *data, size_t size, pw_section section,
                                  size_t before_end, pw_engine_layout *layout, pawl_error *error)
{
    const size_t row_at = PW_ENGINE_HEADER_SIZE + (size_t)section * PW_ENGINE_ROW_SIZE;
    pw_reader row = pw_reader_over(data + row_at, PW_ENGINE_ROW_SIZE);
    const char *tag = pw_section_tag(section);
    const bool is_tagged = memcmp(pw_read_bytes(&row, 4), tag, 4) == 0;
    const bool is_plain = pw_read_u32(&row) == 0;
    const uint64_t offset = pw_read_u64(&row);
    const uint64_t bytes = pw_read_u64(&row);
    const uint64_t checksum = pw_read_u64(&row);
    if (!is_tagged || !is_plain || offset != pw_size_align(before_end, PW_ENGINE_ALIGNMENT) ||
        offset > size || bytes > size - offset)
        return pw_fail_at(error, PAWL_ERR_CORRUPT, row_at,
                          "the engine's section %s is not where it should be: copy or build it "
                          "again",
                          tag);
    if (!is_zero(data + before_end, (size_t)offset - before_end) ||
        XXH3_64bits(data + offset, (size_t)bytes) != checksum)
        return pw_fail_at(error, PAWL_ERR_CORRUPT, offset,
                          "the engine's section %s is damaged (wrong checksum): copy or build it "
                          "again",
                          tag);
    layout->offset[section] = (size_t)offset;
    layout->size[section] = (size_t)bytes;
    return PAWL_OK;
}

pawl_status pw_engine_verify_head(const uint8_t *head, size_t head_size, uint64_t size,
                                  pawl_error *error)
{
    PW_TRY(verify_start(head, head_size, error));
    return verify_header(head, size, error);
}

pawl_status pw_engine_verify(const uint8_t *data, size_t size, pw_engine_layout *layout,
                             pawl_error *error)
{
    PW_TRY(pw_engine_verify_head(data, size, size, error));
    pw_reader version = pw_reader_over(data + PW_ENGINE_VERSION_AT, sizeof(uint32_t));
    layout->version = pw_read_u32(&version);
    size_t end = PW_ENGINE_HEADER_SIZE + PW_ENGINE_TABLE_SIZE;
    for (int s = 0; s < PW_SECTION_COUNT; s++) {
        PW_TRY(verify_section(data, size, (pw_section)s, end, layout, error));
        end = layout->offset[s] + layout->size[s];
    }
    if (end != size)
        return pw_fail_at(error, PAWL_ERR_CORRUPT, end,
                          "the engine has %zu bytes behind its last section: copy or build it "
                          "again",
                          size - end);
    return PAWL_OK;
}
