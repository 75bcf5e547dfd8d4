# SPDX-License-Identifier: Apache-2.0
"""Draws the pictures of the shapes example: coloured shapes on varied grounds.

Picture `index` of `seed` is a function of these two numbers alone, so training,
measurement and the example each use a seed of their own and never share one.
Boxes are the exact extent of the outline, in pixels, with pixel i covering
[i, i+1); a shape partly covered by another keeps its whole box.
"""
import argparse
import json
import os

import cv2
import numpy as np

NAMES = ("circle", "square", "triangle", "star", "heart", "cross")

SIZES = ((640, 480), (480, 640), (640, 640), (640, 360), (800, 600), (600, 800),
         (1024, 768), (512, 384), (500, 375), (768, 512), (427, 640), (720, 405))


def hsv(h, s, v):
    """One colour as float RGB, 0 to 255; all arguments 0 to 1."""
    k = (np.array([5.0, 3.0, 1.0]) + h * 6) % 6
    return 255 * (v - v * s * np.clip(np.minimum(k, 4 - k), 0, 1))


# ---- grounds ---------------------------------------------------------------

def ramp(w, h, angle):
    """0 to 1 along a direction across the picture."""
    x = np.linspace(-0.5, 0.5, w, dtype=np.float32)[None, :] * w
    y = np.linspace(-0.5, 0.5, h, dtype=np.float32)[:, None] * h
    t = x * np.float32(np.cos(angle)) + y * np.float32(np.sin(angle))
    return (t - t.min()) / (t.max() - t.min())


def ground(rng, w, h):
    """The ground: two or three muted colours mixed by a field of one of six kinds."""
    hue = rng.uniform()
    v = rng.uniform(0.15, 1.0)
    near = rng.uniform() < 0.6     # mostly colours of one family, as in print
    colours = [hsv((hue + (rng.uniform(-0.08, 0.08) if near else rng.uniform())) % 1,
                   rng.uniform(0.0, 0.5), np.clip(v + rng.uniform(-0.2, 0.2), 0.08, 1))
               for _ in range(3)]
    kind = rng.integers(6)
    angle = rng.uniform(0, 2 * np.pi)
    if kind == 0:                                    # straight gradient
        t = ramp(w, h, angle)
    elif kind == 1:                                  # round gradient
        cx, cy = rng.uniform(0, w), rng.uniform(0, h)
        t = np.hypot(np.arange(w, dtype=np.float32)[None] - np.float32(cx),
                     np.arange(h, dtype=np.float32)[:, None] - np.float32(cy))
        t /= t.max()
    elif kind in (2, 3):                             # clouds, coarse or finer
        cells = int(rng.integers(3, 7) if kind == 2 else rng.integers(8, 20))
        t = cv2.resize(rng.random((cells, cells), dtype=np.float32), (w, h),
                       interpolation=cv2.INTER_CUBIC)
    elif kind == 4:                                  # soft stripes
        t = 0.5 + 0.5 * np.sin(ramp(w, h, angle) * np.float32(2 * np.pi * rng.uniform(3, 18)))
        t = np.clip(0.5 + (t - 0.5) * np.float32(rng.uniform(0.5, 3)), 0, 1)
        colours[1] = colours[0] + rng.uniform(0.15, 0.6) * (colours[1] - colours[0])
    else:                                            # tiles of slightly different tone
        cells = int(rng.integers(3, 12))
        t = cv2.resize(rng.random((cells, cells), dtype=np.float32), (w, h),
                       interpolation=cv2.INTER_NEAREST)
        colours[1] = colours[0] + rng.uniform(0.2, 0.6) * (colours[1] - colours[0])
    t = np.clip(t, 0, 1).astype(np.float32)[..., None]
    c = np.asarray(colours, np.float32)
    picture = c[0] + t * (c[1] - c[0])
    if rng.uniform() < 0.3:                          # a third colour from one side
        picture += ramp(w, h, rng.uniform(0, 2 * np.pi))[..., None] * 0.6 * (c[2] - picture)
    return np.ascontiguousarray(picture)


def clutter(rng, picture):
    """Thin lines, open curves and specks: things that are none of the shapes."""
    h, w = picture.shape[:2]
    tone = picture.mean((0, 1))

    def colour():
        # Mostly close to the ground, now and then loud.
        pull = rng.uniform(0.15, 0.5) if rng.uniform() < 0.75 else 1.0
        return tuple(float(x) for x in tone + pull * (rng.uniform(0, 255, 3) - tone))

    if rng.uniform() < 0.55:
        for _ in range(rng.integers(1, 13)):
            p = rng.uniform(-0.1, 1.1, (2, 2)) * (w, h) * 16
            cv2.line(picture, tuple(map(int, p[0])), tuple(map(int, p[1])), colour(),
                     int(rng.integers(1, 4)), cv2.LINE_8, 4)
    if rng.uniform() < 0.3:
        for _ in range(rng.integers(1, 5)):
            p = rng.uniform(0, 1, (4, 2)) * (w, h)
            t = np.linspace(0, 1, 40)[:, None]
            curve = ((1 - t) ** 3 * p[0] + 3 * t * (1 - t) ** 2 * p[1]
                     + 3 * t * t * (1 - t) * p[2] + t ** 3 * p[3])
            cv2.polylines(picture, [np.round(curve * 16).astype(np.int32)], False, colour(),
                          int(rng.integers(1, 4)), cv2.LINE_8, 4)
    if rng.uniform() < 0.3:
        for _ in range(rng.integers(10, 80)):
            p = rng.uniform(0, 1, 2) * (w, h)
            cv2.circle(picture, (int(p[0]), int(p[1])), int(rng.integers(1, 4)), colour(), -1)


# ---- shapes ----------------------------------------------------------------

def outline(kind, rng):
    """The outline of a shape as a polygon around (0, 0) within the unit circle."""
    if kind == "circle":
        a = np.linspace(0, 2 * np.pi, 128, endpoint=False)
        return np.stack([np.cos(a), np.sin(a)], 1)
    if kind in ("square", "triangle"):
        n = 4 if kind == "square" else 3
        a = (np.arange(n) + 0.5) * 2 * np.pi / n
        return np.stack([np.cos(a), np.sin(a)], 1)
    if kind == "star":
        a = np.arange(10) * np.pi / 5 - np.pi / 2
        r = np.where(np.arange(10) % 2 == 0, 1.0, rng.uniform(0.40, 0.5))
        return np.stack([r * np.cos(a), r * np.sin(a)], 1)
    if kind == "heart":
        a = np.linspace(0, 2 * np.pi, 128, endpoint=False)
        x = 16 * np.sin(a) ** 3
        y = -(13 * np.cos(a) - 5 * np.cos(2 * a) - 2 * np.cos(3 * a) - np.cos(4 * a))
        p = np.stack([x, y - 2.5], 1)
        return p / np.hypot(*p.T).max()
    k = rng.uniform(0.3, 0.4)                        # cross: half width of an arm
    p = [(-k, -1), (k, -1), (k, -k), (1, -k), (1, k), (k, k),
         (k, 1), (-k, 1), (-k, k), (-1, k), (-1, -k), (-k, -k)]
    return np.array(p) / np.hypot(1, k)


def turn(kind, rng):
    """The angle a shape is turned by; hearts stay more or less upright."""
    if kind == "heart":
        return rng.normal(0, 0.35)
    if kind == "square" and rng.uniform() < 0.5:
        return rng.normal(np.pi / 4, 0.15) - np.pi / 2
    return rng.uniform(0, 2 * np.pi)


def coverage(polygon, x0, y0, w, h):
    """How much of each pixel of a window a polygon covers, 0 to 1 (16 samples a pixel)."""
    p = np.round(((polygon - (x0, y0)) * 4 - 0.5) * 16).astype(np.int32)
    mask = np.zeros((h * 4, w * 4), np.uint8)
    cv2.fillPoly(mask, [p], 255, cv2.LINE_8, 4)
    return cv2.resize(mask, (w, h), interpolation=cv2.INTER_AREA).astype(np.float32)[..., None] / 255


def contrasting(rng, under):
    """A strong colour that can be told from what is under it."""
    best = None
    for _ in range(20):
        c = hsv(rng.uniform(), rng.uniform(0.55, 1.0), rng.uniform(0.5, 1.0))
        if rng.uniform() < 0.08:
            c = np.full(3, rng.choice([25.0, 245.0]))
        d = np.linalg.norm(c - under)
        if best is None or d > best[0]:
            best = (d, c)
        if d > 110:
            return c
    return best[1]


def paint(rng, picture, polygon, centre):
    """Lays one shape onto the picture: perhaps a shadow, a rim, always a slight shading."""
    size = np.ptp(polygon, axis=0).max()
    reach = int(size * 0.15) + 3
    height, width = picture.shape[:2]
    lo = np.maximum(np.floor(polygon.min(0)).astype(int) - reach, 0)
    hi = np.minimum(np.ceil(polygon.max(0)).astype(int) + reach, (width, height))
    (x0, y0), (w, h) = lo, hi - lo
    window = picture[y0:y0 + h, x0:x0 + w]
    cover = coverage(polygon, x0, y0, w, h)
    colour = contrasting(rng, (window * cover).sum((0, 1)) / max(cover.sum(), 1))
    if rng.uniform() < 0.35:
        shift = rng.uniform(0.03, 0.08, 2) * size * rng.choice([-1, 1], 2)
        shade = coverage(polygon + shift, x0, y0, w, h)
        shade = cv2.GaussianBlur(shade, (0, 0), max(size * 0.035, 0.8))[..., None]
        window *= 1 - shade * np.float32(rng.uniform(0.2, 0.5))
    light = 1 + np.float32(rng.uniform(0, 0.25)) * (ramp(w, h, rng.uniform(0, 2 * np.pi)) - 0.6)
    fill = np.minimum(colour.astype(np.float32) * light[..., None], 255)
    if rng.uniform() < 0.45:                         # the rim lies inside the outline
        rim = colour * 0.45 if rng.uniform() < 0.6 else colour + 0.7 * (255 - colour)
        inner = coverage(centre + (polygon - centre) * rng.uniform(0.76, 0.9), x0, y0, w, h)
        fill = rim.astype(np.float32) * (1 - inner) + fill * inner
    window += cover * (fill - window)


def draw(seed, index):
    """Picture `index` of `seed`: (h, w, 3) uint8 RGB, and (n, 5) float64 rows class, x1, y1, x2, y2."""
    rng = np.random.default_rng([seed, index])
    w, h = SIZES[rng.integers(len(SIZES))]
    picture = ground(rng, w, h)
    clutter(rng, picture)

    crowd = int(rng.integers(1, 12))
    radii = np.sort(max(w, h) * 0.5 * np.exp(rng.uniform(np.log(0.045), np.log(0.42), crowd)))[::-1]
    boxes = np.zeros((0, 5))
    for radius in radii:                             # large ones first, so small ones lie on top
        for _ in range(30):
            cls = int(rng.integers(len(NAMES)))
            angle = turn(NAMES[cls], rng)
            c, s = np.cos(angle), np.sin(angle)
            polygon = radius * outline(NAMES[cls], rng) @ np.array([[c, s], [-s, c]])
            low, high = 2 - polygon.min(0), (w - 2, h - 2) - polygon.max(0)
            if (low > high).any():
                continue
            centre = rng.uniform(low, high)
            box = np.concatenate([polygon.min(0), polygon.max(0)]) + np.tile(centre, 2)
            side = np.minimum(boxes[:, 3:], box[2:]) - np.maximum(boxes[:, 1:3], box[:2])
            shared = np.maximum(side, 0).prod(1)
            least = np.minimum((boxes[:, 3:] - boxes[:, 1:3]).prod(1), (box[2:] - box[:2]).prod())
            if (shared > 0.10 * least).any():
                continue
            paint(rng, picture, polygon + centre, centre)
            boxes = np.vstack([boxes, np.concatenate([[cls], box])])
            break

    if rng.uniform() < 0.6:                          # grain, as from a camera
        sigma = rng.uniform(1, 9)
        picture += rng.standard_normal(picture.shape, dtype=np.float32) * np.float32(sigma)
    return np.clip(np.round(picture), 0, 255).astype(np.uint8), boxes


def recompress(picture, quality):
    """The picture after a trip through JPEG, as most pictures a detector sees have made one."""
    code = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return cv2.imdecode(code, cv2.IMREAD_COLOR)[..., ::-1]


def coco(pictures):
    """The boxes of (name, width, height, boxes) as a COCO annotations file, a line an entry."""
    images, annotations = [], []
    for number, (name, w, h, boxes) in enumerate(pictures, 1):
        images.append({"id": number, "file_name": name, "width": w, "height": h})
        for box in boxes:
            x1, y1, x2, y2 = (round(float(v), 2) for v in box[1:])
            side = round(x2 - x1, 2), round(y2 - y1, 2)
            annotations.append({"id": len(annotations) + 1, "image_id": number, "category_id": int(box[0]) + 1,
                                "bbox": [x1, y1, *side], "area": round(side[0] * side[1], 2), "iscrowd": 0})
    parts = {"images": images, "annotations": annotations,
             "categories": [{"id": i + 1, "name": name} for i, name in enumerate(NAMES)]}
    return "{\n" + ",\n".join(f'"{key}": [\n' + ",\n".join(json.dumps(row) for row in rows) + "\n]"
                              for key, rows in parts.items()) + "\n}\n"


def labels(w, h, boxes):
    """The boxes of one picture as YOLOv5's label file: class, centre and size over the picture's sides."""
    rows = ((int(c), (x1 + x2) / 2 / w, (y1 + y2) / 2 / h, (x2 - x1) / w, (y2 - y1) / h) for c, x1, y1, x2, y2 in boxes)
    return "".join("%d %.6f %.6f %.6f %.6f\n" % row for row in rows)


def as_input(picture, side=64):
    """The picture as the network takes it, small: 1 x 3 x side x side float32, 0 to 1, grey around."""
    scale = side / max(picture.shape[:2])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    h, w = small.shape[:2]
    square = np.full((side, side, 3), 114, np.uint8)
    square[(side - h) // 2:(side - h) // 2 + h, (side - w) // 2:(side - w) // 2 + w] = small
    return np.ascontiguousarray(square.transpose(2, 0, 1)[None]).astype(np.float32) / 255


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--index", type=int, nargs="+", default=list(range(6)), help="which pictures")
    parser.add_argument("--quality", type=int, default=90, help="of the JPEG files")
    parser.add_argument("--out", required=True, help="folder: pictures/shapes1.jpg and .txt ..., truth.json, data.yaml, x.npy")
    args = parser.parse_args()
    folder = os.path.join(args.out, "pictures")
    os.makedirs(folder, exist_ok=True)
    drawn = []
    for number, index in enumerate(args.index, 1):
        picture, boxes = draw(args.seed, index)
        (h, w), name = picture.shape[:2], f"shapes{number}.jpg"
        cv2.imwrite(os.path.join(folder, name), picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, args.quality])
        with open(os.path.join(folder, f"shapes{number}.txt"), "w") as f:
            f.write(labels(w, h, boxes))
        drawn.append((name, w, h, boxes))
        if number == 1:
            np.save(os.path.join(args.out, "x.npy"), as_input(picture))
    with open(os.path.join(args.out, "truth.json"), "w") as f:
        f.write(coco(drawn))
    with open(os.path.join(args.out, "data.yaml"), "w") as f:
        f.write("# The labels (.txt) lie beside the pictures.\n"
                f"path: .\nval: pictures\nnames: [{', '.join(NAMES)}]\n")


if __name__ == "__main__":
    main()
