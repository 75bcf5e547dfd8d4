/* SPDX-License-Identifier: Apache-2.0 */
/* Making modules by hand: what the pickle of a .pt would have given, from the tensors of a .wts. */
#ifndef PW_WTS_TREE_H
#define PW_WTS_TREE_H

#include "weights/module.h"

#define PW_TREE_ATTRIBUTES 12
#define PW_TREE_TENSORS    6

typedef struct pw_tree {
    const pw_weights *weights;
    pw_arena *arena;
    const pw_tensor_data **claimed; /* the file's tensors that have found their module */
    size_t claimed_count;
    pawl_error *error;
} pw_tree;

/* A module under construction. */
typedef struct pw_tree_node {
    pw_module module;
    pw_value dict;
    pw_value *items[2 * PW_TREE_ATTRIBUTES];
    pw_module_tensor tensors[PW_TREE_TENSORS];
} pw_tree_node;

/* A module named name in parent (NULL: the root), with room for child_capacity children. */
pawl_status pw_tree_add(pw_tree *tree, pw_tree_node *parent, const char *name, const char *package, const char *type,
                        size_t child_capacity, pw_tree_node **node) PW_NODISCARD;
pawl_status pw_tree_set(pw_tree *tree, pw_tree_node *node, const char *key, pw_value value) PW_NODISCARD;
pawl_status pw_tree_set_int(pw_tree *tree, pw_tree_node *node, const char *key, int64_t value) PW_NODISCARD;
pawl_status pw_tree_set_text(pw_tree *tree, pw_tree_node *node, const char *key, const char *value) PW_NODISCARD;
pawl_status pw_tree_set_ints(pw_tree *tree, pw_tree_node *node, const char *key, const int32_t *values, size_t count) PW_NODISCARD;

/* The file's tensor "<path of node>.<key>", NULL where there is none. PAWL_ERR_MEMORY. */
pawl_status pw_tree_find(pw_tree *tree, const pw_tree_node *node, const char *key, const pw_tensor_data **tensor) PW_NODISCARD;
/* Gives it to the module with these dims, of which the product must be its count. PAWL_ERR_CORRUPT: it is missing or has another count. */
pawl_status pw_tree_claim(pw_tree *tree, pw_tree_node *node, const char *key, const int64_t *dims, int32_t rank,
                          bool is_parameter) PW_NODISCARD;
/* Gives a tensor dense row-major dims; false where their product is not its count. */
bool pw_tree_shape(pw_tensor_data *tensor, const int64_t *dims, int32_t rank);
/* Notes a tensor that says nothing new. */
pawl_status pw_tree_ignore(pw_tree *tree, const pw_tree_node *node, const char *key) PW_NODISCARD;
/* The first tensor of the file that belongs to no module and is no tally; NULL: there is none. */
const pw_tensor_data *pw_tree_unclaimed(const pw_tree *tree);

#endif
