/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operator table: all that is known of an operator but how to compute it. Reading, writing, validating, shapes, descriptions and comparing are
 * done from its row; only the emitters of model/ and the backends spell operators out. A row stands in the operator_*.c of its family.
 */
#ifndef PW_OPERATOR_H
#define PW_OPERATOR_H

#include "network/fields.h"
#include "network/network_ir.h"

#define PW_MAX_CONSTANTS 5 /* of a layer */

/* A layer among its network, as the functions of its operator see it. */
typedef struct pw_layer_site {
    const pw_network *network;
    const pw_layer *layer;
    const pw_shape *shapes; /* of the tensors made so far; NULL for check */
    pawl_error *error;
} pw_layer_site;

/* float32 arrays that belong to a layer, in the order of the file. */
typedef struct pw_constant_field {
    const char *name;
    uint32_t offset; /* of the pointer to them, in pw_layer */
    bool is_optional;
    uint32_t since;  /* as pw_field's */
    size_t (*count)(const pw_layer *layer); /* elements; for sizes within their fields' bounds it cannot overflow */
    uint32_t type_at; /* of the type that they are computed in, in pw_layer; 0: float32 */
} pw_constant_field;

typedef struct pw_operator {
    uint32_t least_inputs, most_inputs;
    bool is_head;        /* writes no tensor: what the network is for, its last layer */
    bool may_slice;      /* its output may be a slice of a concatenation */
    bool keeps_channels; /* inputs and output have the same number */
    /* What a person reads of a layer: {field} is its value, {field:2} in both directions even if they are the same, [field|text] is text unless the
       field is as usual; {inputs} is the channels of each input, {model} the model's classes. */
    const char *text;
    const pw_field *fields; /* offsets in pw_layer */
    size_t field_count;
    const pw_constant_field *constants;
    size_t constant_count;
    /* What must hold beyond the rows above; NULL: nothing. */
    pawl_status (*check)(const pw_layer_site *site);
    /* *shape comes as the first input's, leaves as the output's (height and width; channels are the tensor's); a head just checks. NULL: the same. */
    pawl_status (*shape)(const pw_layer_site *site, pw_shape *shape);
    /* Multiplications and additions, each counted as one operation; NULL: not counted. */
    double (*operations)(const pw_layer_site *site);
} pw_operator;

/* NULL where there is no such operator. */
const pw_operator *pw_operator_of(pw_op op);

/* A constant of a layer and its elements. */
typedef struct pw_constant {
    const pw_constant_field *field;
    const float **slot; /* holds NULL where an optional one is absent */
    size_t count;
    pawl_dtype dtype; /* that they are computed in; in memory they are float32 */
    size_t channels;  /* of these, one after the other, count / channels each; 0: they are not of channels */
} pw_constant;
size_t pw_layer_constants(pw_layer *layer, pw_constant constants[PW_MAX_CONSTANTS]);

/* Everything but the id: name, operator, tensors, attributes, and constants by their place. */
bool pw_layer_is_same(const pw_layer *a, const pw_layer *b);

/* For the rows. */
#define PW_FIELD_AT(member)          (uint32_t)offsetof(pw_layer, as.member)
#define PW_WHOLE(text, kind_, member, count_, low, high, usual_, since_)                             \
    {.name = (text), .kind = (kind_), .offset = PW_FIELD_AT(member), .count = (count_), .least = (low), .most = (high), .usual = (usual_), \
     .since = (since_)}
#define PW_INT(text, member, low, high, usual)  PW_WHOLE(text, PW_FIELD_I32, member, 1, low, high, usual, 0)
#define PW_PAIR(text, member, low, high, usual) PW_WHOLE(text, PW_FIELD_I32, member, 2, low, high, usual, 0)
#define PW_FLAG(text, member)                   PW_WHOLE(text, PW_FIELD_BOOL, member, 1, 0, 1, 0, 0)
#define PW_KIND(text, member)                   PW_WHOLE(text, PW_FIELD_ACTIVATION, member, 1, 0, PW_ACT_COUNT - 1, PW_ACT_NONE, 0)
#define PW_TYPE(text, member, since)            PW_WHOLE(text, PW_FIELD_DTYPE, member, 1, 0, PAWL_BOOL, PAWL_F32, since)
#define PW_REAL(text, member, low)              PW_WHOLE(text, PW_FIELD_F32, member, 1, low, INT64_MAX, 0, 0)
#define PW_ROWS(fields_, constants_) \
    .fields = (fields_), .field_count = PW_COUNT(fields_), .constants = (constants_), .constant_count = PW_COUNT(constants_)

/* "layer NAME: TEXT: the network is damaged", PAWL_ERR_CORRUPT. */
pawl_status pw_layer_fault(const pw_layer_site *site, const char *format, ...) PW_PRINTF(2, 3);
int32_t pw_site_channels(const pw_layer_site *site, uint32_t input);
int32_t pw_site_output_channels(const pw_layer_site *site);
/* PAWL_ERR_ARGUMENT: nothing would be left; PAWL_ERR_LIMIT: too large. */
pawl_status pw_site_set_size(const pw_layer_site *site, int64_t height, int64_t width, pw_shape *shape);
/* All inputs are of the same height and width. */
pawl_status pw_site_meet(const pw_layer_site *site, pw_shape *shape);

#define PW_OP_ROW(name, word, row) extern const pw_operator pw_operator_##row;
PW_OP_MAP(PW_OP_ROW)
#undef PW_OP_ROW

#endif
