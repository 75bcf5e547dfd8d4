/* SPDX-License-Identifier: Apache-2.0 */
/* Counts what libyaml would load. Asked for piece by piece it keeps nothing. */
#include "common/yaml_extent.h"

#include "common/names.h"
#include "common/term.h"

#define NESTING_LIMIT 64
#define ANCHOR_LIMIT  1024
#define VALUE_LIMIT   (3 * APP_MOST_NAMES) /* the longest map of names, and half as much besides */

bool app_yaml_start(yaml_parser_t *parser, const app_text *text)
{
    if (yaml_parser_initialize(parser) == 0)
        return false;
    yaml_parser_set_input_string(parser, (const unsigned char *)text->bytes, text->size);
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING);
    return true;
}

/* What a document holds, as far as it has been looked at. */
struct extent {
    size_t depth, values, anchors;
};

static void count_event(struct extent *extent, const yaml_event_t *event)
{
    const unsigned char *anchor = NULL;
    switch (event->type) {
    case YAML_SEQUENCE_START_EVENT:
        anchor = event->data.sequence_start.anchor;
        extent->depth++;
        break;
    case YAML_MAPPING_START_EVENT:
        anchor = event->data.mapping_start.anchor;
        extent->depth++;
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        extent->depth--;
        return;
    case YAML_SCALAR_EVENT:
        anchor = event->data.scalar.anchor;
        break;
    case YAML_ALIAS_EVENT:
        break;
    default:
        return;
    }
    extent->values++;
    extent->anchors += anchor != NULL ? 1 : 0;
}

int app_yaml_check(const app_text *text, const char *path)
{
    struct extent extent = {0, 0, 0};
    yaml_parser_t parser;
    yaml_event_t event;
    bool is_over = false, is_sound = true;
    if (!app_yaml_start(&parser, text))
        return app_fail_memory();
    while (!is_over && is_sound && yaml_parser_parse(&parser, &event) != 0) {
        is_over = event.type == YAML_STREAM_END_EVENT;
        count_event(&extent, &event);
        yaml_event_delete(&event);
        is_sound = extent.depth <= NESTING_LIMIT && extent.values <= VALUE_LIMIT &&
                   extent.anchors <= ANCHOR_LIMIT;
    }
    yaml_parser_delete(&parser);
    return is_sound ? APP_EXIT_DONE
                    : app_fail(APP_EXIT_INPUT,
                               "%s: lists within one another more than %d deep, or more than %d "
                               "values or %d &s: this is no data.yaml",
                               path, NESTING_LIMIT, VALUE_LIMIT, ANCHOR_LIMIT);
}
