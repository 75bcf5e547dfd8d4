# SPDX-License-Identifier: Apache-2.0
# Videos that end as they should not, and encoders that do, by a double of ffmpeg: one sentence, what there was so far kept, the exit code.
export PAWL_FFMPEG="$FAKE_FFMPEG" PAWL_FFPROBE="$FAKE_FFMPEG" PAWL_FFMPEG_TIMEOUT=60
video() { echo "FAKE 64 48 ${4:-6} 10/1 ${3:-yuv420p} ${2:-none} $1"; }
look() { pawl predict "$ENGINE" "$@" --imgsz 64 --threads 1 --project out --name o --exist-ok 2>err.txt >out.txt; code=$?; grep -c '^video' out.txt; grep '^pawl' err.txt | sed "s|$FAKE_FFMPEG|FFMPEG|"; echo "exit $code"; }
film() { cat "out/o/$1" 2>/dev/null || echo "no $1"; rm -rf out; }
echo '--- whole'
video ok aac >a.mp4; look a.mp4; film a.mp4
video ok pcm_s16le rgb24 >b.mov; look b.mov; film b.mp4
video noisy >n.mp4; look n.mp4; film n.mp4
echo '--- the decoder'
for how in die:3 complain:2 half:3 hang:2 die:0 ok; do
    echo "- $how"
    video $how none yuv420p 6 >v.mp4
    [ "$how" != ok ] || video ok none yuv420p 0 >v.mp4
    [ "$how" != hang:2 ] || export PAWL_FFMPEG_TIMEOUT=8
    look v.mp4 --save-txt; film v.mp4
    export PAWL_FFMPEG_TIMEOUT=60
done
echo '--- among others'
video die:0 >bad.mp4; look a.mp4 bad.mp4; film a.mp4
echo '--- the encoder'
for how in die:2 stuck:2 endless:0; do
    echo "- $how"
    [ "$how" = die:2 ] || export PAWL_FFMPEG_TIMEOUT=8
    # How many frames were on their way when the encoder was seen to have ended, nobody knows.
    FAKE_ENCODER=$how look a.mp4 | sed '1s/^[2-6]$/some/'; find out -type f; rm -rf out
    export PAWL_FFMPEG_TIMEOUT=60
done
FAKE_ENCODERS=none look a.mp4; film a.mp4
FAKE_ENCODERS=mpeg4 look a.mp4; film a.mp4
echo '--- the last step'
FAKE_COPY=sound look a.mp4; film a.mp4
FAKE_COPY=fail look a.mp4; find out -type f; rm -rf out
echo '--- words'
FAKE_LOG=old.txt FAKE_VERSION=4.2.7 look a.mp4 --vid-stride 2; film a.mp4
FAKE_LOG=new.txt FAKE_VERSION=N-1234-gabc look a.mp4; rm -rf out
grep -o -e '-vsync passthrough' -e '-fps_mode passthrough' -e 'select=[^ ]*' old.txt new.txt | sort | uniq -c | awk '{print $1, $2, $3}'
grep -c 'protocol_whitelist file -i file:a.mp4' new.txt
video ok >'-i.mp4'; video ok >'concat:x|y.mp4'; look ./-i.mp4 'concat:x|y.mp4'; rm -rf out
echo '--- frames of two fields are no varying rate'
printf '#!/bin/sh\necho "$JSON"\n' >probe; chmod +x probe
for order in tt progressive; do
    JSON='{"streams":[{"index":0,"codec_type":"video","codec_name":"fake","width":64,"height":48,"pix_fmt":"yuv420p","r_frame_rate":"50/1","avg_frame_rate":"25/1","field_order":"'$order'"}]}'
    export JSON; PAWL_FFPROBE=./probe look a.mp4; film a.mp4; grep varies err.txt
done
echo '--- limits'
look a.mp4 --max-pixels 3000; film a.mp4
echo '--- nobody at home'
PAWL_FFMPEG=/nowhere/ffmpeg PAWL_FFPROBE=/nowhere/ffprobe look a.mp4
PAWL_FFPROBE=/nowhere/ffprobe look a.mp4; film a.mp4
echo '--- interrupted'
video live:20 aac yuv420p 100000 >long.mp4
tool interrupt '[ -s lines.jsonl ] && [ "$(wc -l <lines.jsonl)" -gt 3 ]' $PAWL predict -q "$ENGINE" long.mp4 --imgsz 64 --threads 1 --project out --name o --save-txt --json lines.jsonl 2>&1
frames=$(wc -l <lines.jsonl)
sed "s/frames $frames/frames AS MANY/" out/o/long.mp4; ls out/o
[ "$frames" -gt 3 ] && ls out/o/labels | head -n 0; tail -c 1 lines.jsonl | od -c | head -n 1
