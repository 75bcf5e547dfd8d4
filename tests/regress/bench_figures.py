#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""bench_figures.py PAWL ENGINE PICTURE: the layer table, the trace, the stages and the baseline of pawl bench mean what they say."""
import json
import os
import subprocess
import sys
import tempfile

pawl, engine, picture = sys.argv[1:4]
faults = []


def expect(truth, sentence):
    if not truth:
        faults.append(sentence)


def bench(*words, status=0):
    done = subprocess.run([pawl, "bench", engine, "--warmup", "0", *words], capture_output=True, text=True, timeout=120)
    wanted = status if isinstance(status, tuple) else (status,)
    expect(done.returncode in wanted, f"{' '.join(words)}: exit {done.returncode}, not {wanted}: {done.stderr[-300:]}")
    return done


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def settled(check):
    """A check of times: other work of the machine may spoil one, not ten."""
    spoilt = []
    for _ in range(10):
        before = len(faults)
        check()
        spoilt = faults[before:]
        del faults[before:]
        if not spoilt:
            return
    faults.extend(spoilt)


def check_layers():
    out = bench("--threads", "2", "--iterations", "20", "--layers", "--trace", "t.json", "--json", "l.json").stdout
    (line,) = lines("l.json")
    layers = line["layers"]
    expect(len(layers) > 20 and all(row["ms"] > 0 and row["kernel"] for row in layers), "the table has no rows")
    expect(abs(sum(row["share"] for row in layers) - 1) < 1e-6, "shares are not the whole")
    convolutions = [row for row in layers if row["kernel"].startswith("conv")]
    expect(all(0 < row["of_peak"] < 1.3 and row["gflops"] > 0 for row in convolutions), "a convolution beyond the machine's peak")
    expect(all(row["layer"][:28] in out for row in layers), "a layer is not in what is printed")
    expect(line["window"]["best"]["gflops"] > 0 and line["window"]["best"]["gigabytes"] > 0, "no probes")
    check_trace(layers)


def check_trace(layers):
    with open("t.json", encoding="utf-8") as file:
        events = json.load(file)["traceEvents"]
    timed = [event for event in events if event["ph"] == "X"]
    stages, steps, items = ([e for e in timed if e["cat"] == cat] for cat in ("stage", "step", "item"))
    expect([e["name"] for e in steps] == [row["layer"] for row in layers], "other steps than the table's")
    expect([e["name"] for e in stages] == ["inference"], "other stages than one")
    names = {e["tid"]: e["args"]["name"] for e in events if e["ph"] == "M"}
    expect({e["tid"] for e in timed} <= names.keys(), "a thread without a name")
    slack = 1.0
    for step in steps:
        inside = [e for e in items if e["name"] == step["name"] and step["ts"] - slack <= e["ts"] and
                  e["ts"] + e["dur"] <= step["ts"] + step["dur"] + slack]
        expect(inside, f"{step['name']}: no item of it")
        expect(stages[0]["ts"] - slack <= step["ts"] <= stages[0]["ts"] + stages[0]["dur"], f"{step['name']}: outside of its stage")
    mine = sorted((e["ts"], e["dur"]) for e in items if e["tid"] == 0)
    expect(all(a[0] + a[1] <= b[0] + slack for a, b in zip(mine, mine[1:])), "the caller does two things at once")


def check_stages():
    bench("--threads", "1", "--iterations", "12", "--end-to-end", picture, "--json", "e.json", "--trace", "et.json")
    (line,) = lines("e.json")
    parts = line["stages_ms"]
    expect(list(parts) == ["decode", "preprocess", "inference", "postprocess"] and all(ms >= 0 for ms in parts.values()), "stages are not named")
    expect(parts["decode"] > 0 and parts["inference"] > 0, "a stage takes no time")
    expect(0.5 < sum(parts.values()) / line["latency_ms"]["median"] < 1.2, "stages are not the whole")
    with open("et.json", encoding="utf-8") as file:
        stages = [e["name"] for e in json.load(file)["traceEvents"] if e.get("cat") == "stage"]
    expect(stages == ["decode", "preprocess", "inference", "postprocess"], f"stages of the trace: {stages}")
    bench("--end-to-end", "missing.jpg", "--iterations", "1", status=3)
    bench("--end-to-end", picture, "--input", "x.npy", status=2)


def rewrite(factor, name):
    (line,) = lines("then.json")
    line["blocks_ms"] = [ms * factor for ms in line["blocks_ms"]]
    with open(name, "w", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def check_baseline():
    common = ("--threads", "1", "--iterations", "60")
    bench(*common, "--json", "then.json")
    rewrite(100.0, "slow.json")
    out = bench(*common, "--baseline", "slow.json").stdout
    expect("within what is allowed" in out, f"a hundredth of the baseline's time: {out}")
    rewrite(0.01, "fast.json")
    judged = None
    for _ in range(10):  # a machine with other work has no window that counts: asked again
        judged = bench(*common, "--baseline", "fast.json", "--fail-over", "5%", "--probe-file", "probes.json", status=(7, 1))
        if judged.returncode == 7:
            break
        expect("the machine was not free" in judged.stderr, f"exit 1: {judged.stderr}")
    if judged.returncode == 7:
        expect("slower than fast.json by more than 5 %" in judged.stderr, f"exit 7 says: {judged.stderr}")
    with open("probes.json", encoding="utf-8") as file:
        expect(json.load(file)["threads_1"]["gflops"] > 0, "no probes are kept")
    bench("--threads", "1", "--iterations", "5", "--baseline", "then.json", status=3)  # too few to compare
    bench("--threads", "2", "--iterations", "60", "--baseline", "then.json", status=3)  # of another kind
    with open("no.json", "w", encoding="utf-8") as file:
        file.write("[1, 2]\n")
    bench(*common, "--baseline", "no.json", status=3)
    bench(*common, "--baseline", "none.json", status=3)
    for wrong in ("five", "-1%", "5%%", "nan"):
        bench(*common, "--baseline", "then.json", "--fail-over=" + wrong, status=2)
    bench("--fail-over", "5%", status=2)


def check_probes():
    with open("best.json", "w", encoding="utf-8") as file:  # no machine reaches this
        file.write('{"threads_1": {"gflops": 1e9, "gigabytes": 1e9}}\n')
    done = bench("--threads", "1", "--iterations", "3", "--probe-file", "best.json", "--json", "p.json")
    expect("does not count" in done.stderr, "a slow machine is not told")
    expect(lines("p.json")[0]["window"]["counts"] is False, "a window on a slow machine counts")
    bench("--layers", "--backend", "reference", "--iterations", "1", "--imgsz", "32", status=4)


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    settled(check_layers)
    settled(check_stages)
    check_baseline()
    check_probes()
print("\n".join(faults) or "all as it says")
sys.exit(1 if faults else 0)
