/* SPDX-License-Identifier: Apache-2.0 */
/* Is this an .engine, whole and undamaged? Checks bytes only; what they mean is plan_read.c's. */
#define XXH_INLINE_ALL
#include "plan/plan_format.h"

#include "base/file_kind.h"
#include "base/size.h"

#include <inttypes.h>
#include <string.h>
#include <xxhash.h>

static const struct {
    const char *tag;
    uint32_t flags;
} sections[PW_SECTION_COUNT] = {
#define PW_SECTION_ROW(name, tag, flags) {tag, flags},
    PW_SECTION_MAP(PW_SECTION_ROW)
#undef PW_SECTION_ROW
};

const char *pw_section_tag(pw_section section)
{
    return sections[section].tag;
}

uint32_t pw_section_flags(pw_section section)
{
    return sections[section].flags;
}

static bool begins(const uint8_t *data, size_t size, const char *text, size_t length)
{
    return size >= length && memcmp(data, text, length) == 0;
}

/* A file that is no engine: what it seems to be and what to do with it. */
static pawl_status refuse_kind(const uint8_t *data, size_t size, uint64_t whole, pawl_error *error)
{
    const pw_file_guess guess = pw_file_guess_of(data, size, whole);
    const char *remedy = guess.remedy != NULL ? guess.remedy : "make an engine with pawl build";
    switch (guess.kind) {
    case PW_FILE_UNKNOWN:
        return pw_fail(error, PAWL_ERR_CORRUPT,
                       "not an engine of pawl's: make one with pawl build");
    case PW_FILE_ENGINE:
        return pw_fail(error, PAWL_ERR_CORRUPT,
                       "it begins like an engine but was changed on its way, as a text-mode "
                       "transfer does; copy it again in binary mode");
    case PW_FILE_ZIP:
    case PW_FILE_LEGACY_PT:
    case PW_FILE_WTS:
        remedy = "run pawl build on it first";
        break;
    case PW_FILE_PLAN:
        remedy = "only TensorRT can load it; give pawl build the weights that it was made from";
        break;
    case PW_FILE_MODEL:
        remedy = "give pawl build the .pt or .wts that it was made from";
        break;
    case PW_FILE_PICTURE:
    case PW_FILE_VIDEO:
        remedy = "give the engine first, then the picture";
        break;
    case PW_FILE_ARRAY:
        remedy = "give the engine first, then the array";
        break;
    case PW_FILE_OTHER:
        break;
    }
    return pw_fail(error, PAWL_ERR_UNSUPPORTED, "not an engine of pawl's: this is %s; %s",
                   guess.what, remedy);
}

static pawl_status verify_start(const uint8_t *data, size_t size, uint64_t whole, pawl_error *error)
{
    if (size == 0)
        return pw_fail(error, PAWL_ERR_CORRUPT, "not an engine: the file is empty");
    if (!begins(data, size, PW_ENGINE_MAGIC, PW_ENGINE_MAGIC_SIZE)) {
        if (size < PW_ENGINE_MAGIC_SIZE && memcmp(data, PW_ENGINE_MAGIC, size) == 0)
            return pw_fail_at(error, PAWL_ERR_CORRUPT, size,
                              "the engine ends after %zu bytes: copy or build it again", size);
        return refuse_kind(data, size, whole, error);
    }
    if (size < PW_ENGINE_HEADER_SIZE)
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

static uint64_t header_checksum(const uint8_t *data, size_t count)
{
    XXH3_state_t state;
    XXH3_64bits_reset(&state);
    XXH3_64bits_update(&state, data, PW_ENGINE_SUM_AT);
    XXH3_64bits_update(&state, data + PW_ENGINE_HEADER_SIZE, count * PW_ENGINE_ROW_SIZE);
    return XXH3_64bits_digest(&state);
}

typedef struct engine_header {
    uint32_t order, version, sections;
    uint64_t file_size, checksum;
} engine_header;

static engine_header read_header(const uint8_t *data)
{
    pw_reader reader = pw_reader_over(data, PW_ENGINE_HEADER_SIZE);
    engine_header header;
    (void)pw_read_bytes(&reader, PW_ENGINE_MAGIC_SIZE);
    header.order = pw_read_u32(&reader);
    header.version = pw_read_u32(&reader);
    header.file_size = pw_read_u64(&reader);
    header.sections = pw_read_u32(&reader);
    reader.at = PW_ENGINE_SUM_AT;
    header.checksum = pw_read_u64(&reader);
    return header;
}

/* data: head_size bytes of a file of size. */
static bool is_header_whole(const uint8_t *data, size_t head_size, const engine_header *header)
{
    const uint32_t least = header->version < 3 ? PW_SECTION_COUNT : PW_SECTION_CONSTANTS + 1;
    const uint32_t most = header->version < 3 ? PW_SECTION_COUNT : PW_ENGINE_MAX_SECTIONS;
    return header->order == PW_ENGINE_ORDER && header->version <= PW_ENGINE_VERSION &&
           header->version >= PW_ENGINE_OLDEST && header->sections >= least &&
           header->sections <= most &&
           head_size - PW_ENGINE_HEADER_SIZE >= header->sections * PW_ENGINE_ROW_SIZE &&
           is_zero(data + PW_ENGINE_ZEROS_AT, PW_ENGINE_SUM_AT - PW_ENGINE_ZEROS_AT) &&
           header->checksum == header_checksum(data, header->sections);
}

static pawl_status verify_header(const uint8_t *data, size_t head_size, uint64_t size,
                                 pawl_error *error)
{
    const engine_header header = read_header(data);
    if (header.order == PW_ENGINE_ORDER_OTHER)
        return pw_fail_at(error, PAWL_ERR_UNSUPPORTED, PW_ENGINE_MAGIC_SIZE,
                          "the engine was written on a machine of other byte order: build it "
                          "again on this one");
    if (header.order == PW_ENGINE_ORDER && header.version > PW_ENGINE_VERSION &&
        header.version < 1u << 16)
        return pw_fail_at(error, PAWL_ERR_UNSUPPORTED, PW_ENGINE_VERSION_AT,
                          "the engine has format %" PRIu32 ", from a newer pawl; this one reads "
                          "formats %d to %d: update pawl, or build the engine again with this one",
                          header.version, PW_ENGINE_OLDEST, PW_ENGINE_VERSION);
    if (header.file_size > size)
        return pw_fail_at(error, PAWL_ERR_CORRUPT, size,
                          "the engine is cut short: %" PRIu64 " of %" PRIu64
                          " bytes are there; copy or "
                          "build it again",
                          size, header.file_size);
    if (!is_header_whole(data, head_size, &header))
        return pw_fail_at(error, PAWL_ERR_CORRUPT, PW_ENGINE_SUM_AT,
                          "the engine's header is damaged: copy or build it again");
    if (header.file_size != size)
        return pw_fail_at(error, PAWL_ERR_CORRUPT, header.file_size,
                          "the engine has %" PRIu64 " bytes where its header says %" PRIu64
                          ": copy or build it again",
                          size, header.file_size);
    return PAWL_OK;
}

/* What is walked over: the section table. */
typedef struct table_walk {
    const uint8_t *data;
    size_t size;
    size_t row_at; /* of the row in hand */
    size_t end;    /* of the section before */
    int next;      /* the first known section that may come */
    char tag[5];   /* of the row */
    pw_engine_layout *layout;
    pawl_error *error;
} table_walk;

static pawl_status misplaced(const table_walk *walk)
{
    return pw_fail_at(walk->error, PAWL_ERR_CORRUPT, walk->row_at,
                      "the engine's section %s is not where it should be: copy or build it again",
                      walk->tag);
}

/* Which of the known sections a tag names, which come in their order; PW_SECTION_COUNT for none. */
static int known_section(const table_walk *walk)
{
    int section = 0;
    while (section < PW_SECTION_COUNT && strcmp(walk->tag, sections[section].tag) != 0)
        section++;
    return section;
}

/* Four capital letters: what is no tag is damage, and goes into no message. */
static bool take_tag(table_walk *walk, const char *letters)
{
    memcpy(walk->tag, letters, 4);
    for (int i = 0; i < 4; i++)
        if (walk->tag[i] < 'A' || walk->tag[i] > 'Z') {
            memcpy(walk->tag, "????", 4);
            return false;
        }
    return true;
}

static pawl_status place_section(table_walk *walk, uint32_t flags, size_t offset, size_t bytes)
{
    const bool is_old = walk->layout->version < 3;
    const int section = known_section(walk);
    if (section == PW_SECTION_COUNT && !is_old && flags == PW_ENGINE_OPTIONAL)
        return PAWL_OK; /* of another pawl, for whom it can do without */
    if (section == PW_SECTION_COUNT && !is_old && flags == 0)
        return pw_fail_at(walk->error, PAWL_ERR_UNSUPPORTED, walk->row_at,
                          "the engine has a section %s that this pawl does not know: update pawl, "
                          "or build the engine again with this one",
                          walk->tag);
    const bool is_next = section == walk->next ||
                         (!is_old && section > walk->next && walk->next > PW_SECTION_CONSTANTS);
    if (section == PW_SECTION_COUNT || !is_next || flags != (is_old ? 0 : sections[section].flags))
        return misplaced(walk);
    walk->next = section + 1;
    walk->layout->has[section] = true;
    walk->layout->offset[section] = offset;
    walk->layout->size[section] = bytes;
    return PAWL_OK;
}

/* A row must describe the bytes right after the section before it: no gaps, no overlap, nothing out
 * of bounds. */
static pawl_status verify_section(table_walk *walk)
{
    pw_reader row = pw_reader_over(walk->data + walk->row_at, PW_ENGINE_ROW_SIZE);
    const bool is_tagged = take_tag(walk, pw_read_bytes(&row, 4));
    const uint32_t flags = pw_read_u32(&row);
    const uint64_t offset = pw_read_u64(&row), bytes = pw_read_u64(&row);
    const uint64_t checksum = pw_read_u64(&row);
    if (!is_tagged || offset != pw_size_align(walk->end, PW_ENGINE_ALIGNMENT) ||
        offset > walk->size || bytes > walk->size - offset)
        return misplaced(walk);
    PW_TRY(place_section(walk, flags, (size_t)offset, (size_t)bytes));
    if (!is_zero(walk->data + walk->end, (size_t)offset - walk->end) ||
        XXH3_64bits(walk->data + offset, (size_t)bytes) != checksum)
        return pw_fail_at(walk->error, PAWL_ERR_CORRUPT, offset,
                          "the engine's section %s is damaged (wrong checksum): copy or build it "
                          "again",
                          walk->tag);
    walk->end = (size_t)(offset + bytes);
    return PAWL_OK;
}

pawl_status pw_engine_verify_head(const uint8_t *head, size_t head_size, uint64_t size,
                                  pawl_error *error)
{
    PW_TRY(verify_start(head, head_size, size, error));
    return verify_header(head, head_size, size, error);
}

pawl_status pw_engine_verify(const uint8_t *data, size_t size, pw_engine_layout *layout,
                             pawl_error *error)
{
    PW_TRY(pw_engine_verify_head(data, size, size, error));
    const engine_header header = read_header(data);
    *layout = (pw_engine_layout){.version = header.version};
    table_walk walk = {.data = data, .size = size, .layout = layout, .error = error};
    walk.end = PW_ENGINE_HEADER_SIZE + header.sections * (size_t)PW_ENGINE_ROW_SIZE;
    for (uint32_t row = 0; row < header.sections; row++) {
        walk.row_at = PW_ENGINE_HEADER_SIZE + row * (size_t)PW_ENGINE_ROW_SIZE;
        PW_TRY(verify_section(&walk));
    }
    if (walk.next <= PW_SECTION_CONSTANTS)
        return pw_fail_at(error, PAWL_ERR_CORRUPT, PW_ENGINE_HEADER_SIZE,
                          "the engine has no section %s: copy or build it again",
                          sections[walk.next].tag);
    if (walk.end != size)
        return pw_fail_at(error, PAWL_ERR_CORRUPT, walk.end,
                          "the engine has %zu bytes behind its last section: copy or build it "
                          "again",
                          size - walk.end);
    return PAWL_OK;
}
