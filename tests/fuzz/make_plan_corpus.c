/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the seeds from which fuzz_plan starts. make_plan_corpus FOLDER, e.g. corpus/plan. */
#include "support/engine_bytes.h"
#include "support/tiny_model.h"

static void put(const char *folder, const char *name, const uint8_t *data, size_t size)
{
    char path[1024];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    pt_write_file(path, data, size);
}

int main(int count, char **arguments)
{
    pawl_plan *plan = NULL;
    pawl_error error;
    char path[1024];
    if (count != 2)
        return 2;
    (void)snprintf(path, sizeof(path), "%s/tiny.engine", arguments[1]);
    if (pt_tiny_plan("reference", &plan, &error) < 0 || pawl_plan_save(plan, path, &error) < 0) {
        (void)fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    (void)pawl_plan_destroy(&plan);
    pt_bytes engine = pt_read_file(path);
    /* Without tactics and without artifacts: a count of 0 each. */
    const uint8_t none[4] = {0};
    pt_bytes bare = pt_with_section(&engine, PW_SECTION_TACTICS, none, sizeof(none));
    pt_bytes barest = pt_with_section(&bare, PW_SECTION_ARTIFACTS, none, sizeof(none));
    put(arguments[1], "bare.engine", barest.data, barest.size);
    put(arguments[1], "header.engine", engine.data, PW_ENGINE_HEADER_SIZE + PW_ENGINE_TABLE_SIZE);
    pt_put(engine.data + 12, PW_ENGINE_VERSION + 1, 4);
    put(arguments[1], "newer.engine", engine.data, 256);
    put(arguments[1], "checkpoint", (const uint8_t *)"PK\x03\x04", 4);
    put(arguments[1], "text", (const uint8_t *)"1\nmodel.0.weight 1  3f800000\n", 29);
    free(barest.data);
    free(bare.data);
    free(engine.data);
    return 0;
}
