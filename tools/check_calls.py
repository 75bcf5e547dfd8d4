#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Calls that are made in one place or nowhere: each rule says which, where, and why. And tests that are listed, but never called."""
import os
import re
import sys

NUMBER = ("src/base/number.c",)
# (what is not to be called, in which folders, but for these files, what to do)
RULES = [
    (r"\b(?:strto(?:d|f|ld)|atof|v?[fs]?scanf)\s*\(", ("src/",), NUMBER,
     "reads numbers as the program's locale has them: pw_number_parse()"),
    (r"\bv(?:f|d|s|sn|as)?printf\s*\(", ("src/",), NUMBER,
     "writes numbers as the program's locale has them: pw_number_vformat()"),
    (r'\b(?:f|d|s|sn|as)?printf\s*\([^;]*?%[-+ #0]*[\d*]*(?:\.[\d*]*)?l?[aefgAEFG][^;]*;', ("src/",), NUMBER,
     "writes numbers as the program's locale has them: pw_strbuf_add()"),
    (r"\b(?:setlocale|localeconv)\s*\(", ("src/", "apps/"), (), "the locale is the user's program's"),
    (r"\bpthread_create\s*\(", ("apps/",), ("apps/cli/bench_probe.c", "apps/common/progress.c", "apps/common/thread.c"), "a thread of a program has to pin its locale: app_thread_start()"),
    (r"0x1023\b|ARCH_REQ_XCOMP_PERM", ("src/", "apps/"), ("src/base/cpu_info.c",),
     "the permission for AMX enlarges every signal frame of the process: pw_isa_permitted(), by who is about to run tile code"),
]
# What is only spoken of is no call.
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)


# Rows are added behind what a table of tests begins with: whoever miscounts that overwrites a test, or leaves holes.
TABLE = re.compile(r"struct CMUnitTest tests\[(?:(\d+) \+ [^\]]*|[^\]]* \+ (\d+))\] = \{(.*?)\};", re.S)


def sources(*tops):
    for top in tops:
        for folder, _, names in os.walk(top):
            yield from (os.path.join(folder, name) for name in sorted(names) if name.endswith((".c", ".h")))


def blank(match):
    """As many lines as the comment had."""
    return "\n" * match.group().count("\n")


def miscounted():
    for path in sources("tests"):
        with open(path, encoding="utf-8") as file:
            for table in TABLE.finditer(file.read()):
                said, there = int(table.group(1) or table.group(2)), table.group(3).count("cmocka_unit_test")
                if said != there:
                    yield f"{path}: its table of tests begins with {there} and says {said}: some are overwritten and never run"


def main():
    faults, count = list(miscounted()), 0
    for path in sources("src", "apps"):
        count += 1
        with open(path, encoding="utf-8") as file:
            text = COMMENT.sub(blank, file.read())
        for pattern, folders, allowed, why in RULES:
            if path in allowed or not path.startswith(folders):
                continue
            for found in re.finditer(pattern, text):
                line = text.count("\n", 0, found.start()) + 1
                faults.append(f"{path}:{line}: {found.group().split('(')[0]}: {why}")
    print("\n".join(faults) if faults else f"calls: {count} files, {len(RULES)} rules")
    return 1 if faults else 0


if __name__ == "__main__":
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    sys.exit(main())
