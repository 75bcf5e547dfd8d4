#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""progress.py PAWL WEIGHTS ENGINE PICTURE TICKER: long jobs say how far they are; on a terminal in one line, in a log rarely, in no case twice."""
import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

pawl, weights, engine, picture, ticker = sys.argv[1:6]
LAST_TIME = "TensorRT builds, which took 61 s last time"
faults = []


def expect(truth, sentence):
    if not truth:
        faults.append(sentence)


def on_terminal(command, columns=60):
    """What the command writes to a terminal of so many columns as stderr; its stdout goes elsewhere."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = dict(os.environ, TERM="xterm", XDG_CACHE_HOME=os.getcwd())
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=slave, stdin=subprocess.DEVNULL, env=environment)
    os.close(slave)
    written = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:  # the last writer has gone
            break
        if not piece:
            break
        written += piece
    os.close(master)
    expect(process.wait() == 0, f"{command}: exit {process.returncode}: {written[-300:]}")
    return written.decode()


def check_line(name, written, stage, has_rest):
    """One line, written over, no longer than the terminal is wide, and gone at the end."""
    drawn = [part for part in written.split("\r\033[K") if part]
    bars = [part for part in drawn if part.startswith("[")]
    expect(bars and any(stage in bar for bar in bars), f"{name}: no bar of {stage}: {written[:300]!r}")
    expect(all("\n" not in bar and len(bar) < 60 for bar in bars), f"{name}: a bar that is no line of the terminal")
    expect(written.endswith("\r\033[K") or not drawn[-1].startswith("["), f"{name}: a bar is left behind")
    if has_rest:
        expect(any(re.search(r"%, \d+ (s|min \d\d s) left", bar) for bar in bars), f"{name}: no time remains: {bars[-3:]}")
    shares = [int(found.group(1)) for bar in bars if (found := re.match(r"\[[#.]{24}\] +(\d+)%", bar))]
    expect(len(shares) == len(bars) and all(0 <= share <= 100 for share in shares), f"{name}: shares {shares[:9]}")


def check_terminals():
    pictures = [picture] * 3
    os.mkdir("many")
    for i in range(40):
        os.symlink(os.path.abspath(picture), f"many/{i:02}.jpg")
    bench = [pawl, "bench", engine, "--threads", "1", "--warmup", "0"]
    check_line("bench", on_terminal([*bench, "--duration", "4"]), "measuring", True)
    check_line("bench --layers", on_terminal([*bench, "--duration", "1", "--layers"]), "timing layers", False)
    check_line("build --tune", on_terminal([pawl, "build", weights, "-o", "t.engine", "--tune", "quick", "--threads", "1"]), "tuning", False)
    check_line("predict", on_terminal([pawl, "predict", engine, "many", "--nosave", "--threads", "1"]), "pictures", False)
    check_line("verify", on_terminal([pawl, "verify", weights, engine, *pictures]), "pictures", False)
    quiet = on_terminal([pawl, "bench", engine, "--duration", "0.3", "-q"])
    expect(quiet == "", f"-q: {quiet!r}")
    elapsed = on_terminal([ticker, "3"])
    expect(re.search(r"\r\033\[Kwaiting, \d s so far", elapsed) and elapsed.endswith("\r\033[K"), f"elapsed: {elapsed!r}")
    told = on_terminal([ticker, "4", "optimise", LAST_TIME])
    expect(re.search(rf"\r\033\[K{LAST_TIME}, \d s so far\r", told), f"elapsed beside the last time: {told!r}")
    told = on_terminal([ticker, "4", LAST_TIME], columns=30)
    expect(re.search(r"\r\033\[KTensorRT builds, w, \d s so far\r", told), f"a narrow terminal: {told!r}")


def in_log(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    expect(done.returncode == 0, f"{command}: exit {done.returncode}: {done.stderr}")
    return done.stderr


def check_logs():
    log = in_log(pawl, "bench", engine, "--duration", "1", "--warmup", "0")
    expect(log == "", f"a short job has a line in a log: {log!r}")
    log = in_log(pawl, "bench", engine, "--duration", "15", "--warmup", "0", "--threads", "1")
    expect(re.fullmatch(r"measuring: [6-9]\d %, \d s left\n", log), f"a job of 15 s: {log!r}")
    log = in_log(ticker, "15")
    expect(re.fullmatch(r"waiting, 1\d s so far\n", log), f"a call of 15 s: {log!r}")
    log = in_log(ticker, "12", "optimise", LAST_TIME)
    expect(re.fullmatch(rf"{LAST_TIME}, 1\d s so far\n", log), f"a build of 12 s: {log!r}")


def check_deaf_call():
    """A call that heeds no signal: it is said once that a second one ends it, and that does."""
    process = subprocess.Popen([ticker, "60"], stderr=subprocess.PIPE, text=True)
    time.sleep(0.5)
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        time.sleep(4.5)
    if process.poll() is None:
        process.kill()
    written = process.communicate()[1]
    expect(process.returncode == -signal.SIGINT, f"a second signal: {process.returncode}")
    expect(written.count("a second signal ends it at once") == 1, f"a call that heeds no signal: {written!r}")


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    check_terminals()
    check_logs()
    check_deaf_call()
print("\n".join(faults) or "all as it says")
sys.exit(1 if faults else 0)
