/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Protocol buffers' wire format, written: fields as varints, fixed 32 bits, or bytes behind their
 * length. Lengths are the shortest, so the same message is the same bytes everywhere.
 * https://protobuf.dev/programming-guides/encoding/
 */
#ifndef PW_PROTOBUF_H
#define PW_PROTOBUF_H

#include "base/bytes.h"

/* Bytes of an integer as a varint. */
size_t pw_pb_varint_size(uint64_t value);
/* Field: an integer, a float, bytes, a text (NULL: empty). */
void pw_pb_int(pw_writer *out, uint32_t field, int64_t value);
void pw_pb_float(pw_writer *out, uint32_t field, float value);
void pw_pb_bytes(pw_writer *out, uint32_t field, const void *data, size_t size);
void pw_pb_text(pw_writer *out, uint32_t field, const char *text);
/* The tag and the length of a field whose bytes the caller writes next. */
void pw_pb_head(pw_writer *out, uint32_t field, uint64_t size);
/* A message as a field: what is written between open and close is in it. open returns what close
 * wants back. */
size_t pw_pb_open(pw_writer *out, uint32_t field) PW_NODISCARD;
void pw_pb_close(pw_writer *out, size_t mark);

#endif
