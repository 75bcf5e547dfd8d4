/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the seeds of the newest format from which fuzz_plan starts; those of formats 1 to 3 are
 * what older pawls wrote. make_plan_corpus FOLDER, e.g. corpus/plan. */
#include "support/engine_bytes.h"
#include "support/tiny_model.h"

static void put(const char *folder, const char *name, const uint8_t *data, size_t size)
{
    char path[1024];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    pt_write_file(path, data, size);
}

static pt_bytes save(const char *folder, const char *name, pawl_plan **plan)
{
    char path[1024];
    pawl_error error;
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (pawl_plan_save(*plan, path, &error) < 0) {
        (void)fprintf(stderr, "%s\n", error.message);
        exit(1);
    }
    (void)pawl_plan_destroy(plan);
    return pt_read_file(path);
}

/* An engine without its optional sections, and with one more that a reader skips. */
static void put_sections(const char *folder, const pt_bytes *engine)
{
    pt_bytes bare = pt_with_count(engine, PW_SECTION_TACTICS);
    put(folder, "bare5.engine", bare.data, bare.size);
    free(bare.data);
    pt_bytes more = pt_with_more(engine, "NEWS", PW_ENGINE_OPTIONAL, "skip me", 7);
    put(folder, "more5.engine", more.data, more.size);
    free(more.data);
}

int main(int count, char **arguments)
{
    pawl_plan *plan = NULL;
    pawl_error error;
    if (count != 2)
        return 2;
    const char *folder = arguments[1];
    if (pt_typed_plan("reference", &plan, &error) < 0)
        return 1;
    pt_bytes typed = save(folder, "typed5.engine", &plan);
    if (pt_tiny_plan("reference", &plan, &error) < 0)
        return 1;
    pt_bytes engine = save(folder, "tiny5.engine", &plan);
    put_sections(folder, &engine);
    put(folder, "header.engine", engine.data, PW_ENGINE_HEADER_SIZE + pt_table_size(engine.data));
    pt_put(engine.data + PW_ENGINE_VERSION_AT, PW_ENGINE_VERSION + 1, 4);
    put(folder, "newer.engine", engine.data, 256);
    put(folder, "checkpoint", (const uint8_t *)"PK\x03\x04", 4);
    put(folder, "text", (const uint8_t *)"1\nmodel.0.weight 1  3f800000\n", 29);
    free(typed.data);
    free(engine.data);
    return 0;
}
