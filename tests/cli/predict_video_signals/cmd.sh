# SPDX-License-Identifier: Apache-2.0
# Whoever ends a film, and whomever the signal reaches: files are whole, and what is quick is complete before the film is.
export PAWL_FFMPEG="$FAKE_FFMPEG" PAWL_FFPROBE="$FAKE_FFMPEG" PAWL_FFMPEG_TIMEOUT=60
echo 'FAKE 64 48 100000 10/1 yuv420p aac live:20' >long.mp4
# Until a condition holds, or there is nobody left who could bring it about.
await() {
    tries=0
    until eval "$1" 2>/dev/null || ! kill -0 "$pid" || [ "$tries" = 2000 ]; do sleep 0.05; tries=$((tries + 1)); done
}
begin() {
    rm -rf out lines.jsonl found.json
    $PAWL predict -q "$ENGINE" long.mp4 --imgsz 64 --threads 1 --project out --name o --json lines.jsonl --save-coco found.json --track --save-mot 2>&1 &
    pid=$!
    await '[ "$(wc -l <lines.jsonl)" -ge 3 ]'
}
# As systemd does: whatever thread has started them.
everybody() { echo "$pid"; cat /proc/"$pid"/task/*/children; }
end() {
    wait "$pid"; echo "exit $?"
    frames=$(wc -l <lines.jsonl)
    find out -type f | LC_ALL=C sort; cat found.json
    [ ! -e out/o/long.mp4 ] || sed "s/frames $frames sound/frames AS MANY sound/" out/o/long.mp4
}
for name in INT TERM HUP; do echo "--- SIG$name"; begin; kill -s $name "$pid"; end; done
echo '--- SIGTERM to all'
begin; kill -s TERM $(everybody); end
echo '--- nohup'
trap '' HUP; begin; trap - HUP
kill -s HUP "$pid"; kill -s INT "$pid"; end
echo '--- SIGINT, and while the film is completed another'
export FAKE_COPY=slow
begin; kill -s INT "$pid"; await '[ -e out/o/long.whole.mp4 ] || { [ -e out/o/mot/long.txt ] && [ -e found.json ]; }'
# Until it is heard: within half a second it is the first one's echo.
while grep -q '^State:[[:space:]]*[^ZX]' /proc/"$pid"/status 2>/dev/null; do kill -s INT "$pid"; sleep 0.1; done; end
