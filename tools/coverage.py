#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
coverage.py BUILD [--least PERCENT]: which lines of src/ the tests of a build with PAWL_COVERAGE have run, by gcov's own counts.
coverage.py --check: only that tools/never_run.txt speaks of lines that are there.
A table of the rooms, then every line that never ran: those whose reason tools/never_run.txt gives, by reason, and the others, by file. Ends with 1
where all of src/ together is below the least (90), or where that list is stale. A line that is compiled several times (a kernel for each instruction
set) has run if one of them has.
"""
import argparse
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LIST = os.path.join(ROOT, "tools", "never_run.txt")


class File:
    """Counts of a file's lines, and its functions: {name: [begin, end, times]}."""

    def __init__(self):
        self.lines, self.functions = {}, {}

    def add(self, report):
        for line in report["lines"]:
            number = line["line_number"]
            self.lines[number] = max(self.lines.get(number, 0), line["count"])
        for function in report["functions"]:
            made = self.functions.setdefault(function["name"], [function["start_line"], function["end_line"], 0])
            made[2] = max(made[2], function["execution_count"])

    def merge(self, other):
        for number, count in other.lines.items():
            self.lines[number] = max(self.lines.get(number, 0), count)
        for name, (begin, end, count) in other.functions.items():
            made = self.functions.setdefault(name, [begin, end, 0])
            made[2] = max(made[2], count)

    def missed(self):
        return {number for number, count in self.lines.items() if count == 0}


def counts_of(data):
    """{path: File} of one object."""
    run = subprocess.run(["gcov", "--json-format", "--stdout", data], capture_output=True, text=True, check=False, cwd=os.path.dirname(data))
    found = {}
    for report in run.stdout.splitlines():
        try:
            made = json.loads(report)
        except ValueError:
            continue
        for file in made["files"]:
            path = os.path.relpath(os.path.join(made["current_working_directory"], file["file"]), ROOT)
            if path.startswith("src" + os.sep):
                found.setdefault(path, File()).add(file)
    return found


def gather(build):
    objects = [os.path.join(folder, name) for folder, _, names in os.walk(build) for name in names if name.endswith(".gcda")]
    total = {}
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as workers:
        for found in workers.map(counts_of, objects):
            for path, file in found.items():
                total.setdefault(path, File()).merge(file)
    return total


class Row:
    """A row of the list: a file, a function, or a statement by how its first line begins, and the lines that it stands on."""

    def __init__(self, number, path, words, reason, may_run):
        self.number, self.path, self.words, self.reason, self.may_run = number, path, words, reason, may_run
        self.lines = set()
        if not os.path.exists(os.path.join(ROOT, path)):
            return
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            text = file.read().splitlines()
        if words == "*":
            self.lines.update(range(1, len(text) + 1))
            return
        name = words[:-2] if words.endswith("()") else None
        for begin, line in enumerate(text):
            is_here = re.match(rf"[a-z_].*\b{re.escape(name)}\(", line) and not line.rstrip().endswith(";") if name else line.strip().startswith(words)
            if not is_here:
                continue
            end = begin
            while end + 1 < len(text) and not (text[end] == "}" if name else text[end].rstrip().endswith((";", "{", "}"))):
                end += 1
            self.lines.update(range(begin + 1, end + 2))

    def fault(self, total):
        """Why it is stale, or None."""
        where = f"{os.path.relpath(LIST, ROOT)}:{self.number}: {self.path}: {self.words}"
        if not self.lines:
            return f"{where}: there is no such line"
        if total is None or self.may_run:
            return None
        file = total.get(self.path)
        return None if file and self.lines & file.missed() else f"{where}: it runs now, so this row goes"


def read_list():
    """[Row]: "[reason]" or "[reason, on some machines]" begins a group; then "path: statement" a line."""
    rows, reason, may_run = [], "", False
    with open(LIST, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.strip()
            if line.startswith("["):
                reason, may_run = line.strip("[]"), "some machines" in line
            elif line and not line.startswith("#"):
                path, words = line.split(": ", 1)
                rows.append(Row(number, path, words, reason, may_run))
    return rows


def spans(numbers):
    """[3, 4, 5, 9] as 3-5 9"""
    out = []
    for number in sorted(numbers):
        if out and number == out[-1][1] + 1:
            out[-1][1] = number
        else:
            out.append([number, number])
    return " ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in out)


def share(files):
    """(lines, those that ran) of some files."""
    return sum(len(file.lines) for file in files), sum(len(file.lines) - len(file.missed()) for file in files)


def percent(lines, ran):
    return 100.0 * ran / lines if lines else 100.0


def print_rooms(total):
    rooms = {}
    for path, file in total.items():
        rooms.setdefault(os.path.dirname(path)[len("src/"):], []).append(file)
    for room in sorted(rooms):
        print(f"{room:28} {percent(*share(rooms[room])):6.1f} %  {share(rooms[room])[0]:6} lines")


def print_never_run(total, rows):
    by_reason, explained = {}, {}
    for row in rows:
        lines = row.lines & total[row.path].missed() if row.path in total else set()
        by_reason.setdefault(row.reason, {}).setdefault(row.path, set()).update(lines)
        explained.setdefault(row.path, set()).update(lines)
    for reason, files in by_reason.items():
        print(f"\n{reason}: {sum(len(lines) for lines in files.values())} lines")
        for path in sorted(files):
            if files[path]:
                print(f"  {path}: {spans(files[path])}")
    others = {path: file.missed() - explained.get(path, set()) for path, file in total.items()}
    print(f"\nNo test runs them yet: {sum(len(lines) for lines in others.values())} lines")
    for path in sorted(others):
        if others[path]:
            print(f"  {path} ({percent(*share([total[path]])):.1f} %): {spans(others[path])}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", nargs="?")
    parser.add_argument("--least", type=float, default=90)
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    rows = read_list()
    total = None
    if not asked.check:
        total = gather(os.path.abspath(asked.build or "."))
        if not total:
            sys.exit(f"coverage: {asked.build} holds no counts: build the preset coverage and run its tests")
        print_rooms(total)
        print_never_run(total, rows)
        lines, ran = share(total.values())
        print(f"\nsrc: {ran} of {lines} lines, {percent(lines, ran):.1f} %")
    faults = [fault for fault in (row.fault(total) for row in rows) if fault]
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults or total is not None and percent(lines, ran) < asked.least else 0


if __name__ == "__main__":
    sys.exit(main())
