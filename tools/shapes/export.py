# SPDX-License-Identifier: Apache-2.0
"""Writes trained weights as a YOLOv5 v7.0 checkpoint: FP16, stripped, the modern zip container.

Such a file is a pickled module tree that names the classes of the YOLOv5 sources. The
classes here are empty stand-ins with these names; they hold members and compute nothing.
"""
import argparse
import sys
import types

import torch
from torch import nn

import draw
import model as own
from model import ShapesNet

STAND_INS = {"models.common": ("Conv", "Bottleneck", "C3", "SPPF", "Concat"),
             "models.yolo": ("Detect", "DetectionModel")}


def stand_ins():
    """Makes the modules models.common and models.yolo known; gives their classes by name."""
    found = {}
    sys.modules.setdefault("models", types.ModuleType("models"))
    for module_name, names in STAND_INS.items():
        if module_name not in sys.modules:
            module = types.ModuleType(module_name)
            for name in names:
                setattr(module, name, type(name, (nn.Module,), {"__module__": module_name}))
            sys.modules[module_name] = module
        found.update({n: getattr(sys.modules[module_name], n) for n in names})
    return found


def read(path):
    """A stored checkpoint with its tree of stand-ins. It unpickles: only for files of ours."""
    stand_ins()
    return torch.load(path, map_location="cpu", weights_only=False)


def disguise(module, classes):
    """The same tree with every class of ours replaced by its stand-in."""
    for name, child in module.named_children():
        setattr(module, name, disguise(child, classes))
    if not type(module).__module__.startswith("torch."):
        twin = classes[type(module).__name__]
        copy = twin.__new__(twin)
        copy.__dict__.update(module.__dict__)
        return copy
    return module


def yaml_of(classes):
    """The description a checkpoint carries: rows of source, repeats, kind, arguments."""
    rows = []
    for source, kind, *args in own.LAYERS:
        source = list(source) if isinstance(source, tuple) else source
        if kind == "conv":
            rows.append([source, 1, "Conv", args])
        elif kind == "c3":
            rows.append([source, args[1], "C3", [args[0]] if args[2] else [args[0], False]])
        elif kind == "sppf":
            rows.append([source, 1, "SPPF", args])
        elif kind == "up":
            rows.append([source, 1, "nn.Upsample", ["None", 2, "nearest"]])
        else:
            rows.append([source, 1, "Concat", [1]])
    rows[0][3] = [64, 6, 2, 2]                           # the stem also states its padding
    rows.append([list(own.HEAD_FROM), 1, "Detect", ["nc", "anchors"]])
    return {"nc": classes, "depth_multiple": own.DEPTH, "width_multiple": own.WIDTH,
            "anchors": [[v for pair in level for v in pair] for level in own.ANCHORS],
            "backbone": rows[:10], "head": rows[10:], "ch": 3}


def saved_layers():
    """Indices of the layers whose output a later layer, not just the next, needs."""
    used = {s for source, *_ in own.LAYERS if isinstance(source, tuple) for s in source if s >= 0}
    return sorted(used | set(own.HEAD_FROM))


def tree(net, hyp):
    """The module tree of the file, from a trained network."""
    classes = stand_ins()
    names = dict(enumerate(draw.NAMES))
    sources = [source for source, *_ in own.LAYERS] + [own.HEAD_FROM]
    counts = [sum(p.numel() for p in layer.parameters()) for layer in net.model]
    strides = net.model[-1].stride.clone()
    net = net.eval().half()
    for p in net.parameters():
        p.requires_grad_(False)

    head = net.model[-1]
    buffers = head.__dict__["_buffers"]
    head.__dict__.pop("stride")
    head.grid = [torch.empty(0).half() for _ in own.STRIDES]     # caches of a forward pass
    head.anchor_grid = [torch.empty(0).half() for _ in own.STRIDES]
    head.inplace = True
    buffers["anchors"] = buffers["anchors"].half()

    sequence = disguise(net.model, classes)
    for i, (layer, source, count) in enumerate(zip(sequence, sources, counts)):
        layer.i = i
        layer.f = list(source) if isinstance(source, tuple) else source
        layer.type = f"{type(layer).__module__}.{type(layer).__name__}"
        layer.np = count
    sequence[-1].stride = strides.half()

    top = classes["DetectionModel"]()
    top.yaml = yaml_of(len(names))
    top.model = sequence
    top.save = saved_layers()
    top.names = names
    top.inplace = True
    top.stride = strides.float()
    top.nc = len(names)
    top.hyp = hyp
    return top.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("trained", help="what train.py wrote")
    parser.add_argument("out", help="the .pt to write")
    parser.add_argument("--date", default="2026-11-23T00:00:00", help="stored in the file")
    args = parser.parse_args()
    trained = torch.load(args.trained, map_location="cpu", weights_only=True)
    net = ShapesNet(len(draw.NAMES))
    net.load_state_dict(trained["weights"])
    for layer in net.modules():
        if isinstance(layer, nn.BatchNorm2d):            # a count of steps; nothing reads it
            layer.num_batches_tracked.fill_(1)
    torch.save({"epoch": -1, "best_fitness": None, "model": tree(net, trained["hyp"]),
                "ema": None, "updates": None, "optimizer": None, "opt": trained["opt"],
                "git": {"remote": None, "branch": None, "commit": None}, "date": args.date},
               args.out)


if __name__ == "__main__":
    main()
