/* SPDX-License-Identifier: Apache-2.0 */
/* docs/lifetime.md lists each diagnosis in the words of the table, and nothing else. */
#include "stub_object.h"

#include <pawl/diagnosis.h>

#include <stdlib.h>

static char page[65536];

static int read_page(void **state)
{
    (void)state;
    char path[512];
    const char *source = getenv("PAWL_SOURCE_DIR");
    (void)snprintf(path, sizeof path, "%s/docs/lifetime.md", source != NULL ? source : ".");
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return -1;
    const size_t size = fread(page, 1, sizeof page - 1, file);
    page[size] = '\0';
    return fclose(file) == 0 && size < sizeof page - 1 ? 0 : -1;
}

static void each_diagnosis_is_listed_word_for_word(void **state)
{
    (void)state;
    const pawl_diagnosis *diagnosis;
    const char *at = page;
    for (size_t i = 0; (diagnosis = pawl_lifetime_diagnosis(i)) != NULL; i++) {
        char wanted[1024];
        const int length =
            snprintf(wanted, sizeof wanted, "### %s: %s\n\n%s\n\n**Remedy:** %s\n", diagnosis->id,
                     diagnosis->title, diagnosis->cause, diagnosis->remedy);
        assert_true(length > 0 && (size_t)length < sizeof wanted);
        assert_contains(at, wanted);
        at = strstr(at, wanted) + length; /* in the order of their ids */
    }
}

static void no_other_is_listed(void **state)
{
    (void)state;
    size_t count = 0;
    for (const char *at = page; (at = strstr(at, "### PAWL-L")) != NULL; at++)
        count++;
    assert_null(pawl_lifetime_diagnosis(count));
}

static void nvidias_sentences_can_be_searched_for(void **state)
{
    (void)state;
    static const char *const sentences[] = {
        "Destroying a builder object before destroying objects it created leads to undefined "
        "behavior.",
        "Destroying a runtime before destroying deserialized engines created by the runtime leads "
        "to undefined behavior.",
        "Destroying an engine object before destroying the IExecutionContext objects it created "
        "leads to undefined behavior.",
        "Destroying an engine object before destroying the IEngineInspector objects it created "
        "leads to undefined behavior.",
    };
    for (size_t i = 0; i < PW_COUNT(sentences); i++)
        assert_contains(page, sentences[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_diagnosis_is_listed_word_for_word),
        cmocka_unit_test(no_other_is_listed),
        cmocka_unit_test(nvidias_sentences_can_be_searched_for),
    };
    return cmocka_run_group_tests_name("documents", tests, read_page, NULL);
}
