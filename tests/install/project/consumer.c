/* SPDX-License-Identifier: Apache-2.0 */
/* Somebody else's program: the header it compiled with and the library it runs on are of one
 * version, and objects come and go. */
#include <pawl/pawl.h>

#include <stdio.h>
#include <string.h>

int main(void)
{
    pawl_builder *builder = NULL;
    pawl_error error = {PAWL_OK, 0, 0, ""};
    if (strcmp(pawl_version(), PAWL_VERSION_STRING) != 0)
        return 1;
    if (pawl_builder_create(NULL, &builder, &error) < 0) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    if (pawl_builder_destroy(&builder) != PAWL_OK || builder != NULL || pawl_object_count() != 0)
        return 1;
    printf("pawl %s\n", pawl_version());
    return 0;
}
