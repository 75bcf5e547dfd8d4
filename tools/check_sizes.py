#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Caps on sizes: files, headers, functions, tests. A file that needs more is two files."""
import os
import sys

FILE_CAP, TEST_CAP, FUNCTION_CAP = 700, 500, 70
PUBLIC_HEADER_CAP, HEADER_CAP, CONTRACT_CAP = 250, 150, 200
# Headers that are the contract of a whole room, and tables that are source.
CONTRACTS = {"src/weights/module.h", "src/network/network_ir.h", "src/plan/plan_ir.h", "src/kernels/kernel.h",
             "src/backend/backend.h", "src/backend/cpu/cpu.h", "src/trace/witness/witness.h", "src/lifetime/handle.h"}
TABLES = {"src/image/font.h", "src/trace/witness/trace_roles.h"}


def files(folder):
    for at, _, names in os.walk(folder):
        for name in sorted(names):
            if name.endswith((".c", ".h")):
                yield os.path.join(at, name)


def cap_of(path):
    if path in TABLES:
        return None
    if path.startswith("tests/doubles/"):
        return FILE_CAP  # stand-ins for whole libraries: code, not tests
    if path.startswith("tests/"):
        return TEST_CAP
    if path.endswith(".tmpl.h") or os.path.basename(path).startswith("simd"):
        return FILE_CAP  # kernels: code, not interfaces
    if path.endswith(".h"):
        if path.startswith("include/"):
            return PUBLIC_HEADER_CAP
        return CONTRACT_CAP if path in CONTRACTS else HEADER_CAP
    return FILE_CAP


def long_functions(lines):
    """(line, length) of each function over the cap: from a '{' in the first column to the '}' there."""
    begin = None
    for number, line in enumerate(lines, 1):
        if line.startswith("{"):
            begin = number
        elif line.startswith("}") and begin is not None:
            if number - begin + 1 > FUNCTION_CAP:
                yield begin, number - begin + 1
            begin = None


def main():
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    faults, count = [], 0
    for folder in ("apps", "bench", "examples/c", "include", "src", "tests"):
        for path in files(folder):
            with open(path, encoding="utf-8") as file:
                lines = file.read().split("\n")[:-1]
            count += 1
            cap = cap_of(path)
            if cap is not None and len(lines) > cap:
                faults.append(f"{path}: {len(lines)} lines, the cap is {cap}")
            if path.endswith(".c") and not path.startswith("tests/"):
                faults += [f"{path}:{at}: a function of {length} lines, the cap is {FUNCTION_CAP}"
                           for at, length in long_functions(lines)]
            if not lines or "SPDX-License-Identifier: Apache-2.0" not in lines[0]:
                faults.append(f"{path}: the first line is not the SPDX line")
            elif path.endswith(".h") and not lines[1].startswith("/*"):
                faults.append(f"{path}: line 2 does not say what the file is")
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"check_sizes: {count} files, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
