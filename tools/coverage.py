#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
coverage.py BUILD [--least PERCENT] [--lines FILE]: which lines of src/ the tests of a build with --coverage have run, by gcov's own counts.
A table of the rooms, then each file below the least (90) with the lines that never ran; ends with 1 where all of src/ together is below it.
--lines FILE lists those of one file alone. A line that is compiled several times (a kernel for each instruction set) has run if one of them has.
"""
import argparse
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor


def counts_of(data, root):
    """{path within src: {line: times}} of one object."""
    run = subprocess.run(["gcov", "--json-format", "--stdout", data], capture_output=True, text=True, check=False, cwd=os.path.dirname(data))
    found = {}
    for report in run.stdout.splitlines():
        try:
            made = json.loads(report)
        except ValueError:
            continue
        for file in made["files"]:
            path = os.path.relpath(os.path.join(made["current_working_directory"], file["file"]), root)
            if path.startswith("src" + os.sep):
                lines = found.setdefault(path, {})
                for line in file["lines"]:
                    number = line["line_number"]
                    lines[number] = max(lines.get(number, 0), line["count"])
    return found


def gather(build, root):
    objects = [os.path.join(folder, name) for folder, _, names in os.walk(build) for name in names if name.endswith(".gcda")]
    total = {}
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as workers:
        for found in workers.map(lambda data: counts_of(data, root), objects):
            for path, lines in found.items():
                merged = total.setdefault(path, {})
                for number, count in lines.items():
                    merged[number] = max(merged.get(number, 0), count)
    return total


def spans(numbers):
    """[3, 4, 5, 9] as 3-5 9"""
    out = []
    for number in sorted(numbers):
        if out and number == out[-1][1] + 1:
            out[-1][1] = number
        else:
            out.append([number, number])
    return " ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in out)


def missed(lines):
    return [number for number, count in lines.items() if count == 0]


def share(files):
    """(lines, those that ran) of some files."""
    return sum(len(lines) for lines in files), sum(len(lines) - len(missed(lines)) for lines in files)


def percent(lines, ran):
    return 100.0 * ran / lines if lines else 100.0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--least", type=float, default=90)
    parser.add_argument("--lines")
    asked = parser.parse_args()
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    total = gather(os.path.abspath(asked.build), root)
    if not total:
        sys.exit(f"coverage: {asked.build} holds no counts: build the preset coverage and run its tests")
    if asked.lines:
        print(spans(missed(total.get(asked.lines, {}))))
        return 0
    rooms = {}
    for path, lines in total.items():
        rooms.setdefault(os.path.dirname(path)[len("src/"):], []).append(lines)
    for room in sorted(rooms):
        print(f"{room:28} {percent(*share(rooms[room])):6.1f} %  {share(rooms[room])[0]:6} lines")
    for path in sorted(total):
        figures = share([total[path]])
        if percent(*figures) < asked.least:
            print(f"below {asked.least:g} %: {path} {percent(*figures):.1f} %, never run: {spans(missed(total[path]))}")
    lines, ran = share(total.values())
    print(f"src: {ran} of {lines} lines, {percent(lines, ran):.1f} %")
    return 0 if percent(lines, ran) >= asked.least else 1


if __name__ == "__main__":
    sys.exit(main())
