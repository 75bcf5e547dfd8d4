# SPDX-License-Identifier: Apache-2.0
"""The training loss: box overlap (CIoU), objectness and classes, on matched cells.

A box belongs to an anchor when neither side differs by a factor of four or more; it
is then learnt by the cell its centre is in and by the nearest cell beside and the
nearest above or below, since a decoded centre can reach half a cell over the edge.
"""
import math

import torch
import torch.nn.functional as F

BOX, OBJECT, CLASS = 0.05, 1.0, 0.3
LEVEL = (4.0, 1.0, 0.4)     # finer levels have more empty cells to average over


def match(boxes, valid, anchors, h, w):
    """Boxes (batch, m, 4: centre and size in cells) to their anchors and cells.

    Gives the picture, the box, the anchor, the cell's y and x of every match.
    """
    ratio = boxes[:, :, None, 2:] / anchors
    fits = torch.maximum(ratio, 1 / ratio).amax(-1) < 4
    picture, box, anchor = (fits & valid[..., None]).nonzero(as_tuple=True)
    centre = boxes[picture, box, :2]
    cell = centre.floor()
    step = torch.where(centre - cell < 0.5, -1.0, 1.0)
    zero = torch.zeros_like(step[:, 0])
    cells = torch.cat([cell,
                       cell + torch.stack([step[:, 0], zero], 1),
                       cell + torch.stack([zero, step[:, 1]], 1)]).long()
    x, y = cells.T
    inside = (x >= 0) & (y >= 0) & (x < w) & (y < h)
    return [v[inside] for v in (picture.repeat(3), box.repeat(3), anchor.repeat(3), y, x)]


def ciou(a, b):
    """Complete IoU of boxes given by centre and size, row by row."""
    a_lo, a_hi = a[:, :2] - a[:, 2:] / 2, a[:, :2] + a[:, 2:] / 2
    b_lo, b_hi = b[:, :2] - b[:, 2:] / 2, b[:, :2] + b[:, 2:] / 2
    shared = (torch.minimum(a_hi, b_hi) - torch.maximum(a_lo, b_lo)).clamp(min=0).prod(1)
    iou = shared / (a[:, 2:].prod(1) + b[:, 2:].prod(1) - shared + 1e-7)
    hull = torch.maximum(a_hi, b_hi) - torch.minimum(a_lo, b_lo)
    apart = ((a[:, :2] - b[:, :2]) ** 2).sum(1) / ((hull ** 2).sum(1) + 1e-7)
    lean = 4 / math.pi ** 2 * (torch.atan(a[:, 2] / (a[:, 3] + 1e-7))
                               - torch.atan(b[:, 2] / (b[:, 3] + 1e-7))) ** 2
    with torch.no_grad():
        weight = lean / (lean - iou + 1 + 1e-7)
    return iou - apart - weight * lean


def loss(levels, labels, head):
    """levels: what the head gives; labels: (batch, m, 5) class, centre, size in pixels, class -1 for none."""
    valid = labels[..., 0] >= 0
    total = torch.zeros(3, device=labels.device)
    for raw, anchors, stride, gain in zip(levels, head.anchors, head.stride, LEVEL):
        raw = raw.float()
        h, w = raw.shape[2:4]
        boxes = labels[..., 1:] / stride
        picture, box, anchor, y, x = match(boxes, valid, anchors, h, w)
        truth = torch.zeros(raw.shape[:4], device=raw.device)
        if len(picture):
            got = raw[picture, anchor, y, x]
            xy = got[:, :2].sigmoid() * 2 - 0.5 + torch.stack([x, y], 1)
            wh = (got[:, 2:4].sigmoid() * 2) ** 2 * anchors[anchor]
            overlap = ciou(torch.cat([xy, wh], 1), boxes[picture, box])
            total[0] += (1 - overlap).mean()
            # Objectness learns how good the box is; where two boxes claim a cell, the better.
            flat = ((picture * raw.shape[1] + anchor) * h + y) * w + x
            truth.view(-1).scatter_reduce_(0, flat, overlap.detach().clamp(0, 1), "amax")
            classes = F.one_hot(labels[picture, box, 0].long(), got.shape[1] - 5).float()
            total[2] += F.binary_cross_entropy_with_logits(got[:, 5:], classes)
        total[1] += gain * F.binary_cross_entropy_with_logits(raw[..., 4], truth)
    return total * total.new_tensor([BOX, OBJECT, CLASS])
