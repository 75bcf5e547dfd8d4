#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Where TensorRT's methods stand in its vtables, read from NVIDIA's public headers by clang.

    trt_slots.py dump NAME=INCLUDE_DIR...
    trt_slots.py check --table src/backend/tensorrt/trt_slots.h [--double tests/doubles/tensorrt/double_slots.h] NAME=INCLUDE_DIR...
    trt_slots.py roles --table src/trace/witness/trace_roles.h [--write] NAME=INCLUDE_DIR...

dump prints every class and slot. roles derives the table of what each method does to lifetimes, for pawl trace (trt_roles.py), and
compares it with the one given, or writes that; it wants all versions at once. check compares, for each folder of headers, the table of the TensorRT backend (with the strategies and the
enum numbers in trt_strategy.c and trt_calls.h beside it) and the table of the test doubles, and says agreement or what differs; it exits
with 1 where anything differs. The headers' own version decides the family, not the name given to the folder.

Needs clang++. cuda_runtime_api.h is used where a CUDA toolkit is found (CUDA_HOME, /usr/local/cuda); else the few types that the headers
mention are declared in its stead, which changes no vtable.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

import trt_roles

FAMILIES = ["8_2", "8_5", "10", "11", "RTX_1_3", "RTX_1_5"]  # columns of the backend's table
CUDA_STAND_IN = """
#pragma once
#include <stddef.h>
typedef struct CUstream_st *cudaStream_t;
typedef struct CUevent_st *cudaEvent_t;
typedef struct CUgraph_st *cudaGraph_t;
typedef struct CUgraphExec_st *cudaGraphExec_t;
typedef struct CUctx_st *CUcontext;
typedef enum cudaError { cudaSuccess = 0 } cudaError_t;
enum cudaMemcpyKind { cudaMemcpyHostToDevice = 1 };
struct cudaPointerAttributes { int device; };
"""

# C name of a number -> enum of nvinfer1, enumerator; the numbers stand in trt_calls.h.
CALL_NUMBERS = {
    "PW_TRT_FLOAT": ("DataType", "kFLOAT"), "PW_TRT_HALF": ("DataType", "kHALF"), "PW_TRT_INT8": ("DataType", "kINT8"),
    "PW_TRT_RELU": ("ActivationType", "kRELU"), "PW_TRT_SIGMOID": ("ActivationType", "kSIGMOID"),
    "PW_TRT_LEAKY_RELU": ("ActivationType", "kLEAKY_RELU"), "PW_TRT_CLIP": ("ActivationType", "kCLIP"), "PW_TRT_HARD_SIGMOID": ("ActivationType", "kHARD_SIGMOID"),
    "PW_TRT_SUM": ("ElementWiseOperation", "kSUM"), "PW_TRT_PROD": ("ElementWiseOperation", "kPROD"),
    "PW_TRT_MIN": ("OptProfileSelector", "kMIN"), "PW_TRT_OPT": ("OptProfileSelector", "kOPT"),
    "PW_TRT_MAX": ("OptProfileSelector", "kMAX"),
}
# Numbers written where they are used.
PLAIN_NUMBERS = {
    ("PoolingType", "kMAX"): 0, ("MemoryPoolType", "kWORKSPACE"): 0,
    ("ExecutionContextAllocationStrategy", "kSTATIC"): 0, ("TacticSource", "kCUBLAS"): 0, ("TacticSource", "kCUBLAS_LT"): 1,
    ("TacticSource", "kCUDNN"): 2,
    ("ReduceOperation", "kAVG"): 4, ("ScaleMode", "kUNIFORM"): 0, ("ILogger::Severity", "kINTERNAL_ERROR"): 0,
    ("ILogger::Severity", "kERROR"): 1, ("ILogger::Severity", "kWARNING"): 2, ("ILogger::Severity", "kINFO"): 3,
    ("ILogger::Severity", "kVERBOSE"): 4, ("ResizeMode", "kNEAREST"): 0, ("InterpolationMode", "kNEAREST"): 0,
}
STRATEGY_FLAGS = {"fp16_flag": "kFP16", "int8_flag": "kINT8", "obey_precision_flag": "kOBEY_PRECISION_CONSTRAINTS", "tf32_flag": "kTF32",
                  "version_compatible_flag": "kVERSION_COMPATIBLE"}
LOGGER_PLAIN = ["log", "~", "~"]
LOGGER_VERSIONED = ["getAPILanguage", "getInterfaceInfo", "~", "~", "log"]
MONITOR_PLAIN = ["~", "~", "phaseStart", "stepComplete", "phaseFinish"]
MONITOR_VERSIONED = ["getAPILanguage", "getInterfaceInfo"] + MONITOR_PLAIN
# Dims pass by value up to 9.x and by reference from 10.0 and RTX on; methods added in 8.5 already took a reference.
DIMS_BY_REFERENCE = {"setInputShape"}


class Headers:
    """One folder of headers: its version, every class's slots, and the numbers asked for."""

    def __init__(self, name, folder):
        self.name, self.folder = name, folder
        self.read_version()
        self.text = ""
        for file in sorted(os.listdir(folder)):
            if re.fullmatch(r"NvInfer(Impl|Runtime|RuntimeBase|RuntimeCommon|RuntimePlugin|)\.h", file):
                with open(os.path.join(folder, file), encoding="utf-8", errors="replace") as stream:
                    self.text += stream.read()
        self.slots, self.numbers, self.sizes = {}, {}, {}

    def read_version(self):
        with open(os.path.join(self.folder, "NvInferVersion.h"), encoding="utf-8", errors="replace") as stream:
            found = dict(re.findall(r"#define\s+(\w+)\s+(\w+)", stream.read()))
        self.is_rtx = found.get("NV_TENSORRT_MAJOR") == "TRT_MAJOR_RTX"
        parts = [found.get("NV_TENSORRT_" + part, "") for part in ("MAJOR", "MINOR", "PATCH", "BUILD")]
        parts = [int(found.get(part, part)) for part in parts]  # newer ones name another macro, which holds the number
        self.version_text = ("TensorRT-RTX " if self.is_rtx else "TensorRT ") + ".".join(map(str, parts))
        self.parts = parts
        scale = 10000 if self.is_rtx or parts[0] >= 10 else 1000
        self.version = parts[0] * scale + parts[1] * 100 + parts[2]

    def classes(self):
        return sorted(set(re.findall(r"^class (V\w+)\s*(?::[^;{]*)?\{?$", self.text, re.M)))

    def program(self):
        """A C++ file whose vtable dump and constants hold what is asked."""
        lines = ['#include "NvInfer.h"', "template <class T> struct is_there;"]
        for name in self.classes():
            lines.append(f"struct Q_{name} : nvinfer1::apiv::{name} {{ Q_{name}(); }}; Q_{name}::Q_{name}() {{}}")
        for name in ("ILogger", "IProgressMonitor"):
            if name == "ILogger" or re.search(r"class IProgressMonitor\b|using IProgressMonitor\b", self.text):
                lines.append(f"struct Q_{name} : nvinfer1::{name} {{ Q_{name}(); }}; Q_{name}::Q_{name}() {{}}")
        wanted = set(CALL_NUMBERS.values()) | set(PLAIN_NUMBERS) | {("TacticSource", "kEDGE_MASK_CONVOLUTIONS")} | {("BuilderFlag", flag) for flag in STRATEGY_FLAGS.values()}
        wanted |= {("NetworkDefinitionCreationFlag", "kEXPLICIT_BATCH"), ("NetworkDefinitionCreationFlag", "kSTRONGLY_TYPED")}
        for flag in sorted({flag for _, flag in wanted}):
            lines.append(f"template <class T> constexpr auto get_{flag}(int) -> decltype(int(T::{flag})) {{ return int(T::{flag}); }}")
            lines.append(f"template <class T> constexpr int get_{flag}(...) {{ return -1; }}")
        for enum, flag in sorted(wanted):
            if enum == "ILogger::Severity" or re.search(rf"enum class {enum}\b|using {enum}\b", self.text):
                name = f"number_{enum.replace('::', '__')}__{flag}"
                lines.append(f'extern "C" {{ extern const int {name}; const int {name} = get_{flag}<nvinfer1::{enum}>(0); }}')
        for type_name in ("Dims", "Weights"):
            lines.append(f'extern "C" {{ extern const int size_{type_name}; const int size_{type_name} = sizeof(nvinfer1::{type_name}); }}')
        return "\n".join(lines) + "\n"

    def read(self, cuda_folder):
        with tempfile.TemporaryDirectory() as work:
            source = os.path.join(work, "slots.cpp")
            with open(source, "w", encoding="utf-8") as stream:
                stream.write(self.program())
            if cuda_folder is None:
                cuda_folder = work
                for file in ("cuda_runtime_api.h", "cuda.h"):
                    with open(os.path.join(work, file), "w", encoding="utf-8") as stream:
                        stream.write(CUDA_STAND_IN)
            code = os.path.join(work, "slots.ll")
            run = subprocess.run(["clang++", "-std=c++17", "-w", "-S", "-emit-llvm", "-o", code, "-Xclang", "-fdump-vtable-layouts",
                                  "-I", self.folder, "-I", cuda_folder, source], capture_output=True, text=True, check=False)
            if run.returncode != 0:
                raise SystemExit(f"{self.name}: the headers do not compile:\n{run.stderr[:3000]}")
            self.take_vtables(run.stdout + run.stderr)
            with open(code, encoding="utf-8") as stream:
                for name, value in re.findall(r"^@((?:number|size)_\w+) = .*constant i32 (-?\d+)", stream.read(), re.M):
                    kind, rest = name.split("_", 1)
                    if kind == "size":
                        self.sizes[rest] = int(value)
                    else:
                        enum, flag = rest.rsplit("__", 1)
                        self.numbers[(enum.replace("__", "::"), flag)] = int(value)

    def take_vtables(self, text):
        for current, _, signature in trt_roles.vtable_rows(text):
            self.slots.setdefault(current, []).append(re.sub(r"nvinfer1::(apiv::)?|v_\d+_\d+::", "", signature))

    def find(self, class_name, method):
        """[(slot, signature)] of all overloads."""
        return [(slot, signature) for slot, signature in enumerate(self.slots.get(class_name, []))
                if re.search(rf"::{method}\(", signature)]

    def shape(self, class_name):
        """Names of an interface's slots in order, "~" for destructors; None where there is no such interface."""
        if class_name not in self.slots:
            return None
        return [re.search(r"::(~?\w+)\(", signature).group(1) if "::~" not in signature else "~" for signature in self.slots[class_name]]


def read_table(path):
    """[(class, method, [slot a family], since)] of the backend's table."""
    with open(path, encoding="utf-8") as stream:
        rows = re.findall(r"^\s*X\((V\w+), (\w+), .*\),((?:\s*-?\d+,){5,6}\s*-?\d+)\)", stream.read(), re.M)
    numbers = [[int(n) for n in row[2].split(",")] for row in rows]
    return [(row[0], row[1], each[:6], each[6] if len(each) > 6 else 0) for row, each in zip(rows, numbers)]


def read_double(path):
    """{family: [(class, method, slot, since)]} of the doubles' tables."""
    tables, current = {}, None
    with open(path, encoding="utf-8") as stream:
        for line in stream:
            head = re.match(r"#define DOUBLE_SLOTS_(\w+)\(X\)", line)
            if head:
                current = head.group(1)
            row = re.match(r"\s*X\((V\w+), (\w+), *(\d+), *(\d+)\)", line)
            if row and current:
                tables.setdefault(current, []).append((row.group(1), row.group(2), int(row.group(3)), int(row.group(4))))
    return tables


def read_strategies(path):
    """{family: {field: text}} of the designated initialisers."""
    with open(path, encoding="utf-8") as stream:
        text = stream.read()
    found = {}
    names = "|".join(FAMILIES)
    for name, body in re.findall(rf"\[PW_TRT_({names})\] = \{{(.*?)\}},?\s*(?=\[PW_TRT_|\}};)", text, re.S):
        if ".first" in body:
            body = re.sub(r"/\*.*?\*/", "", body, flags=re.S)
            body = re.sub(r"\bNO_FLAG\b", "FLAG(-1, 0)", body)
            found[name] = dict(re.findall(r"\.(\w+)\s*=\s*(FLAG\([^)]*\)|[^,}]+)", body))
    return found


def read_numbers(path):
    with open(path, encoding="utf-8") as stream:
        return {name: int(value) for name, value in re.findall(r"\b(PW_TRT_\w+) = (\d+)", stream.read())}


def family_of(version, strategies):
    for name, fields in strategies.items():
        if int(fields["first"]) <= version <= int(fields["last"]):
            return name
    return None


def check_method(headers, class_name, method, slot, since, is_wide):
    """What is wrong with one row, or None."""
    label = f"{class_name}::{method}"
    found = headers.find(class_name, method)
    if slot == -2:  # another serves all of the family
        return None
    if slot < 0 or headers.version < since:
        reason = "the table says it is absent" if slot < 0 else f"the table has it since {since}"
        return f"{label}: {reason}, the headers have it at {found[0][0]}" if found else None
    if not found:
        return f"{label}: the table has it at {slot}, the headers lack it"
    if slot not in [at for at, _ in found]:
        return f"{label}: the table says {slot}, the headers {'/'.join(str(at) for at, _ in found)}"
    signature = dict(found)[slot]
    if len(found) > 1 and "const void *" not in signature:
        return f"{label}: slot {slot} is another overload: {signature}"
    parameters = signature[signature.index("("):]
    if re.search(r"\bDims(32|64)?\b", parameters):
        by_reference = re.search(r"const Dims(32|64)? &", parameters) is not None
        if by_reference != (is_wide or method in DIMS_BY_REFERENCE):
            return f"{label}: Dims pass by {'reference' if by_reference else 'value'} here: {signature}"
    return None


def check_shapes(headers, strategy):
    wrong = []
    is_versioned = strategy.get("has_versioned_logger") == "true"
    shape = headers.shape("ILogger")
    if shape != (LOGGER_VERSIONED if is_versioned else LOGGER_PLAIN):
        wrong.append(f"ILogger is {shape}")
    monitor = headers.shape("IProgressMonitor")
    has_setter = bool(headers.find("VBuilderConfig", "setProgressMonitor"))
    if has_setter != (monitor is not None):
        wrong.append("IProgressMonitor and setProgressMonitor do not come together")
    if monitor is not None and monitor != (MONITOR_VERSIONED if headers.version >= 10000 else MONITOR_PLAIN):
        wrong.append(f"IProgressMonitor is {monitor}")
    is_wide = strategy.get("has_wide_dims") == "true"
    if headers.sizes.get("Dims") != (72 if is_wide else 36):
        wrong.append(f"Dims has {headers.sizes.get('Dims')} bytes")
    if headers.sizes.get("Weights") != 24:
        wrong.append(f"Weights has {headers.sizes.get('Weights')} bytes")
    return wrong


def check_numbers(headers, strategy, numbers):
    wrong = []

    def compare(label, enum, flag, ours):
        theirs = headers.numbers.get((enum, flag), -1)
        if theirs != ours:
            wrong.append(f"{label} is {ours}, {enum}::{flag} is {theirs if theirs >= 0 else 'absent'}")

    for name, (enum, flag) in CALL_NUMBERS.items():
        compare(name, enum, flag, numbers.get(name))
    for (enum, flag), ours in PLAIN_NUMBERS.items():
        if headers.numbers.get((enum, flag), -1) >= 0:  # an enum that a version lacks is not used there
            compare("number", enum, flag, ours)
    is_strong = strategy.get("is_strongly_typed") == "true"
    for field, flag in STRATEGY_FLAGS.items():
        ours, since = (int(n) for n in re.match(r"FLAG\((-?\d+), (\d+)\)", strategy[field]).groups())
        theirs = headers.numbers.get(("BuilderFlag", flag), -1)
        if ours >= 0 and headers.version < since:
            if theirs >= 0:
                wrong.append(f"{field} is there since {since}, BuilderFlag::{flag} is {theirs} already")
        elif ours >= 0 and ours != theirs:
            wrong.append(f"{field} is {ours}, BuilderFlag::{flag} is {theirs if theirs >= 0 else 'absent'}")
    edge = headers.numbers.get(("TacticSource", "kEDGE_MASK_CONVOLUTIONS"), -1)
    if edge >= 0 and edge != 3 - int(strategy.get("lost_tactic_sources", "0")):
        wrong.append(f"lost_tactic_sources is {strategy.get('lost_tactic_sources', '0')}, TacticSource::kEDGE_MASK_CONVOLUTIONS is {edge}, not 3 less that")
    bits = re.findall(r"1u << (\d+)", strategy.get("network_flags", ""))
    explicit = headers.numbers.get(("NetworkDefinitionCreationFlag", "kEXPLICIT_BATCH"), -1)
    strong = headers.numbers.get(("NetworkDefinitionCreationFlag", "kSTRONGLY_TYPED"), -1)
    expected = strong if is_strong else explicit
    if [str(expected)] != bits:
        wrong.append(f"network_flags has bits {bits}, the headers want bit {expected}")
    return wrong


def drift(before, after, classes):
    """Classes in which a method of both versions stands elsewhere in the later one: (class, first such method, from, to, count)."""
    moved = []
    for class_name in classes:
        old, new = before.slots.get(class_name, []), after.slots.get(class_name, [])
        rows = [(method, old.index(method), new.index(method)) for method in old if method in new and old.index(method) != new.index(method)]
        if rows:
            inserted = [re.search(r"::(~?\w+)\(", m).group(1) for m in new[:rows[0][2]] if m not in old]
            moved.append((class_name, re.search(r"::(~?\w+)\(", rows[0][0]).group(1), rows[0][1], rows[0][2], len(rows), inserted))
    return moved


def check(arguments, everything):
    table = read_table(arguments.table)
    beside = os.path.dirname(arguments.table)
    strategies = read_strategies(os.path.join(beside, "trt_strategy.c"))
    numbers = read_numbers(os.path.join(beside, "trt_calls.h"))
    doubles = read_double(arguments.double) if arguments.double else {}
    if not table or set(strategies) != set(FAMILIES) or (arguments.double and not doubles):
        raise SystemExit("the table, the strategies or the doubles' tables could not be read")
    failed = agreed = skipped = 0
    by_family = {}
    for headers in everything:
        family = family_of(headers.version, strategies)
        title = f"{headers.name}: {headers.version_text}"
        given = re.match(r"(?:v|RTX-)?(\d+)\.(\d+)", headers.name)
        if given and [int(given.group(1)), int(given.group(2))] != headers.parts[:2]:
            title += " (not what its name says)"
        if family is None:
            print(f"{title}: skipped, in no family that pawl binds")
            skipped += 1
            continue
        by_family.setdefault(family, []).append(headers)
        column, strategy = FAMILIES.index(family), strategies[family]
        is_wide = strategy.get("has_wide_dims") == "true"
        wrong = [check_method(headers, c, m, row[column], since, is_wide) for c, m, row, since in table]
        checked = sum(1 for _, _, row, since in table if row[column] >= 0 and headers.version >= since)
        wrong += check_shapes(headers, strategy) + check_numbers(headers, strategy, numbers)
        rows = doubles.get(family, [])
        wrong += [f"double: {w}" for w in (check_method(headers, c, m, slot, since, is_wide) for c, m, slot, since in rows) if w]
        wrong = [w for w in wrong if w]
        if wrong:
            failed += 1
            print(f"{title}: family {family}: {len(wrong)} differences")
            for reason in wrong:
                print(f"    {reason}")
        else:
            agreed += 1
            print(f"{title}: family {family}: agreement ({checked} methods{f', double {len(rows)}' if rows else ''})")
    classes = sorted({class_name for class_name, _, _, _ in table})
    for family in FAMILIES:
        ordered = sorted(by_family.get(family, []), key=lambda headers: (headers.version, headers.parts[3]))
        for before, after in zip(ordered, ordered[1:]):
            for class_name, method, old, new, count, inserted in drift(before, after, classes):
                used = max((row[FAMILIES.index(family)] for c, _, row, since in table if c == class_name), default=-1)
                print(f"note: {class_name} moves inside family {family}: from {after.name} on {method} stands at {new}, not {old}, "
                      f"with {count} methods in all{' after ' + ', '.join(inserted) if inserted else ''}; the last slot we use is {used}")
    print(f"{agreed} agree, {failed} differ, {skipped} in no family")
    return 1 if failed else 0


def check_roles(arguments, everything):
    """The table of roles, from all versions, against the one in the repository."""
    table = trt_roles.Table([trt_roles.Roles(headers, CUDA_STAND_IN) for headers in everything])
    for reason in table.wrong:
        print(f"    {reason}")
    if arguments.write and not table.wrong:
        with open(arguments.table, "w", encoding="utf-8") as stream:
            stream.write(table.text())
    with open(arguments.table, encoding="utf-8") as stream:
        is_same = stream.read() == table.text()
    print(f"roles: {len(table.rows)} methods of {len({key[0] for key in table.rows})} classes, {len(table.classes)} interfaces, "
          f"{len(everything)} versions: {'agreement' if is_same and not table.wrong else 'the table differs'}")
    return 0 if is_same and not table.wrong else 1


def main():
    parser = argparse.ArgumentParser(description="Slots of TensorRT's vtables, from its headers.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("dump", "check", "roles"):
        command = commands.add_parser(name)
        if name != "dump":
            command.add_argument("--table", required=True)
        if name == "check":
            command.add_argument("--double")
        if name == "roles":
            command.add_argument("--write", action="store_true")
        command.add_argument("headers", nargs="+", metavar="NAME=INCLUDE_DIR")
    arguments = parser.parse_args()
    homes = [os.path.join(home, "include") for home in (os.environ.get("CUDA_HOME"), "/usr/local/cuda") if home]
    cuda_folder = next((home for home in homes if os.path.isfile(os.path.join(home, "cuda_runtime_api.h"))), None)
    everything = []
    for item in arguments.headers:
        name, separator, folder = item.partition("=")
        if not separator or not os.path.isfile(os.path.join(folder, "NvInferVersion.h")):
            parser.error(f"{item}: not NAME=FOLDER with NvInferVersion.h in the folder")
        headers = Headers(name, folder)
        headers.read(cuda_folder)
        everything.append(headers)
    if arguments.command == "check":
        return check(arguments, everything)
    if arguments.command == "roles":
        return check_roles(arguments, everything)
    for headers in everything:
        print(f"{headers.name}: {headers.version_text} ({headers.version})")
        for class_name, rows in headers.slots.items():
            for slot, signature in enumerate(rows):
                print(f"    {class_name} {slot:3} {signature}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
