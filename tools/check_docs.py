#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the documents point at is there: relative links in every .md, functions and types that one names, and the source files that ARCHITECTURE.md
and CONTRIBUTING.md name. Each block of README.md and docs/ says what it is, so that what can be run is run (tests/docs)."""
import fnmatch
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LINK = re.compile(r"\]\(([^)#\s]+)")
SOURCE = re.compile(r"[\w*<>./-]+\.(?:c|h|hpp|py|sh|cmake|json)\b")
NAME = re.compile(r"\b(?:pawl|pw|pk)_[a-z0-9_]*[a-z0-9]\b")
BLOCKS = {"sh", "console", "text", "c", "cpp", "cmake"}
NAMING = ("ARCHITECTURE.md", "CONTRIBUTING.md")


def tree():
    """Every file of the tree, by its path in it; what is built or recorded is none."""
    for at, folders, names in os.walk("."):
        folders[:] = [folder for folder in folders if not re.match(r"\.|build$|build-|runs$", folder)]
        yield from (os.path.relpath(os.path.join(at, name)) for name in names)


def main():
    os.chdir(ROOT)
    files = list(tree())
    known = set()
    for path in files:
        if path.endswith((".c", ".h", ".hpp", "CMakeLists.txt", ".cmake")):
            with open(path, encoding="utf-8") as file:
                known.update(NAME.findall(file.read()))
    faults, count = [], 0
    for path in sorted(file for file in files if file.endswith(".md")):
        is_inside, is_open = False, True
        with open(path, encoding="utf-8") as document:
            for number, line in enumerate(document, 1):
                if path == "README.md" or path.startswith("docs/"):
                    if line.startswith("```"):
                        is_inside = not is_inside
                        if is_inside and line[3:].strip() not in BLOCKS:
                            faults.append(f"{path}:{number}: a block is one of {' '.join(sorted(BLOCKS))}")
                    elif is_open and not is_inside and line.startswith("    "):
                        faults.append(f"{path}:{number}: a block has a fence that says what it is")
                    is_open = line == "\n" or is_open and line[0] == " " # nothing above that this goes on
                for target in LINK.findall(line):
                    count += 1
                    if ":" not in target and not os.path.exists(os.path.join(os.path.dirname(path), target)):
                        faults.append(f"{path}:{number}: the link {target} leads nowhere")
                for name in NAME.findall(line):
                    count += 1
                    if name not in known:
                        faults.append(f"{path}:{number}: nothing is called {name}")
                for name in SOURCE.findall(line) if path in NAMING else ():
                    count += 1
                    pattern = re.sub("<[^>]*>", "*", name).lstrip("./")
                    if not any(fnmatch.fnmatch("/" + file, "*/" + pattern) for file in files):
                        faults.append(f"{path}:{number}: there is no {name}")
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"check_docs: {count} links and names, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
