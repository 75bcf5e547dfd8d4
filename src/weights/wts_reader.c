/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TensorRTX's text: COUNT, then for each tensor NAME COUNT and the bits of its float32 values in
 * hexadecimal. Any white space separates. The usual value is a blank and eight digits; anything
 * else takes the slow way. A file passes through a window, since its text is twice the size of
 * what it says.
 */
#include "base/memory.h"
#include "base/size.h"
#include "weights/printable.h"
#include "weights/readers.h"
#include <inttypes.h>
#include <string.h>

#define NAME_LENGTH_LIMIT 1024
#define DIGITS            8
#define WINDOW_SIZE       ((size_t)1 << 20)

/* The text from byte base on, as far as it is at hand. */
typedef struct wts_reader {
    const uint8_t *data;
    size_t size, at;
    pw_weights *weights;
    pawl_error *error;
    uint64_t base, whole; /* bytes of the file: before data, in all */
    size_t lines;         /* ends of lines before data */
    pw_os_input *input;   /* what follows comes from here; NULL: nothing follows */
    uint8_t *window;      /* in which data lies then */
    pawl_error failure;   /* of reading it */
} wts_reader;

/* The value of a hexadecimal digit; 0xff: none. */
/* clang-format off */
#define XX 0xff
#define NONE16 XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX
static const uint8_t digit_values[256] = {
    NONE16, NONE16, NONE16,
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, XX, XX, XX, XX, XX, XX,
    XX, 10, 11, 12, 13, 14, 15, XX, XX, XX, XX, XX, XX, XX, XX, XX, NONE16,
    XX, 10, 11, 12, 13, 14, 15, XX, XX, XX, XX, XX, XX, XX, XX, XX, NONE16,
    NONE16, NONE16, NONE16, NONE16, NONE16, NONE16, NONE16, NONE16,
};
/* clang-format on */

static bool is_space(uint8_t byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static size_t count_lines(const uint8_t *data, size_t size)
{
    size_t count = 0;
    const uint8_t *end = data + size;
    for (const uint8_t *at = data; size > 0 && (at = memchr(at, '\n', size)) != NULL;) {
        at++;
        count++;
        size = (size_t)(end - at);
    }
    return count;
}

static size_t line_at(const wts_reader *reader, size_t at)
{
    return 1 + reader->lines + count_lines(reader->data, pw_size_min(at, reader->size));
}

static uint64_t byte_at(const wts_reader *reader, size_t at)
{
    return reader->base + at;
}

/* Gets more of the file behind what lies from kept on, which moves to the window's start. False:
 * there is no more, or no room. */
static bool refill(wts_reader *reader, size_t kept)
{
    size_t got = 0;
    const size_t left = reader->size - kept;
    if (reader->input == NULL || left == WINDOW_SIZE)
        return false;
    reader->lines += count_lines(reader->data, kept);
    reader->base += kept;
    reader->at -= kept;
    memmove(reader->window, reader->window + kept, left);
    const pawl_status status = pw_os_input_next(reader->input, reader->window + left,
                                                WINDOW_SIZE - left, &got, &reader->failure);
    if (status < 0 || got < WINDOW_SIZE - left)
        reader->input = NULL;
    reader->size = left + got;
    return got > 0;
}

/* The next run of bytes that are no white space, as long as the window at most; length 0 at the
 * end. What was given before is gone. */
static const char *next_token(wts_reader *reader, size_t *length)
{
    do {
        while (reader->at < reader->size && is_space(reader->data[reader->at]))
            reader->at++;
    } while (reader->at == reader->size && refill(reader, reader->at));
    size_t start = reader->at;
    for (;;) {
        while (reader->at < reader->size && !is_space(reader->data[reader->at]))
            reader->at++;
        if (reader->at < reader->size || !refill(reader, start))
            break;
        start = 0;
    }
    *length = reader->at - start;
    return (const char *)reader->data + start;
}

static size_t token_at(const wts_reader *reader, const char *token)
{
    return (size_t)(token - (const char *)reader->data);
}

static bool read_decimal(const char *token, size_t length, uint64_t *result)
{
    uint64_t number = 0;
    if (length == 0 || length > 18)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (token[i] < '0' || token[i] > '9')
            return false;
        number = number * 10 + (uint64_t)(token[i] - '0');
    }
    *result = number;
    return true;
}

/* A count, of which each thing takes at least a byte and a blank of what is left. */
static pawl_status read_count(wts_reader *reader, const char *of_what, uint64_t *count)
{
    size_t length = 0;
    const char *token = next_token(reader, &length);
    const size_t at = token_at(reader, token);
    if (length == 0)
        return pw_fail_at(
            reader->error, PAWL_ERR_CORRUPT, byte_at(reader, at),
            "%s ends at line %zu, where the count of %s should stand: the file is cut short; "
            "copy or make it again",
            reader->weights->file_name, line_at(reader, at), of_what);
    if (!read_decimal(token, length, count))
        return pw_fail_at(reader->error, PAWL_ERR_CORRUPT, byte_at(reader, at),
                          "%s: line %zu has '%s' where the count of %s should stand (byte %" PRIu64
                          ")",
                          reader->weights->file_name, line_at(reader, at),
                          pw_printable_of(token, length).text, of_what, byte_at(reader, at));
    const uint64_t done = byte_at(reader, reader->at);
    if (done > reader->whole || *count > (reader->whole - done) / 2)
        return pw_fail_at(
            reader->error, PAWL_ERR_CORRUPT, byte_at(reader, at),
            "%s: line %zu promises %llu %s, more than the file has room for: it is cut short; "
            "copy or make it again",
            reader->weights->file_name, line_at(reader, at), (unsigned long long)*count, of_what);
    return PAWL_OK;
}

/* A blank and eight digits at hand: the value's bits. false: it is written in another way, or is
 * wrong. */
static inline bool read_usual(const uint8_t *at, uint32_t *bits)
{
    const uint8_t *digits = at + 1;
    uint32_t value = 0;
    uint8_t all = 0;
    for (size_t i = 0; i < DIGITS; i++) {
        const uint8_t digit = digit_values[digits[i]];
        all |= digit;
        value = value << 4 | digit;
    }
    *bits = value;
    return all <= 15 && at[0] == ' ' && is_space(at[1 + DIGITS]);
}

static pawl_status read_slowly(wts_reader *reader, const pw_tensor_data *tensor, size_t done,
                               uint32_t *bits)
{
    size_t length = 0;
    const char *token = next_token(reader, &length);
    const size_t at = token_at(reader, token);
    const pw_printable name = pw_printable_of(tensor->name, strlen(tensor->name));
    if (length == 0)
        return pw_fail_at(
            reader->error, PAWL_ERR_CORRUPT, byte_at(reader, at),
            "%s ends at line %zu in tensor '%s', after %zu of %zu values: the file is cut short; "
            "copy or make it again",
            reader->weights->file_name, line_at(reader, at), name.text, done, tensor->count);
    uint32_t value = 0;
    bool is_right = length <= DIGITS;
    for (size_t i = 0; i < length && is_right; i++) {
        const uint8_t digit = digit_values[(uint8_t)token[i]];
        is_right = digit <= 15;
        value = value << 4 | digit;
    }
    if (!is_right)
        return pw_fail_at(
            reader->error, PAWL_ERR_CORRUPT, byte_at(reader, at),
            "%s: line %zu, tensor '%s': value %zu of %zu is '%s', not up to eight hexadecimal "
            "digits (byte %" PRIu64 ")",
            reader->weights->file_name, line_at(reader, at), name.text, done + 1, tensor->count,
            pw_printable_of(token, length).text, byte_at(reader, at));
    *bits = value;
    return PAWL_OK;
}

static pawl_status read_values(wts_reader *reader, const pw_tensor_data *tensor, uint32_t *values)
{
    for (size_t i = 0; i < tensor->count; i++) {
        if (reader->size - reader->at <= 1 + DIGITS)
            (void)refill(reader, reader->at);
        if (reader->size - reader->at > 1 + DIGITS &&
            read_usual(reader->data + reader->at, &values[i])) {
            reader->at += 1 + DIGITS;
            continue;
        }
        PW_TRY(read_slowly(reader, tensor, i, &values[i]));
    }
    return PAWL_OK;
}

static pawl_status read_name(wts_reader *reader, size_t index, size_t count, const char **result)
{
    size_t length = 0;
    const char *token = next_token(reader, &length);
    const size_t at = token_at(reader, token);
    pw_weights *weights = reader->weights;
    if (length == 0)
        return pw_fail_at(
            reader->error, PAWL_ERR_CORRUPT, byte_at(reader, at),
            "%s ends at line %zu after %zu of the %zu tensors that its first line promises: it is "
            "cut short; copy or make it again",
            weights->file_name, line_at(reader, at), index, count);
    if (length > NAME_LENGTH_LIMIT || memchr(token, '\0', length) != NULL)
        return pw_fail_at(
            reader->error, PAWL_ERR_CORRUPT, byte_at(reader, at),
            "%s: line %zu has '%s' where the name of tensor %zu should stand (byte %" PRIu64 ")",
            weights->file_name, line_at(reader, at), pw_printable_of(token, length).text, index + 1,
            byte_at(reader, at));
    *result = pw_arena_strndup(&weights->arena, token, length);
    return *result != NULL ? PAWL_OK : pw_fail_memory(reader->error, "a tensor's name", length + 1);
}

static pawl_status read_tensor(wts_reader *reader, size_t index, size_t tensor_count)
{
    pw_weights *weights = reader->weights;
    pw_tensor_data *tensor = pw_arena_alloc(&weights->arena, sizeof(*tensor));
    uint64_t count = 0;
    if (tensor == NULL)
        return pw_fail_memory(reader->error, "a tensor", sizeof(*tensor));
    PW_TRY(read_name(reader, index, tensor_count, &tensor->name));
    PW_TRY(read_count(reader, "values", &count));
    uint32_t *values = pw_arena_array(&weights->arena, (size_t)count, sizeof(*values));
    if (values == NULL)
        return pw_fail_memory(reader->error, "a tensor's values", (size_t)count * sizeof(*values));
    tensor->dtype = PAWL_F32;
    tensor->rank = 1;
    tensor->dims[0] = (int64_t)count;
    tensor->strides[0] = 1;
    tensor->count = (size_t)count;
    tensor->data = values; /* the bits of floats, in the arena, aligned */
    PW_TRY(read_values(reader, tensor, values));
    weights->tensors[index] = tensor;
    weights->tensor_count = index + 1;
    return PAWL_OK;
}

static pawl_status read_tensors(wts_reader *reader)
{
    pw_weights *weights = reader->weights;
    pawl_error *error = reader->error;
    uint64_t count = 0;
    size_t length = 0;
    weights->kind = PAWL_WEIGHTS_WTS;
    PW_TRY(read_count(reader, "tensors", &count));
    if (count > PW_TENSOR_LIMIT)
        return pw_fail(error, PAWL_ERR_LIMIT, "%s: %llu tensors; at most %zu are read",
                       weights->file_name, (unsigned long long)count, PW_TENSOR_LIMIT);
    if (count == 0)
        return pw_fail(error, PAWL_ERR_CORRUPT,
                       "%s has no tensors, by its first line; make it again", weights->file_name);
    weights->tensors = pw_arena_array(&weights->arena, (size_t)count, sizeof(pw_tensor_data *));
    if (weights->tensors == NULL)
        return pw_fail_memory(error, "the list of tensors", (size_t)count * sizeof(void *));
    for (size_t i = 0; i < count; i++)
        PW_TRY(read_tensor(reader, i, (size_t)count));
    const char *token = next_token(reader, &length);
    const size_t at = token_at(reader, token);
    if (length > 0)
        return pw_fail_at(
            error, PAWL_ERR_CORRUPT, byte_at(reader, at),
            "%s: line %zu goes on with '%s' after the last of %llu tensors (byte %" PRIu64
            "); the counts are wrong or two files were joined",
            weights->file_name, line_at(reader, at), pw_printable_of(token, length).text,
            (unsigned long long)count, byte_at(reader, at));
    return PAWL_OK;
}

pawl_status pw_wts_read(const void *data, size_t size, pw_weights *weights, pawl_error *error)
{
    wts_reader reader = {
        .data = data, .size = size, .whole = size, .weights = weights, .error = error};
    return read_tensors(&reader);
}

pawl_status pw_wts_read_file(pw_os_input *input, pw_weights *weights, pawl_error *error)
{
    uint8_t *window PW_AUTO_FREE = pw_alloc(WINDOW_SIZE);
    if (window == NULL)
        return pw_fail_memory(error, "the text of weights", WINDOW_SIZE);
    PW_TRY(pw_os_input_begin(input, error));
    wts_reader reader = {.data = window,
                         .whole = input->stamp.size,
                         .weights = weights,
                         .error = error,
                         .input = input,
                         .window = window};
    weights->file_size = input->stamp.size;
    const pawl_status status = read_tensors(&reader);
    if (status == PAWL_OK)
        return pw_os_input_end(input, weights->hash, error);
    if (reader.failure.status < 0 && error != NULL)
        *error = reader.failure; /* and not what the text lacks for it */
    PW_TRY(reader.failure.status);
    PW_TRY(pw_os_input_check(input, error));
    return status;
}
