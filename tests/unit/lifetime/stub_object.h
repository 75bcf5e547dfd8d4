/* SPDX-License-Identifier: Apache-2.0 */
/* Empty objects of any type, and a logger that keeps what it hears. */
#ifndef TEST_STUB_OBJECT_H
#define TEST_STUB_OBJECT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "lifetime/handle.h"

#include <pawl/logger.h>
#include <pawl/object.h>
#include <pawl/status.h>
#include <stdio.h>
#include <string.h>

static uint64_t unmade_ids[64]; /* in the order of their unmaking */
static size_t unmade_count;

static inline void stub_unmake(pw_object *object)
{
    if (unmade_count < PW_COUNT(unmade_ids))
        unmade_ids[unmade_count++] = object->id;
}

/* Types under the names of the library's own. */
#define STUB_TYPE(words, its_role) {.name = (words), .size = sizeof(pw_object), .unmake = stub_unmake, .role = (its_role)}
static const pw_type stub_weights = STUB_TYPE("weights", PW_ROLE_BUILD), stub_network = STUB_TYPE("network", PW_ROLE_BUILD),
                     stub_builder = STUB_TYPE("builder", PW_ROLE_BUILD), stub_plan = STUB_TYPE("plan", PW_ROLE_BUILD),
                     stub_runtime = STUB_TYPE("runtime", PW_ROLE_RUN), stub_engine = STUB_TYPE("engine", PW_ROLE_RUN),
                     stub_context = STUB_TYPE("context", PW_ROLE_RUN), stub_detector = STUB_TYPE("detector", PW_ROLE_RUN),
                     stub_image = STUB_TYPE("image", PW_ROLE_PICTURE), stub_trt_builder = STUB_TYPE("TensorRT builder", PW_ROLE_INNER);

/* Makes and publishes; the parents are handles. NULL where it failed. */
static inline void *stub_make(const pw_type *type, const char *file, int line, void *parent, void *other_parent)
{
    pw_object *parents[2] = {NULL, NULL};
    pw_object *made = NULL;
    void *handle = NULL;
    if ((parent != NULL && pw_object_use(parent, NULL, &parents[0], NULL) != PAWL_OK) ||
        (other_parent != NULL && pw_object_use(other_parent, NULL, &parents[1], NULL) != PAWL_OK)) {
        pw_object_release(parents[0]);
        return NULL;
    }
    pawl_object_at(file, line);
    if (pw_object_make(type, parents, 2, &made, NULL) == PAWL_OK)
        handle = pw_object_publish(made);
    pw_object_release(parents[0]);
    pw_object_release(parents[1]);
    return handle;
}

static char heard[8192]; /* the log, a line a message */

static inline void hear(void *user, pawl_log_level level, const char *message)
{
    (void)user;
    (void)level;
    const size_t length = strlen(heard);
    (void)snprintf(heard + length, sizeof heard - length, "%s\n", message);
}

static inline void hear_from(pawl_log_level level)
{
    heard[0] = '\0';
    pawl_logger_set(&(pawl_logger){.level = level, .write = hear});
}

static inline int stub_reset(void **state)
{
    (void)state;
    pawl_logger_set(NULL);
    heard[0] = '\0';
    unmade_count = 0;
    return pawl_object_count() == 0 ? 0 : -1;
}

#define assert_contains(text, part)                                                                \
    do {                                                                                           \
        if (strstr((text), (part)) == NULL)                                                        \
            fail_msg("\"%s\" is not in \"%s\"", (part), (text));                                   \
    } while (0)

#endif
