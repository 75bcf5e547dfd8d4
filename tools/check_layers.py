#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who may include whom: every #include of src/ and apps/ against the table of ARCHITECTURE.md, and the USES of each room's CMakeLists.txt too."""
import os
import re
import sys


def read_table(path):
    """The include table of ARCHITECTURE.md: room -> what it may include. "what backend may" is the row of backend."""
    with open(path, encoding="utf-8") as file:
        rows = re.findall(r"^\| ([a-z0-9_/]+) \| .* \| ([^|]*) \|$", file.read(), re.M)
    rooms = [room for room, _ in rows if room not in ("room", "apps")]
    table = {}
    for room, uses in rows:
        if room in rooms:
            words = re.sub(r"\(.*?\)", "", uses.replace("what backend may", "")).replace(",", " ").split()
            strange = [word for word in words if word not in rooms + ["and", "–"]]
            if strange:
                sys.exit(f"check_layers: {path}, row {room}: {strange[0]} is no room")
            also = table["backend"] if "what backend may" in uses else set()
            table[room] = also | {word for word in words if word in rooms}
    if not table:
        sys.exit(f"check_layers: {path} has no table of rooms")
    return table


ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TABLE = read_table(os.path.join(ROOT, "ARCHITECTURE.md"))
# registry.c is the only file that names backends, so only its room's USES may list them.
BACKENDS = {room for room in TABLE if room.startswith("backend/")}
# Object libraries of their own that live in another room's folder.
PARTS = {"backend_binding": "backend"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
ROOM_CALL = re.compile(r"pawl_room\s*\(([^)]*)\)")


def room_of(path, root):
    """The room of a source file (or of an include path), None where it is in none."""
    parts = os.path.relpath(path, root).split(os.sep)
    for length in (2, 1):
        name = "/".join(parts[:length])
        if len(parts) > length and name in TABLE:
            return name
    return None


def sources(folder):
    for at, _, names in os.walk(folder):
        for name in sorted(names):
            if name.endswith((".c", ".h")):
                yield os.path.join(at, name)


def check_rooms(src, faults):
    count = 0
    for path in sources(src):
        room = room_of(path, src)
        if room is None:
            faults.append(f"{path}: in a folder that is no room of the table")
            continue
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for quote, target in INCLUDE.findall(text):
            count += 1
            used = room_of(os.path.join(src, target), src)
            if quote == '"' and used is None:
                faults.append(f'{path}: "{target}" is not by room path')
            elif used not in (None, room) and used not in TABLE[room]:
                faults.append(f"{path}: {room} may not include {used} ({target})")
    return count


def check_apps(root, faults):
    """Programs and examples: pawl/ and, in apps/, their own folders and common/."""
    count = 0
    for folder in ("apps", "examples/c"):
        for path in sources(os.path.join(root, folder)):
            own = os.path.relpath(path, os.path.join(root, folder)).split(os.sep)[0]
            with open(path, encoding="utf-8") as file:
                text = file.read()
            for quote, target in INCLUDE.findall(text):
                count += 1
                if quote == '"' and (folder != "apps" or target.split("/")[0] not in (own, "common")):
                    faults.append(f'{path}: programs include <pawl/...> and their own files, not "{target}"')
    return count


def check_public(root, faults):
    """Public headers include public headers and the two of C they need."""
    folder = os.path.join(root, "include", "pawl")
    for path in sources(folder):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for _, target in INCLUDE.findall(text):
            if not target.startswith("pawl/") and target not in ("stddef.h", "stdint.h"):
                faults.append(f"{path}: a public header includes {target}")


def room_of_target(name):
    return PARTS.get(name, name.replace("backend_", "backend/"))


def check_cmake(src, faults):
    """USES of each room is its row of the table, or less."""
    for at, _, names in os.walk(src):
        if "CMakeLists.txt" not in names or at == src:
            continue
        with open(os.path.join(at, "CMakeLists.txt"), encoding="utf-8") as file:
            calls = ROOM_CALL.findall(file.read())
        for words in (call.split() for call in calls):
            room = room_of_target(words[0])
            if room not in TABLE:
                faults.append(f"{at}: room {room} is not in the table")
                continue
            uses = words[words.index("USES") + 1:] if "USES" in words else []
            for used in uses:
                if used in ("LIBS", "OBJECTS", "FILES"):
                    break
                used = room_of_target(used)
                if used != room and used not in TABLE[room] and not (room == "backend" and used in BACKENDS):
                    faults.append(f"{at}/CMakeLists.txt: {room} may not use {used}")


def check_acyclic(faults):
    done = set()
    left = dict(TABLE)
    while left:
        ready = [room for room, uses in left.items() if uses <= done]
        if not ready:
            faults.append(f"the table goes round in circles among {sorted(left)}")
            return
        done.update(ready)
        for room in ready:
            del left[room]


def check_basenames(root, faults):
    seen = {}
    for folder in ("src", "apps"):
        for path in sources(os.path.join(root, folder)):
            first = seen.setdefault(os.path.basename(path), path)
            if first != path:
                faults.append(f"{path}: another file has this name: {first}")


def main():
    os.chdir(ROOT)
    faults = []
    check_acyclic(faults)
    count = check_rooms("src", faults) + check_apps(".", faults)
    check_public(".", faults)
    check_cmake("src", faults)
    check_basenames(".", faults)
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"check_layers: {count} includes, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
