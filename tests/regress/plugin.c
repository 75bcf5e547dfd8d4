/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin that makes an object and is unloaded. */
#include <pawl/pawl.h>

__attribute__((visibility("default"))) void *plugin_make(void);
__attribute__((visibility("default"))) void plugin_say_place(void);

void *plugin_make(void)
{
    pawl_builder *builder = NULL;
    return pawl_builder_create(NULL, &builder, NULL) == PAWL_OK ? builder : NULL;
}

void plugin_say_place(void)
{
    pawl_object_at("plugin.c", 7);
}
