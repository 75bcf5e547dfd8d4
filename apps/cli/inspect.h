/* SPDX-License-Identifier: Apache-2.0 */
/* A file under inspection, and the two ways to show it. */
#ifndef CLI_INSPECT_H
#define CLI_INSPECT_H

#include "cli/session.h"
#include "common/json.h"

/* A class or function that a pickle names. */
typedef struct inspect_global {
    char *module, *name;
    bool is_known; /* harmless */
} inspect_global;

typedef struct inspect_globals {
    inspect_global *items;
    size_t count, capacity;
    size_t unknown;   /* of them not known to be harmless */
    bool has_pickle;  /* one was read, if only in part */
    bool is_short;    /* memory ran out */
    pawl_error error; /* why a pickle could not be read to its end, status 0: none */
} inspect_globals;

/* A plan; or weights and (where it is supported) the network in them; or just the names in a
 * pickle. */
typedef struct inspect_subject {
    const char *path;
    pawl_plan *plan;
    pawl_weights *weights;
    pawl_network *network;
    pawl_plan_info plan_info;
    pawl_weights_info weights_info;
    inspect_globals globals;
    pawl_error error; /* why it is neither a plan nor weights with a network, status 0: it is */
    bool has_model;
    pawl_model_info model;
} inspect_subject;

/* "pt", "wts" or "engine"; "pickle" where a file is none of them and holds one. */
const char *inspect_kind(const inspect_subject *subject);
/* "detect", "segment" or "classify". */
const char *inspect_task(pawl_task task);
/* Name of a class, NULL where the file has none. */
const char *inspect_class_name(const inspect_subject *subject, int32_t class_id);
/* Describes layer @p index of plan or network; false behind the last. */
bool inspect_layer(const inspect_subject *subject, size_t index, pawl_layer_info *info);

/* Notes the names in the file's pickles, where it has any. */
int inspect_globals_read(inspect_subject *subject);
/* Says which are not known to be harmless: exit code 4. */
int inspect_globals_judge(const inspect_subject *subject);
void inspect_globals_free(inspect_subject *subject);

/* Writes the layers and what they read from as a graph, .svg or .dot by the name's ending. */
int inspect_graph_write(const inspect_subject *subject, const char *target);
/* Prints what a run takes of memory, and which layer's lies where. */
int inspect_memory_print(const inspect_subject *subject);

/* The whole as one JSON object; NULL when memory ran out. The caller's. */
json_t *inspect_json(const inspect_subject *subject);
/* Ten lines; the rest of it with is_whole. */
void inspect_print(const inspect_subject *subject, bool is_whole);

#endif
