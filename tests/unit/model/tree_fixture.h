/* SPDX-License-Identifier: Apache-2.0 */
/* A .pt's tree of modules, to be changed by tests before a network is made of it. cmocka and its
 * headers come first. */
#ifndef PT_TREE_FIXTURE_H
#define PT_TREE_FIXTURE_H

#include "model/wts_topology.h"
#include "model/wts_tree.h"
#include "unit/model/wts_text.h"
#include "weights/pickle_value.h"
#include <stdlib.h>
#include <string.h>

/* A .pt with the tree of a small P5 model; its tree may be changed until it is published. */
typedef struct fixture {
    char *text;
    pw_weights *weights;
    pw_module *root;
} fixture;

static inline int make(void **state)
{
    static fixture f;
    const pt_wts wts = PT_WTS_INIT;
    pawl_error error = {.message = ""};
    const pw_module *root;
    size_t size = 0;
    f.text = pt_wts_make(&wts, &size);
    if (pt_wts_open(f.text, size, &f.weights, &error) < 0 ||
        pw_wts_topology(f.weights, NULL, &f.weights->arena, &root, &error) < 0)
        return -1;
    f.root = pw_arena_alloc(&f.weights->arena, sizeof *f.root);
    if (f.root == NULL)
        return -1;
    *f.root = *root;
    f.weights->kind = PAWL_WEIGHTS_PT;
    f.weights->root = f.root;
    *state = &f;
    return 0;
}

static inline int drop(void **state)
{
    fixture *f = *state;
    pw_object_abandon(f->weights);
    free(f->text);
    return 0;
}

static inline pw_module *find(fixture *f, const char *path)
{
    pw_module *module = f->root;
    while (*path != '\0') {
        const size_t length = strcspn(path, ".");
        pw_module *child = NULL;
        for (size_t i = 0; i < module->child_count; i++)
            if (strncmp(module->children[i]->name, path, length) == 0 &&
                module->children[i]->name[length] == '\0')
                child = module->children[i];
        if (child == NULL)
            return NULL;
        module = child;
        path += length;
        path += *path == '.';
    }
    return module;
}

static inline void set(fixture *f, pw_module *module, const char *key, pw_value value)
{
    pw_value *pair = pw_arena_array(&f->weights->arena, 2, sizeof *pair);
    const pw_value *old = module->attributes;
    pw_value *dict = pw_arena_alloc(&f->weights->arena, sizeof *dict);
    const size_t count = old->as.list.count;
    assert_non_null(pair);
    assert_non_null(dict);
    *dict = *old;
    dict->as.list.items = pw_arena_array(&f->weights->arena, count + 2, sizeof(pw_value *));
    assert_non_null(dict->as.list.items);
    for (size_t i = 0; i < count; i++)
        dict->as.list.items[i] = old->as.list.items[i];
    pair[0].kind = PW_VALUE_STRING;
    pair[0].as.string.text = key;
    pair[0].as.string.length = strlen(key);
    pair[1] = value;
    dict->as.list.items[count] = &pair[0]; /* the last of equal keys is the one that counts */
    dict->as.list.items[count + 1] = &pair[1];
    dict->as.list.count = count + 2;
    module->attributes = dict;
}

static inline pw_value integer(int64_t number)
{
    return (pw_value){.kind = PW_VALUE_INT, .as.integer = number};
}

static inline pw_value text(const char *characters)
{
    pw_value value = {.kind = PW_VALUE_STRING};
    value.as.string.text = characters;
    value.as.string.length = strlen(characters);
    return value;
}

static inline pw_value list(fixture *f, pw_value_kind kind, const pw_value *values, size_t count)
{
    pw_value made = {.kind = kind};
    pw_value *copies = pw_arena_array(&f->weights->arena, count, sizeof *copies);
    made.as.list.items = pw_arena_array(&f->weights->arena, count, sizeof(pw_value *));
    assert_non_null(copies);
    assert_non_null(made.as.list.items);
    for (size_t i = 0; i < count; i++) {
        copies[i] = values[i];
        made.as.list.items[i] = &copies[i];
    }
    made.as.list.count = count;
    return made;
}

static inline pawl_status make_network(fixture *f, const pawl_network_desc *desc,
                                       pawl_network **network, pawl_error *error)
{
    pawl_weights *weights = pw_object_publish(f->weights);
    f->weights = NULL;
    const pawl_status status = pawl_network_create(weights, desc, network, error);
    (void)pawl_weights_destroy(&weights);
    return status;
}

#endif
