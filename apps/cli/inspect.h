/* SPDX-License-Identifier: Apache-2.0 */
/* A file under inspection, and the two ways to show it. */
#ifndef CLI_INSPECT_H
#define CLI_INSPECT_H

#include "cli/session.h"
#include "common/json.h"

/* Either a plan, or weights and (where it is supported) the network in them. */
typedef struct inspect_subject {
    const char *path;
    pawl_plan *plan;
    pawl_weights *weights;
    pawl_network *network;
    pawl_plan_info plan_info;
    pawl_weights_info weights_info;
    bool has_model;
    pawl_model_info model;
} inspect_subject;

/* "pt", "wts" or "engine". */
const char *inspect_kind(const inspect_subject *subject);
/* "detect", "segment" or "classify". */
const char *inspect_task(pawl_task task);
/* Name of a class, NULL where the file has none. */
const char *inspect_class_name(const inspect_subject *subject, int32_t class_id);
/* Describes layer @p index of plan or network; false behind the last. */
bool inspect_layer(const inspect_subject *subject, size_t index, pawl_layer_info *info);

/* The whole as one JSON object; NULL when memory ran out. The caller's. */
json_t *inspect_json(const inspect_subject *subject);
void inspect_print(const inspect_subject *subject);

#endif
