#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
test_programs.py PAWL CC CXX SOURCE LANGUAGE LIBRARIES...: each program of programs_table.py is made twice, with its defect and without, and run
by itself and under `pawl trace`. The defect is told by its id, interface and line; the twin is silent; output and exit code are the program's.
LIBRARIES: 85=/path/libdouble_trt_85.so ..., cuda=/path/libfake_cuda.so; rtx=FILE runs what needs no GPU on NVIDIA's own.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

from programs_table import ENGINE, PROGRAMS, RAW

FLAGS = {"forked": ["--follow-children"], "forked_end": ["--follow-children"]}
LLVM = any(shutil.which(f"llvm-addr2line{version}") for version in ["", "-19", "-18", "-16", "-15", "-14"])
NEEDS_GPU = re.compile(r"deserialize|primaryContext|createInspector")
PREAMBLE_CPP = "struct Object { virtual ~Object() = 0; void *impl; };\n"


def lines_of(text, is_planted):
    """[(statement, whether it is the line)] of one of the two."""
    kept = [line for line in text.strip().split("\n") if line and line[0] != ("+" if is_planted else "-")]
    return [(line.lstrip("+-").rstrip("!"), line.endswith("!")) for line in kept]


def c_statement(statement, language):
    found = re.fullmatch(r"(\w+) = (.*)", statement)
    if language == "cpp" and statement.startswith("end("):
        return f"delete (Object *){statement[4:-1]};"
    if statement == "leave()":
        return "_exit(0);"
    if not found:
        return statement + ";"
    kinds = {"s": "void *", "k": "void *", "k2": "void *", "m1": "uint64_t ", "m2": "uint64_t "}
    return f"{kinds.get(found.group(1), 'Tiny *')}{found.group(1)} = {found.group(2)};"


def source_of(row, is_planted):
    """(text, the numbers of the lines that may be named)"""
    language, body = row[1], row[5]
    if language == "py":
        lines = ["from tiny import *"] + [s + ("  # !" if m else "") for s, m in lines_of(body, is_planted)] + ["print('done')"]
    elif language == "raw":
        text = re.sub(r"%\((bad|good)\)s(.*\n)", lambda m: m.group(2) if (m.group(1) == "bad") == is_planted else "", RAW[body])
        engine = "\n    ".join(c_statement(s, "c") for s, _ in lines_of(ENGINE, False))
        lines = ('#include "NvInferTiny.h"\n' + PREAMBLE_CPP + text.replace("BODY", engine)).split("\n")
    else:
        lines = ['#include "NvInferTiny.h"', PREAMBLE_CPP if language == "cpp" else "", "int main(void)", "{", "tiny_open();"]
        lines += [c_statement(s, language) + (" // !" if m else "") for s, m in lines_of(body, is_planted)]
        lines += ['puts("done");', "return 0;", "}"]
    text = "\n".join(lines) + "\n"
    return text, [number for number, line in enumerate(text.split("\n"), 1) if line.endswith("// !") or line.endswith("# !")]


class Job:
    def __init__(self, pawl, compilers, source, libraries, work):
        self.pawl, self.compilers, self.source, self.libraries, self.work = pawl, compilers, source, libraries, work
        self.faults, self.runs = [], 0

    def environment(self, library):
        made = dict(os.environ, TINY_LIBRARY=library, FAKE_CUDA_DEVICES="2", DOUBLE_PAUSE="enqueueV3:100", PYTHONPATH=os.path.join(self.work, "site-packages"),
                    TINY_ROLES=os.path.join(self.source, "src/trace/witness/trace_roles.h"), PYTHONDONTWRITEBYTECODE="1")
        if "cuda" in self.libraries:
            made["PAWL_CUDA_LIBRARY"] = self.libraries["cuda"]
        return made

    def make(self, row, is_planted):
        text, lines = source_of(row, is_planted)
        language = row[1]
        planted = "_bad" if language == "py" else "_bäd"  # letters beyond ASCII come through, but the interpreter writes \xe4
        stem = os.path.join(self.work, row[0] + (planted if is_planted else "_good"))
        path = stem + {"c": ".c", "py": ".py"}.get(language, ".cpp")
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
        if language == "py":
            return [sys.executable, path], lines
        flags = [f for f in os.environ.get("TINY_FLAGS", "").split(" ") if f]
        compiler = self.compilers[language != "c"]
        # What clang inlines is found by LLVM's tool only, in the debug information that it writes by default.
        debug = "-gdwarf-4" if "clang" in compiler and not LLVM else "-g"
        command = [compiler, debug, "-O1", "-w", "-I", os.path.join(self.source, "tests/trace"), "-I", os.path.join(self.source, "src"),
                   *flags, path, "-o", stem, "-ldl", "-lpthread"]
        subprocess.run(command, check=True)
        return [stem], lines

    def trace(self, row, command, library):
        """(the process, the report)"""
        report = os.path.join(self.work, "report.json")
        if os.path.exists(report):
            os.remove(report)
        run = subprocess.run([self.pawl, "trace", *FLAGS.get(row[0], []), "-o", report, "--", *command], env=self.environment(library),
                             capture_output=True, text=True, check=False, timeout=120)
        with open(report, encoding="utf-8") as stream:
            return run, json.load(stream)

    def judge(self, row, library, is_planted):
        command, lines = self.make(row, is_planted)
        run, report = self.trace(row, command, library)
        self.runs += 1
        told = [f"{d['id']} {d['sentence']}, in {d['where']}" for d in report["defects"]]
        if not is_planted:
            plain = subprocess.run(command, env=self.environment(library), capture_output=True, text=True, check=False)
            if told or plain.stdout != run.stdout or plain.returncode != run.returncode or run.stdout != "done\n":
                return f"the twin: {told}, exit {run.returncode} and {plain.returncode}, {run.stderr}"
            return None
        name = os.path.basename(command[-1]) + (".c" if row[1] == "c" else ".cpp") if row[1] != "py" else os.path.basename(command[-1])
        for defect in report["defects"]:
            place = re.search(r"\(([^():]+):(\d+)\)$", defect["where"])
            interface = defect["object"]["interface"] if defect["object"] else None
            is_named = interface == row[4] or (row[0] == "forked" and row[4] in defect["sentence"])
            if defect["id"] == row[3] and is_named and place and place.group(1) == name and int(place.group(2)) in lines:
                others = [d["id"] for d in report["defects"] if d["id"] != row[3]]
                return None if not others else f"more than its defect: {told}"
        return f"not told: wanted {row[3]} of {row[4]} at {lines}, got {told}; exit {run.returncode}, {run.stderr}"


def main():
    pawl, cc, cxx, source, language = sys.argv[1:6]
    libraries = dict(word.split("=", 1) for word in sys.argv[6:])
    with tempfile.TemporaryDirectory() as work:
        os.mkdir(os.path.join(work, "site-packages"))  # where wrappers are, which are on the way to a program's own line
        shutil.copy(os.path.join(source, "tests/trace/tiny.py"), os.path.join(work, "site-packages"))
        job = Job(pawl, (cc, cxx), source, libraries, work)
        for row in PROGRAMS:
            if language not in ("all", row[1]) or (os.environ.get("TINY_ONLY") or row[0]) != row[0]:
                continue
            if "rtx" in libraries and (NEEDS_GPU.search(row[5]) or row[5] == "threads" or row[3] == "PAWL-T012" or row[1] == "py"):
                continue
            for is_planted in (True, False):
                fault = job.judge(row, libraries.get("rtx", libraries.get(row[2])), is_planted)
                if fault:
                    job.faults.append(f"{row[0]} ({row[1]}, {row[2]}): {fault}")
    print("\n".join(job.faults + [f"{job.runs} runs, {len(job.faults)} faults"]))
    return 1 if job.faults or job.runs == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
