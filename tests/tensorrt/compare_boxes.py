#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""compare_boxes.py IOU FIRST.json OTHER.json...: the boxes that `pawl predict --json` wrote, beside those of the first file.

Ends with 1 where a box of the first more confident than 0.5 has none of its class that overlaps it by IOU in another file; IOU "equal": where
anything but times differs.
"""
import json
import sys


def lines_of(path):
    with open(path, encoding="utf-8") as file:
        return [{key: value for key, value in json.loads(line).items() if key != "ms"} for line in file]


def overlap(a, b):
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    both = max(width, 0) * max(height, 0)
    whole = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both
    return both / whole if whole > 0 else 0


def best_of(box, boxes):
    same = [each for each in boxes if each["class_id"] == box["class_id"]]
    return max(((overlap(box["box_xyxy"], each["box_xyxy"]), each["confidence"]) for each in same), default=(0, 0))


least, files = sys.argv[1], [lines_of(path) for path in sys.argv[2:]]
if least == "equal":
    differing = [path for path, lines in zip(sys.argv[2:], files) if lines != files[0] or not lines]
    print("boxes:", "equal in" if not differing else "DIFFER in", ", ".join(differing or sys.argv[2:]))
    sys.exit(bool(differing))
failed = False
for number, line in enumerate(files[0]):
    others = [lines[number]["detections"] for lines in files[1:]]
    print("boxes:", line["file"], len(line["detections"]), "beside", *map(len, others))
    for box in line["detections"]:
        beside = [best_of(box, boxes) for boxes in others]
        failed = failed or (box["confidence"] > 0.5 and any(each[0] < float(least) for each in beside))
        print(f"  {box['name']} {box['confidence']:.3f}", *(f"| {conf:.3f}, IoU {iou:.3f}" for iou, conf in beside))
print("boxes:", "FAILED" if failed else "each has its like")
sys.exit(failed)
