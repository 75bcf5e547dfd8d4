/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of words in one text: "cv1 cv2", "cpu,cpuacct". */
#ifndef PW_WORDS_H
#define PW_WORDS_H

#include <stdbool.h>
#include <string.h>

/* Whether word, which is not empty, is one of the words. */
static inline bool pw_words_have(const char *words, char separator, const char *word)
{
    const size_t length = strlen(word);
    for (const char *at = words; length > 0 && at != NULL; at = strchr(at, separator)) {
        at += *at == separator;
        if (strncmp(at, word, length) == 0 && (at[length] == separator || at[length] == '\0'))
            return true;
    }
    return false;
}

#endif
