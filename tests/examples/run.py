#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run.py worker|video ROUNDS FOLDER FEED ENGINE PICTURE...: gives an example in FOLDER what FEED makes of the pictures, and holds what it says against
what example_detect finds in the same files."""
import json
import os
import re
import subprocess
import sys
import tempfile

LINE = re.compile(r"(\S+) ([\d.]+) at (-?\d+),(-?\d+) - (-?\d+),(-?\d+)")


def run(*command, stdin=b"", code=0):
    done = subprocess.run(command, input=stdin, capture_output=True, timeout=300, check=False)
    if done.returncode != code:
        sys.exit(f"{command[0]} ended with {done.returncode}, not {code}: {done.stderr.decode()}")
    return done.stdout, done.stderr.decode()


def expected(folder, engine, picture):
    """Boxes as example_detect prints them: name, confidence, corners."""
    text = run(os.path.join(folder, "example_detect"), engine, picture)[0].decode()
    rows = [LINE.fullmatch(line).groups() for line in text.splitlines()]
    assert rows, f"nothing in {picture}"
    return [(name, float(confidence), [float(v) for v in box]) for name, confidence, *box in rows]


def same(found, wanted, tolerance=0.51, difference=0.00051):
    found, wanted = (sorted(boxes, key=lambda box: (box[0], round(box[2][0] / 20), box[2][1])) for boxes in (found, wanted))
    return len(found) == len(wanted) and all(
        a[0] == b[0] and abs(a[1] - b[1]) <= difference and all(abs(p - q) <= tolerance for p, q in zip(a[2], b[2]))
        for a, b in zip(found, wanted))


def refuses_a_classifier(folder, *command):
    """Where there is one to be had; its name goes behind the program."""
    weights = os.path.join(os.environ.get("PAWL_TEST_DATA", ""), "zoo", "v6.2-cls.pt")
    if not os.path.exists(weights):
        return
    with tempfile.TemporaryDirectory() as work:
        engine = os.path.join(work, "c.engine")
        run(os.path.join(folder, "example_build"), weights, engine)
        said = run(command[0], engine, *command[1:], stdin=b"\0\0\0\1x", code=1)[1]
        assert "classifies pictures" in said, said


def answers(text):
    lines = [json.loads(line) for line in text.decode().splitlines()]
    return {line["request"]: line for line in lines}


def boxes(answer):
    return [(d["name"], d["confidence"], d["box_xyxy"]) for d in answer["detections"]]


def check_worker(rounds, folder, feed, engine, pictures):
    worker = os.path.join(folder, "example_worker")
    wanted = [expected(folder, engine, picture) for picture in pictures]
    stream = run(feed, "requests", *pictures)[0]
    for threads in ("1", "4", "16"):
        told = answers(run(worker, engine, threads, stdin=stream * rounds)[0])
        assert sorted(told) == list(range(rounds * len(pictures))), sorted(told)
        for number, answer in told.items():
            assert same(boxes(answer), wanted[number % len(pictures)]), answer
    # what is no picture is answered, and what follows it too
    bad = b"\0\0\0\x09no \"JPEG\\" + b"\0\0\0\0"
    told = answers(run(worker, engine, "2", stdin=stream + bad + stream)[0])
    assert len(told) == 2 * len(pictures) + 2
    assert all("error" in told[len(pictures) + i] for i in range(2)), told
    assert same(boxes(told[len(pictures) + 2]), wanted[0])
    # an input that ends too early, or says what nobody believes
    for tail in (b"\0\0", b"\0\0\1\0short", b"\xff\xff\xff\xffx"):
        text, said = run(worker, engine, "2", stdin=stream + tail, code=1)
        assert len(answers(text)) == len(pictures) and f"request {len(pictures)}" in said, said
    assert run(worker, engine, stdin=b"") == (b"", "")
    run(worker, "no.engine", stdin=b"", code=1)
    run(worker, engine, "0", stdin=b"", code=2)
    refuses_a_classifier(folder, worker, "2")


def check_video(rounds, folder, feed, engine, pictures):
    video, count = os.path.join(folder, "example_video"), 3 + 4 * rounds
    frames, size = run(feed, "frames", pictures[0], str(count))
    width, height = size.split()
    wanted = expected(folder, engine, pictures[0])
    text, said = run(video, engine, width, height, stdin=frames)
    rows = [line.split() for line in text.decode().splitlines()]
    assert [int(row[0]) for row in rows] == sorted(int(row[0]) for row in rows)
    assert f"{count} frames, {len(rows)} boxes" in said, said
    for frame in range(count):
        found = [(row[1], float(row[2]), [float(v) for v in row[3:]]) for row in rows if int(row[0]) == frame]
        # the picture's colours were halved in size on their way: what is found is nearly the same
        assert same(found, wanted, 4, 0.1), (frame, found, wanted)
        assert found == [(row[1], float(row[2]), [float(v) for v in row[3:]]) for row in rows if row[0] == "0"]
    fewer = run(video, engine, width, height, "0.968", stdin=frames)[0]
    assert 0 < len(fewer.splitlines()) < len(rows)
    said = run(video, engine, width, height, stdin=frames[:-1])[1]
    assert "cut short" in said and f"{count - 1} frames" in said, said
    assert "0 frames" in run(video, engine, width, height, stdin=b"")[1]
    run(video, engine, "0", height, stdin=b"", code=2)
    run(video, "no.engine", width, height, stdin=frames, code=1)
    refuses_a_classifier(folder, video, width, height)


def main():
    what, rounds, folder, feed, engine, *pictures = sys.argv[1:]
    {"worker": check_worker, "video": check_video}[what](int(rounds), folder, feed, engine, pictures)
    print(f"{what}: as example_detect")


if __name__ == "__main__":
    main()
