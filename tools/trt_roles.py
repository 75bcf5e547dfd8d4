# SPDX-License-Identifier: Apache-2.0
"""What each of TensorRT's methods does to the lifetimes of objects, read from NVIDIA's public headers by clang; for trt_slots.py.

A method's role follows from its signature and its verb, for all classes and versions by the same rules (role_of). What cannot be read is
not in the table: who owns what is made is said in src/trace/witness/rules.c.
"""
import os
import re
import subprocess
import tempfile

# Columns of the table: layouts within which methods only ever were added. 10.8 alone has one in the middle.
FAMILIES = {"8": (8200, 9999), "10": (100000, 109999), "10_8": (100800, 100899), "11": (110000, 119999),
            "RTX_1_3": (10300, 10499), "RTX_1_5": (10500, 10799)}
FOREIGN = re.compile(r"Plugin|Algorithm|Expr|Dimension|VRoot$")  # classes that hold no lifetime of the user's, or are his own
HEADERS = ["NvInfer.h", "NvOnnxParser.h"]
MAKING = re.compile(r"(create|build|deserialize|serialize|load|add)[A-Z]|setCondition$|serialize$")
SRET_BYTES = 16  # what is larger comes back in memory that the caller names


def family_of(version):
    """The narrowest range that holds the version."""
    held = [(last - first, name) for name, (first, last) in FAMILIES.items() if first <= version <= last]
    return min(held)[1] if held else None


def vtable_rows(dump):
    """(class, slot, signature) of each method of the classes Q_*, from clang's -fdump-vtable-layouts."""
    current = None
    for line in dump.split("\n"):
        table = re.match(r"Vtable for '(.*)' \(", line)
        if table:
            current = table.group(1)[2:] if table.group(1).startswith("Q_") else None
        elif line.startswith("VTable indices"):
            current = None
        row = re.match(r"\s*(\d+) \| (.*)", line)
        if current and row and int(row.group(1)) >= 2:  # 0 and 1 are the offset to the top and the type
            yield current, int(row.group(1)) - 2, row.group(2).replace(" [pure]", "")


class Method:
    """One virtual method: where it stands, what it takes and gives."""

    def __init__(self, owner, slot, result, name, parameters):
        self.owner, self.slot, self.result, self.name, self.parameters = owner, slot, result, name, parameters

    def key(self):
        plain = re.sub(r"\bconst\b|[ &*]|v_\d+_\d+::|nvinfer1::|apiv::|\bstd::", "", ",".join(self.parameters))
        return self.owner, self.name, re.sub(r"(int|Dims)(32|64)(_t)?", r"\1", plain)

    def interface(self, text):
        """IBuilder of "nvinfer1::IBuilder &"; None for anything else."""
        found = re.fullmatch(r"(?:const )?(?:nvinfer1|nvonnxparser)::(?:v_\d+_\d+::)?(I[A-Z]\w+) ?[*&](?:const)?", text)
        return found.group(1) if found else None


class Roles:
    """One folder of headers: methods of each class, layouts of each interface, sizes of types."""

    def __init__(self, headers, cuda_stand_in):
        self.headers = headers
        self.stand_in = cuda_stand_in
        with tempfile.TemporaryDirectory() as self.work:
            for file in ("cuda_runtime_api.h", "cuda.h"):
                self.put(file, cuda_stand_in)
            present = [name for name in HEADERS if os.path.isfile(os.path.join(headers.folder, name))]
            self.includes = "".join(f'#include "{name}"\n' for name in present)
            self.methods, self.destructors = self.read_methods()
            self.layouts = self.read_layouts()
            self.types = self.read_types()

    def put(self, name, text):
        with open(os.path.join(self.work, name), "w", encoding="utf-8") as stream:
            stream.write(text)

    def clang(self, source, *options):
        self.put("roles.cpp", self.includes + source)
        run = subprocess.run(["clang++", "-std=c++17", "-w", "-S", "-emit-llvm", "-o", os.path.join(self.work, "roles.ll"), *options,
                              "-I", self.headers.folder, "-I", self.work, os.path.join(self.work, "roles.cpp")],
                             capture_output=True, text=True, check=False)
        if run.returncode != 0:
            raise SystemExit(f"{self.headers.name}: the headers do not compile:\n{run.stderr[:3000]}")
        return run.stdout + run.stderr

    def interfaces(self):
        """What a method gives, and what the library's functions make."""
        names = {m.interface(m.result) for methods in self.methods.values() for m in methods} | {"IBuilder", "IRuntime", "IRefitter", "ILayer"}
        names = {name for name in names if name and re.search(rf"^class (?:\w+ )?{name}\b[^;]*$", self.headers.text, re.M)}
        return sorted(name for name in names if not FOREIGN.search(name)) + [name for name in self.methods if name.startswith("IParser")]

    def all_text(self):
        text = self.headers.text
        path = os.path.join(self.headers.folder, "NvOnnxParser.h")
        if os.path.isfile(path):
            with open(path, encoding="utf-8") as stream:
                text += stream.read()
        return text

    def space_of(self, interface):
        return "nvonnxparser" if interface.startswith("IParser") else "nvinfer1"

    def read_methods(self):
        classes = re.findall(r"^class (?:\w+ )?(V\w+)\s*(?::[^;{]*)?\{?$", self.headers.text, re.M)
        classes = sorted({name for name in classes if not FOREIGN.search(name)})
        parsers = [name for name in ("IParser", "IParserRefitter") if re.search(rf"^class {name}\b$", self.all_text(), re.M)]
        source = "".join(f"struct Q_{c} : nvinfer1::apiv::{c} {{ Q_{c}(); }}; Q_{c}::Q_{c}() {{}}\n" for c in classes)
        source += "".join(f"struct Q_{c} : nvonnxparser::{c} {{ Q_{c}(); }}; Q_{c}::Q_{c}() {{}}\n" for c in parsers)
        found, ends = {}, {}
        for current, slot, text in vtable_rows(self.clang(source, "-Xclang", "-fdump-vtable-layouts")):
            if "~" in text:
                ends.setdefault(current, slot)
                continue
            part = re.fullmatch(r"(.*?)(?:\w+::)+(\w+)\((.*)\)(?: const)?", text)
            found.setdefault(current, []).append(Method(current, slot, part.group(1).strip(), part.group(2), split(part.group(3))))
        return found, ends

    def read_layouts(self):
        """{interface: [(inner class, offset)]}, the most basic first."""
        names = self.interfaces()
        sizes = "".join(f"int s_{n} = sizeof({self.space_of(n)}::{n});\n" for n in names)
        layouts, current = {}, None
        for line in self.clang(sizes, "-Xclang", "-fdump-record-layouts").split("\n"):
            head = re.match(r"\s*0 \| class (?:nvinfer1|nvonnxparser)::(\w+)$", line)
            if head:
                current = head.group(1)
                layouts.setdefault(current, [])
            elif line.startswith("***"):
                current = None
            field = re.match(r"\s*(\d+) \| +(?:nvinfer1::)?apiv::(V\w+) \* (\w+)$", line)
            if current and field and (field.group(2), int(field.group(1))) not in layouts[current]:
                layouts[current].append((field.group(2), int(field.group(1))))
        return {name: layouts[name] for name in names if name in layouts}

    def read_types(self):
        """{type as it is written: (kind, bytes)}, kind of "float", "word", "memory"."""
        texts = sorted({t for methods in self.methods.values() for m in methods for t in [m.result, *m.parameters] if t not in ("void", "...")})
        source = "#include <type_traits>\n#include <cstdint>\n"
        source += ("template <class T> constexpr int kind() { if constexpr (std::is_reference<T>::value) return 8; "
                   "else if constexpr (std::is_floating_point<T>::value) return 1000 + sizeof(T); "
                   "else return (std::is_class<T>::value && (sizeof(T) > 16 || !std::is_trivially_copyable<T>::value) ? 2000 : 0)"
                   " + sizeof(T); }\n")
        source += "".join(f'extern "C" {{ extern const int t_{i}; const int t_{i} = kind<{t}>(); }}\n' for i, t in enumerate(texts))
        self.clang(source)
        with open(os.path.join(self.work, "roles.ll"), encoding="utf-8") as stream:
            values = {int(i): int(v) for i, v in re.findall(r"^@t_(\d+) = .*constant i32 (\d+)", stream.read(), re.M)}
        kinds = ["word", "float", "memory"]
        return {text: (kinds[values[i] // 1000], values[i] % 1000) for i, text in enumerate(texts)}

    def passing(self, method):
        """(bytes of arguments on the stack of x86-64, the argument word that holds the stream, that holds a logger); 0: none."""
        words, floats, stack, stream, logger = 1, 0, 0, 0, 0
        if self.is_sret(method):
            words += 1
        for text in method.parameters:
            kind, size = self.types[text]
            if kind == "memory":
                stack += (size + 7) // 8 * 8
            elif kind == "float":
                floats += 1
                stack += 8 if floats > 8 else 0
            else:
                for _ in range((size + 7) // 8):
                    words += 1
                    stack += 8 if words > 6 else 0
                if text == "cudaStream_t" or text.startswith("CUstream_st"):
                    stream = words - 1
                if method.interface(text) == "ILogger":
                    logger = words - 1
        return stack, stream, logger

    def is_sret(self, method):
        return method.result != "void" and self.types[method.result][0] == "memory"


def split(text):
    """Parameters at their commas; those of templates and functions hold none here."""
    return [part.strip() for part in text.split(",")] if text.strip() else []


def role_of(method, interfaces, stream):
    """(role, interface of the result)."""
    result = method.interface(method.result)
    if method.name == "destroy":
        return "ENDS", None
    if result == "ILogger":
        return "LOGGER", None
    if result in interfaces:
        return ("MAKES" if MAKING.match(method.name) else "FINDS"), result
    if re.match(r"(enqueue|execute)", method.name):
        return "RUNS", None
    if stream:
        return "ASYNC", None
    if re.match(r"set\w*(TensorAddress|DeviceMemory)", method.name):
        return "BINDS", None
    if re.match(r"build[A-Z]", method.name):
        return "BUILDS", None
    if re.match(r"(set|add)[A-Z]", method.name) and any(method.interface(p) in interfaces for p in method.parameters):
        return "KEEPS", None
    return "USES", None


class Table:
    """All versions together."""

    def __init__(self, everything):
        self.rows, self.classes, self.wrong = {}, {}, []
        for roles in sorted(everything, key=lambda r: r.headers.version):
            self.add(roles)

    def add(self, roles):
        family = family_of(roles.headers.version)
        if family is None:
            return
        # What a program can hold: interfaces with an inner class, which the library makes, and the parsers.
        held = {name for name, inner in roles.layouts.items() if inner or name in ("IParser", "IParserRefitter")}
        for name in sorted(held):
            inner = roles.layouts[name] or [(name, 0)]
            row = (roles.destructors.get(name, 0), tuple(inner))
            if self.classes.setdefault((name, family if name.startswith("IParser") else ""), row) != row:
                self.wrong.append(f"{roles.headers.name}: {name} is laid out in another way")
        for methods in roles.methods.values():
            for method in methods:
                self.add_method(roles, family, method, held)

    def add_method(self, roles, family, method, held):
        stack, stream, logger = roles.passing(method)
        role, result = role_of(method, held, stream)
        fact = (role, result, roles.is_sret(method), stream, logger)
        row = self.rows.setdefault(method.key(), {"fact": fact, "stack": 0, "slots": {}})
        row["stack"] = max(row["stack"], stack)
        if row["fact"] != fact:
            self.wrong.append(f"{roles.headers.name}: {method.owner}::{method.name} is {fact}, before it was {row['fact']}")
        for each in ("10", "10_8") if family == "10" else (family,):
            if each == "10_8" and method.slot >= 61 and method.owner == "VNetworkDefinition":
                continue
            known = row["slots"].setdefault(each, (method.slot, roles.headers.version))
            if known[0] != method.slot:
                self.wrong.append(f"{roles.headers.name}: {method.owner}::{method.name} stands at {method.slot}, before at {known[0]}")

    def text(self):
        first = {}  # of each family: the oldest version read, which a row need not name
        for row in self.rows.values():
            for family, (_, since) in row["slots"].items():
                first[family] = min(first.get(family, since), since)
        lines = HEAD.split("\n")
        lines += ["#define PW_TRACE_INTERFACE_MAP(X) \\"]
        body = []
        for (name, family), (end, inner) in sorted(self.classes.items()):
            parts = list(inner) + [("none", 0)] * (3 - len(inner))
            body.append(f"    X({name}, {('ALL' if family == '' else family)}, {end}, " + ", ".join(f"{c}, {o}" for c, o in parts) + ")")
        lines.append(" \\\n".join(body))
        owners = sorted({key[0] for key in self.rows} | {c for _, inner in self.classes.values() for c, _ in inner})
        lines += ["", "#define PW_TRACE_OWNER_MAP(X) \\", " \\\n".join(f"    X({owner})" for owner in owners), ""]
        lines += ["#define PW_TRACE_METHOD_MAP(X) \\"]
        body = []
        order = sorted(self.rows.items(), key=lambda item: (item[0][0], min(slot for slot, _ in item[1]["slots"].values()), item[0]))
        for (owner, name, _), row in order:
            role, result, is_sret, stream, logger = row["fact"]
            cells = []
            for family in FAMILIES:
                slot, since = row["slots"].get(family, (-1, 0))
                cells.append(str(slot) if slot < 0 or since <= first[family] else f"AT({slot}, {since})")
            body.append(f"    X({owner}, {name}, {role}, {result or 'none'}, {int(is_sret)}, {row['stack']}, {stream}, {logger}, {', '.join(cells)})")
        lines.append(" \\\n".join(body))
        lines += ["/* clang-format on */", "", "#endif", ""]
        return "\n".join(lines)


HEAD = """/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Written by tools/trt_slots.py roles from NVIDIA's public headers of every version since 8.2; not to be edited. Facts of ours about
 * them: who stands where, and what it does to lifetimes.
 *
 * X(interface, family, slot of its destructor, inner class, where the pointer to it lies, the same twice more)
 * X(inner class)
 * X(inner class, method, role, interface of its result, result in memory (0, 1), bytes of arguments on the stack, argument that is a
 *   stream, argument that is a logger (0: none; this is the first, or the second where the result is in memory),
 *   slot in 8.2-9.x, 10.x, 10.8, 11.x, RTX 1.3-1.4, RTX 1.5-1.7)
 * AT(slot, version): since that version. -1: never.
 */
#ifndef PW_TRACE_ROLES_H
#define PW_TRACE_ROLES_H

/* clang-format off */"""
