#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The public headers keep the rules that pawl/export.h states: initialisers, sizes, names, comments, places in the user's source,
owners in C++."""
import glob
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
COMMENT = re.compile(r"/\*.*?\*/", re.S)
STRUCT = re.compile(r"typedef struct (pawl_\w+) \{(.*?)\n\} \1;", re.S)
FUNCTION = re.compile(r"^PAWL_API ([^;{#]*?)\b(pawl_\w+)\(([^;]*)\);", re.M | re.S)
OUTPUT = re.compile(r"^\s*(pawl_\w+) \*\*(\w+)$")
# Out-parameters that are no births: handles that are ended.
ENDS = ("_destroy", "_end", "_end_with")


def structs(text, faults):
    """Every struct has its initialiser, and a struct_size where its name says that it may grow, and only there."""
    bare = COMMENT.sub("", text)
    for name, body in STRUCT.findall(bare):
        if f"#define {name.upper()}_INIT" not in bare:
            faults.append(f"{name} has no initialiser {name.upper()}_INIT")
        grows = body.strip().split(";")[0] == "size_t struct_size"
        if grows != name.endswith(("_desc", "_info")):
            faults.append(f"{name}: structs that begin with struct_size are called ..._desc or ..._info, and no others")
        for flag in re.findall(r"\b(?:bool|_Bool) (\w+)", body):
            faults.append(f"{name}.{flag}: flags are int32_t")


def functions(text, faults):
    """Every function has a comment; births note their place; the error comes last; a function that is given is followed by its user."""
    for match in FUNCTION.finditer(text):
        name, arguments = match.group(2), [" ".join(a.split()) for a in match.group(3).split(",")]
        before = text[: match.start()].rstrip()
        behind = text[match.end():].split("\n", 1)[0]
        if not before.endswith("*/") and "/**<" not in behind:
            faults.append(f"{name} has no comment")
        outputs = [OUTPUT.match(a) for a in arguments]
        if not name.endswith(ENDS):
            for output in filter(None, outputs):
                if f"#define {name}(" not in text:
                    faults.append(f"{name} makes a {output.group(1)} and does not note its place (PAWL_PLACED)")
        if any(a.startswith("pawl_error *") for a in arguments[:-1]):
            faults.append(f"{name}: pawl_error is not its last parameter")
        if name.endswith("_set") and match.group(1).strip() not in ("PAWL_NODISCARD pawl_status", "pawl_status", "void"):
            faults.append(f"{name} sets and returns something else than a status")
        for at, argument in enumerate(arguments):
            if argument == "void *user" and at == 0:
                if not name.endswith("_observe"):
                    faults.append(f"{name} takes a user without a function")


def owners(faults):
    """Every type of object has its owner in C++."""
    with open("include/pawl/pawl.hpp", encoding="utf-8") as file:
        cpp = file.read()
    for path in glob.glob("include/pawl/*.h"):
        with open(path, encoding="utf-8") as file:
            for name in re.findall(r"\bpawl_(\w+)_destroy\(pawl_\1 \*\*", file.read()):
                if f"using {name} = owner<pawl_{name}, pawl_{name}_destroy>;" not in cpp:
                    faults.append(f"pawl.hpp has no owner of a pawl_{name}")


def main():
    os.chdir(ROOT)
    faults, count = [], 0
    for path in sorted(glob.glob("include/pawl/*.h")):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        found = []
        structs(text, found)
        functions(text, found)
        count += len(STRUCT.findall(COMMENT.sub("", text))) + len(FUNCTION.findall(text))
        faults += [f"{path}: {fault}" for fault in found]
    owners(faults)
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"check_api: {count} structs and functions, {len(faults)} faults")
    return 1 if faults or count < 150 else 0


if __name__ == "__main__":
    sys.exit(main())
