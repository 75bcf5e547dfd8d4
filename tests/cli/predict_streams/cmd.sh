# SPDX-License-Identifier: Apache-2.0
# What is live, by a double of ffmpeg: several at once, the newest frame, one that is lost and comes back, one that never comes, Ctrl-C.
export PAWL_FFMPEG="$FAKE_FFMPEG" PAWL_FFPROBE="$FAKE_FFMPEG" PAWL_FFMPEG_TIMEOUT=3
echo "FAKE 64 48 0 10/1 yuv420p none live:5" >fast
echo "FAKE 64 48 0 10/1 yuv420p none lose:5:20" >door
echo "FAKE 64 48 9 10/1 yuv420p none hang:4" >still
echo 'rtsp://me:secret@camera:554/fast?x=1' >cameras.streams
echo 'http://camera/door' >>cameras.streams
enough='for of in fast door still; do [ "$(grep -c "camera[:0-9]*/$of" lines.jsonl)" -ge 3 ] || exit 1; done; grep -q door.*lost err.txt && grep -q still.*lost err.txt && [ "$(grep -c camera/door lines.jsonl)" -gt 5 ]'
tool interrupt "$enough" $PAWL predict "$ENGINE" cameras.streams udp://camera/still --imgsz 64 --threads 1 --project out --name o --save-txt --json lines.jsonl >out.txt 2>err.txt
tail -n 1 out.txt
for name in fast door still; do
    frames=$(grep -c "\"file\":\"[a-z]*://camera[:0-9]*/$name" lines.jsonl)
    [ "$frames" -ge 3 ] && echo "$name: some frames"
    sed "s/frames [1-9][0-9]*/frames N/" "out/o/$name.mp4"
done
ls out/o
grep -c secret err.txt out.txt lines.jsonl
sed -n 's/^\(stream [0-9]\/3\) .*/\1/p' out.txt | sort -u
grep -E '^pawl|came' err.txt | sed -E 's/: [0-9]+ frames came, [0-9]+ /: N frames came, N /;s/ in [0-9]+ frames?$/ in N frames/' | sort -u
echo '--- nothing there'
pawl predict "$ENGINE" rtmp://camera/none /dev/video77 --nosave 2>&1; echo "exit $?"
