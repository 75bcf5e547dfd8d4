#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares libpawl's letterbox with OpenCV's, every byte, over random pictures.

    python3 tools/check_letterbox.py build/src/libpawl.so [--count 2000] [--seed 1] [--picture FILE EXPECTED.png SIZE]

Needs numpy and opencv-python-headless. Ends with status 1 when a byte differs.
"""
import argparse
import ctypes
import sys

import cv2
import numpy as np

OPENCV = "5.0.0"  # the version that the arithmetic was checked against
SIZES = (640, 320)


class View(ctypes.Structure):
    _fields_ = [("width", ctypes.c_int32), ("height", ctypes.c_int32), ("row_size", ctypes.c_size_t),
                ("pixels", ctypes.c_void_p)]


class Error(ctypes.Structure):
    _fields_ = [("status", ctypes.c_int), ("os_error", ctypes.c_int), ("offset", ctypes.c_uint64),
                ("message", ctypes.c_char * 512)]


class Pawl:
    """The few calls of the public interface that the comparison needs."""

    def __init__(self, path):
        self.lib = ctypes.CDLL(path)
        self.error = Error()

    def check(self, status):
        if status < 0:
            sys.exit(f"check_letterbox: {self.error.message.decode()}")

    def view_of(self, handle):
        view = View()
        self.check(self.lib.pawl_image_view_get(handle, ctypes.byref(view), ctypes.byref(self.error)))
        memory = (ctypes.c_uint8 * (view.row_size * view.height)).from_address(view.pixels)
        rows = np.frombuffer(memory, np.uint8).reshape(view.height, view.row_size)
        return rows[:, :view.width * 3].reshape(view.height, view.width, 3).copy()

    def create(self, pixels):
        height, width = pixels.shape[:2]
        view = View(width, height, width * 3, pixels.ctypes.data)
        handle = ctypes.c_void_p()
        self.check(self.lib.pawl_image_create(ctypes.byref(view), ctypes.byref(handle), ctypes.byref(self.error)))
        return handle

    def read(self, path):
        handle = ctypes.c_void_p()
        self.check(self.lib.pawl_image_load(path.encode(), None, ctypes.byref(handle), ctypes.byref(self.error)))
        return handle

    def letterbox(self, image, width, height):
        boxed = ctypes.c_void_p()
        self.check(self.lib.pawl_image_letterbox(image, width, height, ctypes.byref(boxed), ctypes.byref(self.error)))
        pixels = self.view_of(boxed)
        self.lib.pawl_image_destroy(ctypes.byref(boxed))
        self.lib.pawl_image_destroy(ctypes.byref(image))
        return pixels


def yolov5_letterbox(picture, width, height):
    """What YOLOv5 does (letterbox, auto off), in Python."""
    rows, columns = picture.shape[:2]
    ratio = min(height / rows, width / columns)
    inner = max(1, int(round(columns * ratio))), max(1, int(round(rows * ratio)))
    dw, dh = (width - inner[0]) / 2, (height - inner[1]) / 2
    if (columns, rows) != inner:
        picture = cv2.resize(picture, inner, interpolation=cv2.INTER_LINEAR)
    top, bottom = int(round(dh - 0.1)), int(round(dh + 0.1))
    left, right = int(round(dw - 0.1)), int(round(dw + 0.1))
    return cv2.copyMakeBorder(picture, top, bottom, left, right, cv2.BORDER_CONSTANT, value=(114, 114, 114))


def random_size(random, number, size):
    """Mostly any size; some of them exactly two, four, one or half of the network's side."""
    special = {0: size * 2, 1: size, 2: size // 2, 3: size * 4}
    if number % 10 in special:
        side = special[number % 10]
        other = int(random.integers(2, side + 1))
        return (side, other) if number % 20 < 10 else (other, side)
    if number % 10 < 7:
        return int(random.integers(2, 1300)), int(random.integers(2, 1300))
    return int(random.integers(2, 4001)), int(random.integers(2, 3001))


def compare_random(pawl, count, seed):
    random = np.random.default_rng(seed)
    different = 0
    for number in range(count):
        size = SIZES[number % len(SIZES)]
        width, height = random_size(random, number, size)
        out = (size, size) if number % 4 else (size, int(random.integers(1, size // 32 + 1)) * 32)
        picture = random.integers(0, 256, (height, width, 3), dtype=np.uint8)
        mine = pawl.letterbox(pawl.create(picture), *out)
        theirs = yolov5_letterbox(picture, *out)
        if mine.shape != theirs.shape or not np.array_equal(mine, theirs):
            different += 1
            print(f"differs: picture {width} x {height} to {out[0]} x {out[1]}")
    print(f"{count - different} of {count} random pictures are equal to the byte")
    return different


def compare_picture(pawl, path, expected, size):
    mine = pawl.letterbox(pawl.read(path), size, size)
    theirs = cv2.cvtColor(cv2.imread(expected), cv2.COLOR_BGR2RGB)
    count = int((mine != theirs).sum()) if mine.shape == theirs.shape else theirs.size
    print(f"{path}: {count} of {theirs.size} bytes differ from {expected}")
    return count


def main():
    parser = argparse.ArgumentParser(description="Compares libpawl's letterbox with OpenCV's, every byte.")
    parser.add_argument("library")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--picture", nargs=3, metavar=("FILE", "EXPECTED", "SIZE"))
    options = parser.parse_args()
    if cv2.__version__ != OPENCV:
        sys.exit(f"check_letterbox: this is OpenCV {cv2.__version__}, the comparison is with {OPENCV}: "
                 f"pip install opencv-python-headless=={OPENCV}")
    pawl = Pawl(options.library)
    different = compare_random(pawl, options.count, options.seed)
    if options.picture:
        different += compare_picture(pawl, options.picture[0], options.picture[1], int(options.picture[2]))
    sys.exit(1 if different else 0)


main()
