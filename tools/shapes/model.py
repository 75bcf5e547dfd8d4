# SPDX-License-Identifier: Apache-2.0
"""The network of the shapes example: YOLOv5's v6.0 to v7.0 topology at width 0.125, depth 0.33.

Written from the published architecture. The names of the members (conv, bn, cv1,
m ...) are those a YOLOv5 checkpoint uses, because export.py stores them.
"""
import math

import torch
from torch import nn

# Pixels at the network's input, spread over the sizes draw.py draws; few bits in grid
# units, so that the half precision they are stored in holds them exactly.
ANCHORS = (((24, 24), (36, 36), (54, 52)),
           ((72, 72), (96, 92), (128, 124)),
           ((160, 160), (204, 196), (252, 248)))
STRIDES = (8, 16, 32)
WIDTH, DEPTH = 0.125, 0.33

# The layers before the head: which earlier layers feed one (-1 the one before it), its
# kind, its width before scaling, and what its kind needs: of a convolution the kernel
# and the stride, of a C3 the repeats before scaling and whether it has shortcuts.
LAYERS = (
    (-1, "conv", 64, 6, 2),          # 0, /2
    (-1, "conv", 128, 3, 2),         # 1, /4
    (-1, "c3", 128, 3, True),
    (-1, "conv", 256, 3, 2),         # 3, /8
    (-1, "c3", 256, 6, True),
    (-1, "conv", 512, 3, 2),         # 5, /16
    (-1, "c3", 512, 9, True),
    (-1, "conv", 1024, 3, 2),        # 7, /32
    (-1, "c3", 1024, 3, True),
    (-1, "sppf", 1024, 5),
    (-1, "conv", 512, 1, 1),         # 10, from here down to fine levels
    (-1, "up",),
    ((-1, 6), "concat",),
    (-1, "c3", 512, 3, False),
    (-1, "conv", 256, 1, 1),
    (-1, "up",),
    ((-1, 4), "concat",),
    (-1, "c3", 256, 3, False),       # 17, level /8
    (-1, "conv", 256, 3, 2),         # and back up
    ((-1, 14), "concat",),
    (-1, "c3", 512, 3, False),       # 20, level /16
    (-1, "conv", 512, 3, 2),
    ((-1, 10), "concat",),
    (-1, "c3", 1024, 3, False),      # 23, level /32
)
HEAD_FROM = (17, 20, 23)


class Conv(nn.Module):
    """Convolution without bias, batch norm, SiLU."""

    def __init__(self, c_in, c_out, kernel=1, stride=1):
        super().__init__()
        # The even 6x6 stem pads by 2, which halves an even picture exactly.
        pad = 2 if kernel == 6 else kernel // 2
        self.conv = nn.Conv2d(c_in, c_out, kernel, stride, pad, bias=False)
        self.bn = nn.BatchNorm2d(c_out, eps=1e-3, momentum=0.03)
        self.act = nn.SiLU(inplace=True)

    def forward(self, x):
        return self.act(self.bn(self.conv(x)))


class Bottleneck(nn.Module):
    def __init__(self, c, shortcut):
        super().__init__()
        self.cv1 = Conv(c, c, 1)
        self.cv2 = Conv(c, c, 3)
        self.add = shortcut

    def forward(self, x):
        y = self.cv2(self.cv1(x))
        return x + y if self.add else y


class C3(nn.Module):
    """Two 1x1 branches, one of them through n bottlenecks, joined by a third 1x1."""

    def __init__(self, c_in, c_out, repeats, shortcut):
        super().__init__()
        half = c_out // 2
        self.cv1 = Conv(c_in, half)
        self.cv2 = Conv(c_in, half)
        self.cv3 = Conv(2 * half, c_out)
        self.m = nn.Sequential(*(Bottleneck(half, shortcut) for _ in range(repeats)))

    def forward(self, x):
        return self.cv3(torch.cat([self.m(self.cv1(x)), self.cv2(x)], 1))


class SPPF(nn.Module):
    """The same max-pool three times in a row; all four stages joined."""

    def __init__(self, c_in, c_out, kernel):
        super().__init__()
        self.cv1 = Conv(c_in, c_in // 2)
        self.cv2 = Conv(c_in // 2 * 4, c_out)
        self.m = nn.MaxPool2d(kernel, 1, kernel // 2)

    def forward(self, x):
        stages = [self.cv1(x)]
        for _ in range(3):
            stages.append(self.m(stages[-1]))
        return self.cv2(torch.cat(stages, 1))


class Concat(nn.Module):
    def __init__(self):
        super().__init__()
        self.d = 1

    def forward(self, xs):
        return torch.cat(xs, self.d)


class Detect(nn.Module):
    """One 1x1 convolution a level; gives raw values as (batch, anchor, y, x, 5 + classes)."""

    def __init__(self, classes, widths):
        super().__init__()
        self.nc, self.no, self.nl, self.na = classes, classes + 5, len(widths), len(ANCHORS[0])
        stride = torch.tensor(STRIDES, dtype=torch.float32)
        self.stride = stride
        self.register_buffer("anchors", torch.tensor(ANCHORS, dtype=torch.float32)
                             / stride[:, None, None])
        self.m = nn.ModuleList(nn.Conv2d(w, self.na * self.no, 1) for w in widths)
        with torch.no_grad():
            for conv in self.m:
                bias = conv.bias.view(self.na, -1)
                bias[:, 4] = -5.0                         # objects are rare
                bias[:, 5:] = -math.log(classes)          # and of no class beforehand

    def forward(self, xs):
        out = []
        for conv, x in zip(self.m, xs):
            b, _, h, w = x.shape
            out.append(conv(x).view(b, self.na, self.no, h, w).permute(0, 1, 3, 4, 2))
        return out


def scaled_width(width):
    return math.ceil(width * WIDTH / 8) * 8


def scaled_depth(repeats):
    return max(round(repeats * DEPTH), 1) if repeats > 1 else repeats


class ShapesNet(nn.Module):
    def __init__(self, classes):
        super().__init__()
        layers, widths = [], []

        def width_of(source):
            return widths[source] if widths else 3

        for source, kind, *args in LAYERS:
            if kind == "conv":
                width, kernel, stride = args
                layers.append(Conv(width_of(source), scaled_width(width), kernel, stride))
            elif kind == "c3":
                width, repeats, shortcut = args
                layers.append(C3(width_of(source), scaled_width(width),
                                 scaled_depth(repeats), shortcut))
            elif kind == "sppf":
                width, kernel = args
                layers.append(SPPF(width_of(source), scaled_width(width), kernel))
            elif kind == "up":
                layers.append(nn.Upsample(scale_factor=2, mode="nearest"))
            else:
                layers.append(Concat())
            if kind == "up":
                widths.append(width_of(source))
            elif kind == "concat":
                widths.append(sum(widths[s] for s in source))
            else:
                widths.append(scaled_width(args[0]))
        layers.append(Detect(classes, [widths[s] for s in HEAD_FROM]))
        self.model = nn.Sequential(*layers)

    def forward(self, x):
        outputs = []
        for layer, (source, *_) in zip(self.model, LAYERS):
            if isinstance(source, tuple):
                x = [outputs[s] if s >= 0 else x for s in source]
            x = layer(x)
            outputs.append(x)
        return self.model[-1]([outputs[s] for s in HEAD_FROM])


def centres(h, w, device):
    """Grid cell indices as (h, w, 2), x first."""
    y, x = torch.meshgrid(torch.arange(h, device=device), torch.arange(w, device=device),
                          indexing="ij")
    return torch.stack([x, y], -1).float()


def decode(levels, head):
    """Raw values to rows of centre x, y, width, height in pixels, objectness, class scores."""
    rows = []
    for raw, anchors, stride in zip(levels, head.anchors, head.stride):
        s = raw.float().sigmoid()
        b, a, h, w, n = s.shape
        xy = (s[..., :2] * 2 - 0.5 + centres(h, w, s.device)) * stride
        wh = (s[..., 2:4] * 2) ** 2 * (anchors * stride)[None, :, None, None]
        rows.append(torch.cat([xy, wh, s[..., 4:]], -1).reshape(b, -1, n))
    return torch.cat(rows, 1)
