# SPDX-License-Identifier: Apache-2.0
"""Trains the network of the shapes example on pictures of draw.py.

All pictures are drawn first and kept on the device as bytes, so an epoch costs only
arithmetic. Flips, colour and scale change from epoch to epoch.
"""
import argparse
import copy
import math
import mmap
import multiprocessing
import time

import cv2
import numpy as np
import torch

import draw
from detect import letterbox
from loss import BOX, CLASS, OBJECT, loss
from model import ShapesNet

MOST = 12           # shapes a picture, at most


def draw_into(task):
    """Draws pictures first ... last into the memory shared with the parent process."""
    seed, size, count, first, last = task
    pictures, labels = views(SHARED, count, size)
    cv2.setNumThreads(1)
    for i in range(first, last):
        picture, boxes = draw.draw(seed, i)
        if i % 2:                    # half of them through JPEG
            picture = draw.recompress(picture, 60 + i // 2 % 36)
        h, w = picture.shape[:2]
        gain = min(size / h, size / w)
        pictures[i] = letterbox(picture, size).transpose(2, 0, 1)
        labels[i] = -1
        lo, hi = boxes[:MOST, 1:3] * gain, boxes[:MOST, 3:] * gain
        labels[i, :len(lo), 0] = boxes[:MOST, 0]
        labels[i, :len(lo), 1:3] = (lo + hi) / 2 + (round((size - round(w * gain)) / 2 - 0.1),
                                                    round((size - round(h * gain)) / 2 - 0.1))
        labels[i, :len(lo), 3:] = hi - lo


def views(memory, count, size):
    """The shared bytes as pictures (count, 3, size, size) and labels (count, MOST, 5)."""
    area = count * 3 * size * size
    return (np.frombuffer(memory, np.uint8, area).reshape(count, 3, size, size),
            np.frombuffer(memory, np.float32, count * MOST * 5, area).reshape(count, MOST, 5))


def draw_all(seed, count, size, workers):
    """Pictures and labels of a whole set. Anonymous shared memory: forked workers write into it."""
    global SHARED
    SHARED = mmap.mmap(-1, count * 3 * size * size + count * MOST * 5 * 4)
    chunk = 20
    tasks = [(seed, size, count, i, min(i + chunk, count)) for i in range(0, count, chunk)]
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        for _ in pool.imap_unordered(draw_into, tasks):
            pass
    return [torch.from_numpy(v) for v in views(SHARED, count, size)]


def augment(x, labels, generator):
    """A batch of bytes to floats with a side flip and a change of colour for each picture."""
    n, device = len(x), x.device

    def chance(p):
        return torch.rand(n, generator=generator, device=device) < p

    def between(lo, hi, *shape):
        return lo + (hi - lo) * torch.rand(n, *shape, generator=generator, device=device)

    flip = chance(0.5)
    x = torch.where(flip[:, None, None, None], x.flip(3), x)
    labels = labels.clone()
    labels[..., 1] = torch.where(flip[:, None], x.shape[3] - labels[..., 1], labels[..., 1])
    # Channels in a random order: a free change of every hue.
    order = torch.rand(n, 3, generator=generator, device=device).argsort(1)
    order = torch.where(chance(0.5)[:, None], order, torch.arange(3, device=device))
    x = x.gather(1, order[:, :, None, None].expand_as(x)).float() / 255
    x = x * between(0.75, 1.25, 1, 1, 1) * between(0.9, 1.1, 3, 1, 1) + between(-0.08, 0.08, 1, 1, 1)
    return x.clamp(0, 1), labels


def rate(progress, warmup=0.03):
    """Share of the full learning rate: a short rise, then half a cosine down to 1 %."""
    if progress < warmup:
        return progress / warmup
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * (progress - warmup) / (1 - warmup)))


def train(args):
    device = torch.device(args.device)
    torch.manual_seed(args.seed)
    started = time.time()
    pictures, labels = draw_all(args.seed, args.pictures, args.size, args.workers)
    print(f"drew {args.pictures} pictures in {time.time() - started:.0f} s", flush=True)
    pictures, labels = pictures.to(device), labels.to(device)

    net = ShapesNet(len(draw.NAMES)).to(device)
    if device.type == "cuda":
        net = net.to(memory_format=torch.channels_last)
    head = net.model[-1]
    head.stride = head.stride.to(device)
    average = copy.deepcopy(net).eval()
    averaged, current = ([v for v in n.state_dict().values() if v.is_floating_point()]
                         for n in (average, net))
    decayed = [p for p in net.parameters() if p.ndim > 1]
    others = [p for p in net.parameters() if p.ndim <= 1]
    optimizer = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.02},
                                   {"params": others, "weight_decay": 0.0}],
                                  lr=args.rate, betas=(0.9, 0.99))
    generator = torch.Generator(device).manual_seed(args.seed)
    scales = np.random.default_rng(args.seed)
    steps_an_epoch = args.pictures // args.batch
    steps = steps_an_epoch * args.epochs
    started, step, progress = time.time(), 0, 0.0
    for epoch in range(args.epochs):
        net.train()
        sums = torch.zeros(3, device=device)
        order = torch.randperm(args.pictures, generator=generator, device=device)
        for part in range(steps_an_epoch):
            chosen = order[part * args.batch:(part + 1) * args.batch]
            x, y = augment(pictures[chosen], labels[chosen], generator)
            # Other scales first, then only the one the example is shown at.
            if progress < 0.85:
                size = int(round(args.size * scales.uniform(0.5, 1.0) / 32)) * 32
                if size != args.size:
                    x = torch.nn.functional.interpolate(x, (size, size), mode="bilinear",
                                                        antialias=True, align_corners=False)
                    y[..., 1:] *= size / args.size
            if device.type == "cuda":
                x = x.contiguous(memory_format=torch.channels_last)
            for group in optimizer.param_groups:
                group["lr"] = args.rate * rate(progress)
            with torch.autocast(device.type, torch.bfloat16):
                levels = net(x)
            parts = loss(levels, y, head)
            optimizer.zero_grad(set_to_none=True)
            parts.sum().backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            step += 1
            # With --minutes the clock drives the schedule once it is ahead of the steps.
            spent = time.time() - started
            progress = max(step / steps, spent / (60 * args.minutes) if args.minutes else 0)
            with torch.no_grad():
                keep = 0.998 * (1 - math.exp(-step / 300))
                torch._foreach_lerp_(averaged, current, 1 - keep)
            sums += parts.detach()
            if progress >= 1:
                break
        box, obj, cls = (sums / (part + 1)).tolist()
        print(f"epoch {epoch + 1}/{args.epochs} box {box:.4f} object {obj:.4f} class {cls:.4f} "
              f"{spent:.0f} s {step * args.batch / spent:.0f} pictures/s", flush=True)
        if progress >= 1:
            break
    return average, epoch + 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=16000)
    parser.add_argument("--epochs", type=int, default=28)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--size", type=int, default=640)
    parser.add_argument("--rate", type=float, default=0.004, help="the highest learning rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--minutes", type=float, default=0,
                        help="finish within this time, drawing aside, even if after fewer epochs")
    parser.add_argument("--out", default="shapes-trained.pth")
    args = parser.parse_args()
    average, epochs = train(args)
    torch.save({"weights": {k: v.cpu().contiguous() for k, v in average.state_dict().items()},
                "hyp": {"lr0": args.rate, "lrf": 0.01, "weight_decay": 0.02, "box": BOX,
                        "cls": CLASS, "obj": OBJECT, "anchor_t": 4.0, "fliplr": 0.5},
                "opt": {"epochs": epochs, "batch_size": args.batch, "imgsz": args.size,
                        "seed": args.seed, "optimizer": "AdamW"}}, args.out)


if __name__ == "__main__":
    main()
