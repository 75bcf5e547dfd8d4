# SPDX-License-Identifier: Apache-2.0
"""Mean average precision of a stored checkpoint on freshly drawn pictures.

As COCO measures it: confidences from 0.001 up, IoU 0.50 to 0.95 in steps of 0.05,
precision sampled at 101 recalls, at most 100 boxes a picture. Pictures are
letterboxed to a square and run in float32.
"""
import argparse
import multiprocessing

import cv2
import numpy as np
import torch

import draw
from detect import detect, load

THRESHOLDS = np.arange(0.5, 0.96, 0.05)


def claim(found, truth):
    """Which detections (falling confidence) hit a box of their own, for each IoU: (10, n) bool."""
    hits = np.zeros((len(THRESHOLDS), len(found)), bool)
    if not len(found) or not len(truth):
        return hits
    side = (np.minimum(found[:, None, 2:4], truth[None, :, 2:])
            - np.maximum(found[:, None, :2], truth[None, :, :2]))
    shared = np.maximum(side, 0).prod(2)
    area = [(b[:, 2:4] - b[:, :2]).prod(1) for b in (found, truth)]
    iou = shared / (area[0][:, None] + area[1][None] - shared)
    for t, least in enumerate(THRESHOLDS):
        free = np.ones(len(truth), bool)
        for d in range(len(found)):
            best = int(np.where(free, iou[d], -1).argmax())
            if free[best] and iou[d, best] >= least:
                free[best] = False
                hits[t, d] = True
    return hits


def average_precision(score, hit, boxes):
    """Area under the precision-recall curve, precision made falling, at 101 recalls."""
    hit = hit[np.argsort(-score, kind="stable")]
    right = hit.cumsum()
    precision = right / np.arange(1, len(hit) + 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(right / boxes, np.linspace(0, 1, 101), side="left")
    return np.append(precision, 0)[at].mean()


def one(index):
    """Scores, classes and hits of one picture, and how many boxes of each class it has."""
    picture, truth = draw.draw(SEED, index)
    found = detect(NET, picture, SIZE, conf=0.001, iou=0.6, many=True)[:100]
    hits = np.zeros((len(THRESHOLDS), len(found)), bool)
    for c in range(len(draw.NAMES)):
        mine = found[:, 5] == c
        hits[:, mine] = claim(found[mine], truth[truth[:, 0] == c, 1:])
    return found[:, 4], found[:, 5], hits, np.bincount(truth[:, 0].astype(int),
                                                       minlength=len(draw.NAMES))


def main():
    global NET, SEED, SIZE
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("weights", help="the .pt of export.py")
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--imgsz", type=int, default=640)
    parser.add_argument("--workers", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    NET, SEED, SIZE = load(args.weights)[0], args.seed, args.imgsz
    if args.workers > 1:
        with multiprocessing.get_context("fork").Pool(args.workers) as pool:
            parts = pool.map(one, range(args.count), chunksize=4)
    else:
        parts = [one(i) for i in range(args.count)]
    score, cls = (np.concatenate([p[k] for p in parts]) for k in (0, 1))
    hits, boxes = np.concatenate([p[2] for p in parts], 1), sum(p[3] for p in parts)
    table = np.array([[average_precision(score[cls == c], h[cls == c], boxes[c]) for h in hits]
                      for c in range(len(draw.NAMES))])
    print(f"{args.count} pictures of seed {args.seed}, {boxes.sum()} shapes, {args.imgsz} square")
    print(f"{'class':10} {'boxes':>6} {'mAP50':>7} {'mAP50-95':>9}")
    for name, n, row in zip(draw.NAMES, boxes, table):
        print(f"{name:10} {n:6} {row[0]:7.4f} {row.mean():9.4f}")
    print(f"{'all':10} {boxes.sum():6} {table[:, 0].mean():7.4f} {table.mean():9.4f}")


if __name__ == "__main__":
    main()
