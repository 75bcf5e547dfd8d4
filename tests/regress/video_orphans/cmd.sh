# SPDX-License-Identifier: Apache-2.0
# Nobody that pawl has started outlives it, however it goes: processes are counted before and after.
export PAWL_FFMPEG="$FAKE_FFMPEG" PAWL_FFPROBE="$FAKE_FFMPEG" PAWL_FFMPEG_TIMEOUT=600
ulimit -c 0
echo 'FAKE 64 48 100000 10/1 yuv420p aac hang:8' >still.mp4
echo 'FAKE 64 48 100000 10/1 yuv420p aac live:20' >long.mp4
# Until a condition holds, or nobody is left who could bring it about.
await() {
    tries=0
    until eval "$1" 2>/dev/null || ! kill -0 "$pid" 2>/dev/null || [ "$tries" = 2000 ]; do sleep 0.05; tries=$((tries + 1)); done
}
begin() {
    rm -rf out lines.jsonl
    $PAWL predict -q "$ENGINE" "$1" --imgsz 64 --threads 1 --project out --name o --json lines.jsonl >/dev/null 2>&1 &
    pid=$!
}
# Until it is heard: within half a second it is the first one's echo.
again() { while grep -q '^State:[[:space:]]*[^ZX]' /proc/"$pid"/status 2>/dev/null; do kill -s "$1" "$pid"; sleep 0.1; done; }
children() { cat /proc/"$pid"/task/*/children 2>/dev/null; }
# Whoever has ended and whose end nobody has asked for is gone, too.
alive() { for one in $all; do grep -q '^State:[[:space:]]*[^ZX]' /proc/"$one"/status 2>/dev/null && echo "$one"; done; }
count() {
    wait "$pid" 2>/dev/null
    tries=0
    while [ -n "$(alive)" ] && [ "$tries" != 400 ]; do sleep 0.05; tries=$((tries + 1)); done
    echo "$1: $(echo $all | wc -w) children, $(alive | wc -l) after it"
    [ -z "$(alive)" ] || kill -s KILL $(alive)
}
for signal in KILL SEGV; do
    begin still.mp4; await '[ "$(wc -l <lines.jsonl)" -ge 4 ] && [ "$(children | wc -w)" = 2 ]'
    all=$(children); kill -s $signal "$pid"; count "SIG$signal, a decoder that waits and its encoder"
done
FAKE_ENCODER=stuck:2 begin long.mp4; await '[ "$(wc -l <lines.jsonl)" -ge 4 ] && [ "$(children | wc -w)" = 2 ]'
all=$(children); kill -s KILL "$pid"; count 'SIGKILL, an encoder that stands still'
for signal in INT TERM HUP; do
    FAKE_COPY=hang begin long.mp4; await '[ "$(wc -l <lines.jsonl)" -ge 4 ]'
    kill -s $signal "$pid"; await '[ -e out/o/long.whole.mp4 ]'
    all=$(children); again $signal; count "a second SIG$signal while the film is completed"
done
printf '#!/bin/sh\necho begun >begun\nexec sleep 1000\n' >probe; chmod +x probe
PAWL_FFPROBE=./probe begin long.mp4; await '[ -e begun ]'
all=$(children); kill -s KILL "$pid"; count 'SIGKILL while ffprobe looks'
