/* SPDX-License-Identifier: Apache-2.0 */
/* glob(3) knows no "**": here it is all folders below one, each with the rest of the pattern. */
#include "common/patterns.h"
#include "common/term.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool app_is_pattern(const char *text)
{
    return strpbrk(text, "*?[") != NULL;
}

/* What is too deep may be one: opening it says why it is left out. */
static bool is_folder_itself(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0 ? S_ISDIR(info.st_mode) : errno == ENAMETOOLONG;
}

/* The folders in one, not through links, behind those there are. */
static bool add_folders_in(app_paths *folders, const char *folder)
{
    DIR *entries = opendir(folder[0] != '\0' ? folder : ".");
    bool is_good = entries != NULL;
    for (struct dirent *entry = NULL; is_good && (entry = readdir(entries)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        const size_t length = strlen(folder);
        char *path = app_format("%s%s%s", folder,
                                length > 0 && folder[length - 1] != '/' ? "/" : "", entry->d_name);
        is_good = path != NULL && (!is_folder_itself(path) || app_paths_add(folders, path));
        free(path);
    }
    const int reason = errno;
    if (entries != NULL)
        (void)closedir(entries);
    errno = reason;
    return is_good;
}

/* Says that a folder is left out; once, however often the tree is looked through. */
static void tell_unread(const char *folder)
{
    static app_paths told;
    const int reason = errno;
    for (size_t i = 0; i < told.count; i++)
        if (strcmp(told.items[i], folder) == 0)
            return;
    app_warn("cannot read the folder %s: %s; what is in it is left out", folder, strerror(reason));
    (void)app_paths_add(&told, folder);
}

/* The folder and all below it. One below that cannot be read is passed over. */
static bool add_all_folders(app_paths *folders, const char *folder)
{
    size_t at = folders->count;
    if (!app_paths_add(folders, folder) || !add_folders_in(folders, folder))
        return false;
    for (at++; at < folders->count; at++) {
        if (add_folders_in(folders, folders->items[at]))
            continue;
        if (errno == ENOMEM)
            return false;
        tell_unread(folders->items[at]);
    }
    return true;
}

bool app_paths_add_tree(app_paths *paths, const char *folder, const char *endings)
{
    app_paths folders = {0}, found = {0};
    bool is_good = add_all_folders(&folders, folder);
    for (size_t i = 0; i < folders.count && is_good; i++)
        is_good = app_paths_add_folder(&found, folders.items[i], endings) || i > 0; /* it is told */
    app_paths_sort(&found);
    for (size_t i = 0; i < found.count && is_good; i++)
        is_good = app_paths_add(paths, found.items[i]);
    const int reason = errno;
    app_paths_free(&found);
    app_paths_free(&folders);
    errno = reason;
    return is_good;
}

/* What a plain pattern names; folders too where they are wanted. */
static bool add_plain(app_paths *paths, const char *pattern, bool wants_folders)
{
    glob_t found;
    const int code = glob(pattern, 0, NULL, &found);
    if (code == GLOB_NOMATCH)
        return true;
    if (code != 0)
        return code != GLOB_NOSPACE;
    bool is_good = true;
    for (size_t i = 0; i < found.gl_pathc && is_good; i++)
        if (app_is_folder(found.gl_pathv[i]) == wants_folders)
            is_good = app_paths_add(paths, found.gl_pathv[i]);
    globfree(&found);
    return is_good;
}

/* The first "**" that is a whole part of a path; NULL: there is none. */
static const char *find_any_folders(const char *pattern)
{
    const char *at = pattern;
    while ((at = strstr(at, "**")) != NULL) {
        if ((at == pattern || at[-1] == '/') && (at[2] == '/' || at[2] == '\0'))
            return at;
        at += 2;
    }
    return NULL;
}

/* A folder's name so that it means itself in a pattern. */
static char *escape(const char *folder)
{
    char *text = malloc(strlen(folder) * 2 + 1), *to = text;
    for (; text != NULL && *folder != '\0'; folder++) {
        if (strchr("*?[\\", *folder) != NULL)
            *to++ = '\\';
        *to++ = *folder;
    }
    if (text != NULL)
        *to = '\0';
    return text;
}

/* Below each of the folders, what is behind "**". */
static bool add_rests(app_paths *patterns, const app_paths *folders, const char *rest)
{
    bool is_good = true;
    for (size_t i = 0; i < folders->count && is_good; i++) {
        char *folder = escape(folders->items[i]);
        const size_t length = folder != NULL ? strlen(folder) : 0;
        char *next = folder == NULL ? NULL
                                    : app_format("%s%s%s", folder,
                                                 length > 0 && folder[length - 1] != '/' ? "/" : "",
                                                 rest[0] != '\0' ? rest : "*");
        is_good = next != NULL && app_paths_add(patterns, next);
        free(next);
        free(folder);
    }
    return is_good;
}

/* Of A, any folders, B: the patterns D/B of all folders D at and below those that A names. */
static bool spread(app_paths *patterns, const char *pattern, const char *any)
{
    app_paths roots = {0}, folders = {0};
    char *before = app_format("%.*s", (int)(any - pattern), pattern);
    bool is_good = before != NULL;
    if (is_good)
        is_good = before[0] == '\0' ? app_paths_add(&roots, "") : add_plain(&roots, before, true);
    for (size_t i = 0; i < roots.count && is_good; i++)
        is_good = add_all_folders(&folders, roots.items[i]) || errno != ENOMEM;
    if (is_good)
        is_good = add_rests(patterns, &folders, any[2] == '/' ? any + 3 : "");
    free(before);
    app_paths_free(&folders);
    app_paths_free(&roots);
    return is_good;
}

bool app_paths_add_pattern(app_paths *paths, const char *pattern)
{
    app_paths patterns = {0}, found = {0};
    bool is_good = app_paths_add(&patterns, pattern);
    for (size_t i = 0; i < patterns.count && is_good; i++) {
        const char *any = find_any_folders(patterns.items[i]);
        is_good = any != NULL ? spread(&patterns, patterns.items[i], any)
                              : add_plain(&found, patterns.items[i], false);
    }
    app_paths_sort(&found);
    for (size_t i = 0; i < found.count && is_good; i++)
        if (i == 0 || strcmp(found.items[i - 1], found.items[i]) != 0)
            is_good = app_paths_add(paths, found.items[i]);
    app_paths_free(&found);
    app_paths_free(&patterns);
    return is_good;
}
