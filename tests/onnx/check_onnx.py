#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_onnx.py FILE...: reads ONNX files with nothing but the standard library and checks what every reader relies on.

Each value is made once and before it is read, each constant is used and has as many bytes as its dimensions say, fields and operators are known
ones, the metadata is what detect.py evaluates. Prints a line a file. Where onnx and onnxruntime can be imported, onnx.checker checks too, and a file
that stands beside INPUT.npy and OUTPUT.npy (--compare) is run and compared with them.

    check_onnx.py FILE...
    check_onnx.py --compare FILE INPUT.npy OUTPUT.npy...
"""
import ast
import struct
import sys

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
# Name: (field, kind, message or reader), as in onnx.proto; only what is written.
MESSAGES = {
    "model": {1: "ir_version", 2: "producer_name:text", 3: "producer_version:text", 7: "graph:graph", 8: "opset_import*:opset",
              14: "metadata_props*:entry"},
    "opset": {2: "version"},
    "entry": {1: "key:text", 2: "value:text"},
    "graph": {1: "node*:node", 2: "name:text", 5: "initializer*:tensor", 11: "input*:value", 12: "output*:value"},
    "node": {1: "input*:text", 2: "output*:text", 3: "name:text", 4: "op_type:text", 5: "attribute*:attribute"},
    "attribute": {1: "name:text", 2: "f", 3: "i", 4: "s:text", 8: "ints*", 20: "type"},
    "tensor": {1: "dims*", 2: "data_type", 8: "name:text", 9: "raw_data:bytes"},
    "value": {1: "name:text", 2: "type:type"},
    "type": {1: "tensor_type:tensor_type"},
    "tensor_type": {1: "elem_type", 2: "shape:shape"},
    "shape": {1: "dim*:dim"},
    "dim": {1: "dim_value", 2: "dim_param:text"},
}
# Inputs that each operator takes at least and at most, and the attributes it must have.
OPERATORS = {
    "Add": (2, 2, ()), "AveragePool": (1, 1, ("kernel_shape", "count_include_pad")), "BatchNormalization": (5, 5, ("epsilon",)),
    "Cast": (1, 1, ("to",)), "Clip": (3, 3, ()), "Concat": (1, 99, ("axis",)), "Conv": (2, 3, ("kernel_shape", "pads", "strides", "group")),
    "ConvTranspose": (2, 3, ("kernel_shape", "output_padding")), "DepthToSpace": (1, 1, ("blocksize",)), "Elu": (1, 1, ("alpha",)),
    "Erf": (1, 1, ()), "Expand": (2, 2, ()), "Flatten": (1, 1, ("axis",)), "Gather": (2, 2, ()), "GlobalAveragePool": (1, 1, ()),
    "HardSigmoid": (1, 1, ("alpha", "beta")), "Identity": (1, 1, ()), "LeakyRelu": (1, 1, ("alpha",)), "MatMul": (2, 2, ()),
    "MaxPool": (1, 1, ("kernel_shape", "pads", "strides")), "Mul": (2, 2, ()), "Pad": (2, 2, ()), "Range": (3, 3, ()), "Relu": (1, 1, ()),
    "Reshape": (2, 2, ()), "Resize": (3, 3, ("mode", "nearest_mode")), "Shape": (1, 1, ()), "Sigmoid": (1, 1, ()), "Slice": (4, 4, ()),
    "Softmax": (1, 1, ("axis",)), "Softplus": (1, 1, ()), "SpaceToDepth": (1, 1, ("blocksize",)), "Sub": (2, 2, ()), "Tanh": (1, 1, ()),
    "Transpose": (1, 1, ("perm",)),
}
SIZES = {1: 4, 7: 8}  # bytes of FLOAT and INT64


class Fault(Exception):
    pass


def need(condition, what):
    if not condition:
        raise Fault(what)


def varint(data, at):
    value = shift = 0
    while True:
        need(at < len(data) and shift < 70, "a number runs past the end")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            need(byte or shift == 7, "a number is longer than it must be")
            return value, at


def fields(data):
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        kind = tag & 7
        if kind == VARINT:
            value, at = varint(data, at)
            value -= (value >> 63) << 64
        elif kind == FIXED32:
            need(at + 4 <= len(data), "a float runs past the end")
            value, at = struct.unpack_from("<f", data, at)[0], at + 4
        else:
            need(kind == BYTES, f"wire type {kind}")
            size, at = varint(data, at)
            need(at + size <= len(data), "bytes run past the end")
            value, at = data[at:at + size], at + size
        yield tag >> 3, value


def parse(data, message):
    known = MESSAGES[message]
    made = {}
    for name in known.values():
        if "*" in name:
            made[name.split("*")[0]] = []
    for field, value in fields(data):
        need(field in known, f"field {field} in a {message}")
        name, _, kind = known[field].partition(":")
        if kind == "text":
            value = bytes(value).decode("utf-8")
        elif kind in MESSAGES:
            value = parse(value, kind)
        if name.endswith("*"):
            made[name[:-1]].append(value)
        else:
            need(name not in made, f"{name} twice in a {message}")
            made[name] = value
    return made


def product(numbers):
    result = 1
    for number in numbers:
        result *= number
    return result


def check_constants(graph):
    constants = {}
    for tensor in graph["initializer"]:
        name = tensor["name"]
        need(name and name not in constants, f"constant {name} twice")
        size = product(tensor["dims"]) * SIZES[tensor["data_type"]]
        need(len(tensor["raw_data"]) == size, f"constant {name} has {len(tensor['raw_data'])} bytes, not {size}")
        constants[name] = tensor
    return constants


def check_nodes(graph, constants):
    made = set(constants) | {value["name"] for value in graph["input"]}
    used, names = set(), set()
    for node in graph["node"]:
        least, most, attributes = OPERATORS[node["op_type"]]
        given = [attribute["name"] for attribute in node["attribute"]]
        need(node["name"] not in names, f"node {node['name']} twice")
        names.add(node["name"])
        need(least <= len(node["input"]) <= most and len(node["output"]) == 1, f"node {node['name']}: {len(node['input'])} inputs")
        need(len(set(given)) == len(given) and set(attributes) <= set(given), f"node {node['name']}: attributes {given}")
        for name in node["input"]:
            need(name in made or name == "" and node["op_type"] == "Resize", f"node {node['name']} reads {name}, which nothing made")
        used.update(node["input"])
        need(node["output"][0] not in made, f"{node['output'][0]} is made twice")
        made.add(node["output"][0])
    for value in graph["output"]:
        need(value["name"] in made, f"output {value['name']} is not made")
    idle = set(constants) - used
    need(not idle, f"constants that nothing reads: {sorted(idle)[:3]}")


def dims_of(value):
    return [dim.get("dim_param") or dim["dim_value"] for dim in value["type"]["tensor_type"]["shape"]["dim"]]


def check(path):
    with open(path, "rb") as file:
        model = parse(memoryview(file.read()), "model")
    graph = model["graph"]
    opset = model["opset_import"][0]["version"]
    need(len(model["opset_import"]) == 1 and 12 <= opset <= 17, "operator set")
    need(model["ir_version"] == (8 if opset >= 15 else 7), "format version")
    constants = check_constants(graph)
    check_nodes(graph, constants)
    entries = {entry["key"]: entry["value"] for entry in model["metadata_props"]}
    names = ast.literal_eval(entries["names"])
    need(list(names) == list(range(len(names))), "names")
    ends = [f"{value['name']} {'x'.join(map(str, dims_of(value)))}" for value in graph["input"] + graph["output"]]
    print(f"operator set {opset}, {len(graph['node'])} nodes, {', '.join(ends)}, stride {int(entries['stride'])}, {len(names)} names")
    return names


def check_with_onnx(path):
    try:
        import onnx
    except ImportError:
        return
    onnx.checker.check_model(onnx.load(path), full_check=True)


def compare(path, source, expected):
    """The file run by onnxruntime against PyTorch's own outputs; 1e-5 of their norm is what float32 allows."""
    try:
        import numpy as np
        import onnxruntime
    except ImportError:
        return
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    found = session.run(None, {"images": np.load(source)})
    need(len(found) == len(expected), f"{len(found)} outputs, not {len(expected)}")
    for name, values in zip(expected, found):
        wanted = np.load(name).astype(np.float64)
        need(values.shape == wanted.shape, f"{values.shape}, not {wanted.shape}")
        error = np.linalg.norm(values - wanted) / np.linalg.norm(wanted)
        need(error < 1e-5, f"relative error {error:.1e}")
        print(f"relative error {error:.1e}")


def main(arguments):
    paths = arguments[1:2] if arguments[:1] == ["--compare"] else arguments
    for path in paths:
        try:
            check(path)
            check_with_onnx(path)
            if paths is not arguments:
                compare(path, arguments[2], arguments[3:])
        except (Fault, KeyError, ValueError) as fault:
            sys.exit(f"{path}: {fault}")


if __name__ == "__main__":
    main(sys.argv[1:])
