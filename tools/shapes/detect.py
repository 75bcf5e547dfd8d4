# SPDX-License-Identifier: Apache-2.0
"""Detections of a stored checkpoint by plain PyTorch in float32, and the example's expected.json."""
import argparse
import json
import os

import cv2
import numpy as np
import torch

import export
from model import ShapesNet, decode


def letterbox(picture, size=640):
    """The picture in a grey square, its longer side fitted."""
    h, w = picture.shape[:2]
    r = min(size / h, size / w)
    new_w, new_h = max(round(w * r), 1), max(round(h * r), 1)
    if (new_w, new_h) != (w, h):
        picture = cv2.resize(picture, (new_w, new_h), interpolation=cv2.INTER_LINEAR)
    dx, dy = (size - new_w) / 2, (size - new_h) / 2
    return cv2.copyMakeBorder(picture, round(dy - 0.1), round(dy + 0.1), round(dx - 0.1),
                              round(dx + 0.1), cv2.BORDER_CONSTANT, value=(114, 114, 114))


def load(path):
    """The network in float32 with the stored half-precision weights, and the class names."""
    stored = export.read(path)["model"]
    net = ShapesNet(stored.nc)
    net.load_state_dict({k: v.float() if v.is_floating_point() else v
                         for k, v in stored.state_dict().items()})
    return net.eval(), stored.names


def suppress(rows, conf, iou, many=False, limit=300):
    """Decoded rows of one picture to boxes: (n, 6) x1, y1, x2, y2, confidence, class.

    many: a row counts for each class above conf, as accuracy is measured; otherwise
    for its best class.
    """
    rows = rows[rows[:, 4] > conf]
    scores = rows[:, 4:5] * rows[:, 5:]
    if many:
        row, cls = np.nonzero(scores > conf)
    else:
        row, cls = np.arange(len(rows)), scores.argmax(1)
        keep = scores[row, cls] > conf
        row, cls = row[keep], cls[keep]
    score, half = scores[row, cls], rows[row, 2:4] / 2
    box = np.concatenate([rows[row, :2] - half, rows[row, :2] + half], 1)
    order = np.argsort(-score, kind="stable")
    box, score, cls = box[order], score[order], cls[order]
    # Classes do not suppress one another: each gets a place of its own.
    apart = box + cls[:, None] * np.float32(7680)
    area = (box[:, 2:] - box[:, :2]).prod(1)
    alive = np.ones(len(box), bool)
    kept = []
    for i in range(len(box)):
        if not alive[i]:
            continue
        kept.append(i)
        if len(kept) == limit:
            break
        side = np.minimum(apart[i, 2:], apart[:, 2:]) - np.maximum(apart[i, :2], apart[:, :2])
        shared = np.maximum(side, 0).prod(1)
        alive &= shared <= iou * (area[i] + area - shared)
    return np.concatenate([box[kept], score[kept, None], cls[kept, None]], 1)


def to_picture(found, w, h, size):
    """Boxes at the network's input to the picture's own pixels, clipped to it."""
    gain = min(size / h, size / w)
    found = found.copy()
    found[:, [0, 2]] = ((found[:, [0, 2]] - (size - w * gain) / 2) / gain).clip(0, w)
    found[:, [1, 3]] = ((found[:, [1, 3]] - (size - h * gain) / 2) / gain).clip(0, h)
    return found


@torch.no_grad()
def detect(net, picture, size=640, conf=0.25, iou=0.45, many=False):
    """Detections in an RGB picture."""
    x = np.ascontiguousarray(letterbox(picture, size).transpose(2, 0, 1)[None])
    x = (torch.from_numpy(x).float() / 255).to(next(net.parameters()).device)
    rows = decode(net(x), net.model[-1])[0].cpu().numpy()
    return to_picture(suppress(rows, conf, iou, many), picture.shape[1], picture.shape[0], size)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("weights", help="the .pt of export.py")
    parser.add_argument("shapes", help="the folder draw.py wrote")
    parser.add_argument("--out", required=True, help="the .json to write")
    args = parser.parse_args()
    net, names = load(args.weights)
    with open(os.path.join(args.shapes, "truth.json")) as f:
        truth = json.load(f)
    result = []
    for image in truth["images"]:
        picture = cv2.imread(os.path.join(args.shapes, "pictures", image["file_name"]))[..., ::-1]
        found = detect(net, picture)
        drawn = [{"box_xyxy": [x, y, round(x + w, 2), round(y + h, 2)], "class_id": row["category_id"] - 1,
                  "name": names[row["category_id"] - 1]}
                 for row in truth["annotations"] if row["image_id"] == image["id"] for x, y, w, h in [row["bbox"]]]
        result.append({
            "file": image["file_name"], "width": picture.shape[1], "height": picture.shape[0],
            "detections": [{"box_xyxy": [round(float(v), 4) for v in d[:4]],
                            "confidence": round(float(d[4]), 6),
                            "class_id": int(d[5]), "name": names[int(d[5])]} for d in found],
            "truth": drawn})
        print(image["file_name"], len(drawn), "shapes:",
              ", ".join(f"{names[int(d[5])]} {d[4]:.2f}" for d in found))
    with open(args.out, "w") as f:
        json.dump({"imgsz": 640, "conf": 0.25, "iou": 0.45, "pictures": result}, f, indent=1)
        f.write("\n")


if __name__ == "__main__":
    main()
