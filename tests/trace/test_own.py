#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
test_own.py PAWL BUILD SOURCE FAMILY=LIBRARY... cuda=LIBRARY: every test of ours on TensorRT's doubles once more, and our own programs, under pawl
trace. They end as before, and nothing is told but the library's errors that a test provokes, and the wrong orders of those that try what the library
says then: whatever it complains of must have been told before.
"""
import collections
import json
import os
import re
import subprocess
import sys
import tempfile

WRONG_ON_PURPOSE = re.compile(r"^test_double_|^proof_double_")


def programs_of(pawl, source, libraries, work):
    """The same of pawl itself: an engine is built and run, on each double."""
    for family, library in libraries.items():
        environment = {"PAWL_TENSORRT_LIBRARY": library, "PAWL_CUDA_LIBRARY": libraries["cuda"]}
        engine = os.path.join(work, family + ".engine")
        if family != "cuda":
            yield f"pawl_build_{family}", [pawl, "build", f"{source}/examples/shapes/shapes.pt", "--backend", "tensorrt", "-o", engine], environment
            yield f"pawl_predict_{family}", [pawl, "predict", engine, f"{source}/examples/shapes/pictures", "--nosave"], environment
            yield f"pawl_doctor_{family}", [pawl, "doctor"], environment


def tests_of(build):
    """[(name, command, environment)] of the tests that use the doubles."""
    shown = subprocess.run(["ctest", "--test-dir", build, "--show-only=json-v1", "-L", "tensorrt"], capture_output=True, text=True, check=True)
    for test in json.loads(shown.stdout)["tests"]:
        properties = {p["name"]: p["value"] for p in test.get("properties", [])}
        labels = properties.get("LABELS", [])
        if {"trace", "rtx", "shared", "gpu"} & set(labels) or "command" not in test:
            continue
        yield test["name"], test["command"], dict(item.split("=", 1) for item in properties.get("ENVIRONMENT", []))


def main():
    pawl, build, source = sys.argv[1:4]
    libraries = dict(word.split("=", 1) for word in sys.argv[4:])
    only = os.environ.get("OWN_ONLY", "")
    faults, told, runs, complaints = [], collections.Counter(), 0, 0
    with tempfile.TemporaryDirectory() as work:
        report = os.path.join(work, "report.json")
        for name, command, environment in [*programs_of(pawl, source, libraries, work), *tests_of(build)]:
            if not re.search(only, name):
                continue
            run = subprocess.run([pawl, "trace", "-o", report, "--", *command], env={**os.environ, **environment}, capture_output=True, text=True,
                                 check=False)
            runs += 1
            if run.returncode != 0 or not os.path.exists(report):
                faults.append(f"{name}: exit {run.returncode}\n{run.stdout[-600:]}{run.stderr[-600:]}")
                continue
            with open(report, encoding="utf-8") as stream:
                defects = json.load(stream)["defects"]
            os.remove(report)
            allowed = set() if name.startswith("pawl_") else {"PAWL-T012", "PAWL-T001"} if WRONG_ON_PURPOSE.search(name) else {"PAWL-T012"}
            for defect in defects:
                told[defect["id"]] += defect["times"]
                if defect["id"] not in allowed:
                    faults.append(f"{name}: {defect['id']} {defect['sentence']}, in {defect['where']}")
                if defect["id"] == "PAWL-T012" and "Destroying" in defect["library_says"]:
                    faults.append(f"{name}: the library complains, and nothing was told before: {defect['library_says']}")
                complaints += defect["id"] == "PAWL-T001"
    print("\n".join(faults + [f"{runs} tests, told: {dict(told)}, {len(faults)} faults"]))
    return 1 if faults or runs == 0 or (not only and complaints == 0) else 0


if __name__ == "__main__":
    sys.exit(main())
