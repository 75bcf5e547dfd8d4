/* SPDX-License-Identifier: Apache-2.0 */
/* --lifetimes FILE: records births and ends of all objects and writes them when the command is
 * over. */
#ifndef CLI_LIFETIMES_H
#define CLI_LIFETIMES_H

/* clang-format off */
#define LIFETIMES_OPTION(owner, member)                                                            \
    {.name = "lifetimes", .type = APP_TEXT, .offset = offsetof(owner, member), .value = "FILE",    \
     .writes = "svg json jsonl txt",                                                                \
     .help = "write who was born when, who holds whom and who ended when: .svg is a drawing, "    \
             ".json a trace for Perfetto, .jsonl JSON lines, .txt text"}
/* clang-format on */

/* Starts to record. Path NULL: does nothing. Reports what goes wrong and returns an exit code. */
int cli_lifetimes_begin(const char *path);

/* Writes the file, when everything has been ended; also of a command that failed, whose code is
 * then kept. */
int cli_lifetimes_save(const char *path, int code);

#endif
