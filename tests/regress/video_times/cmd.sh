# SPDX-License-Identifier: Apache-2.0
# As many frames come out as go in, each at its own time, whatever their distances: it is the time stamps that say when, not a rate.
command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null || exit 77
make() { ffmpeg -nostdin -v error -y "$@"; }
stamps() { ffprobe -v error -select_streams v:0 -show_entries packet=pts_time -of csv=p=0 "$1" | tr -d ',' | grep . | sort -n; }
pictures="-f lavfi -i testsrc=s=64x48:r=30:d=4"
sound="-f lavfi -i sine=d=4"
# Gaps, which a mean rate would fill; the clock of a telephone; a gap so short that the mean hardly differs; jitter; late; a GIF; two seconds a frame.
gaps="select='not(between(n,10,25))*not(between(n,40,41))*not(eq(n,80))'"
make $pictures $sound -vf "$gaps" -fps_mode vfr -c:a aac -pix_fmt yuv420p gaps.mp4
make -i gaps.mp4 -c:v copy -c:a flac gaps.mkv
make -f lavfi -i testsrc=s=64x48:r=30000/1001:d=20 -vf "select='not(eq(n,100))'" -fps_mode passthrough -enc_time_base 1:90000 -video_track_timescale 90000 -pix_fmt yuv420p phone.mp4
make $pictures -vf "settb=1/90000,setpts='(N/30+0.009*sin(N*3))/TB'" -fps_mode passthrough -enc_time_base 1:90000 -video_track_timescale 90000 -pix_fmt yuv420p jitter.mp4
make $pictures $sound -vf 'setpts=PTS+0.5/TB' -fps_mode passthrough -c:a aac -pix_fmt yuv420p late.mp4
make -f lavfi -i testsrc=s=64x48:r=25:d=2 -vf "select='not(mod(n,7))+not(mod(n,5))'" -fps_mode vfr uneven.gif
make -f lavfi -i testsrc=s=64x48:r=10:d=5 -vf "select='eq(n,0)+eq(n,20)+eq(n,21)+eq(n,45)'" -fps_mode vfr -pix_fmt yuv420p slow.mp4
make $pictures -vf "setpts='(N/30+0.009*sin(N*3))/TB'" -fps_mode passthrough -enc_time_base 1:90000 -pix_fmt yuv420p twice.mp4 2>/dev/null
make -f lavfi -i testsrc=s=64x48:r=24000/1001:d=4 -c:v mpeg2video even.ts
make -f lavfi -i testsrc=s=64x48:r=30000/1001:d=4 -pix_fmt yuv420p even.mkv
# Milliseconds that a frame of the film is away from the source's, each from its first, at most: of what a file rounds, its rounding.
compare() {
    stamps "$1" >in.txt; stamps "$2" | awk -v stride="$3" 'NR == 1 { first = $1 } { print $1 - first, $1 }' >out.txt
    awk -v stride="$3" 'NR % stride == 0 { if (!n++) first = $1; print $1 - first }' in.txt >wanted.txt
    paste wanted.txt out.txt | awk -v limit="$4" '{ off = ($1 > $2 ? $1 - $2 : $2 - $1) * 1000; worst = off > worst ? off : worst }
        END { print NR " frames, " (worst <= limit ? "each at its time" : worst " ms away") }'
    [ "$(wc -l <wanted.txt)" = "$(wc -l <out.txt)" ] || echo "$(wc -l <wanted.txt) frames became $(wc -l <out.txt)"
}
for stride in 1 3; do
    echo "--- every $stride"
    rm -rf out
    pawl predict -q "$ENGINE" gaps.mp4 phone.mp4 jitter.mp4 late.mp4 uneven.gif slow.mp4 even.ts --imgsz 64 --project out --name o --vid-stride "$stride" --json "$stride.jsonl" 2>&1
    for file in gaps.mp4 phone.mp4 jitter.mp4 late.mp4 uneven.gif slow.mp4 even.ts; do
        echo "$file: $(compare $file "out/o/${file%.*}.mp4" "$stride" 0.02)"
    done
    pawl predict -q "$ENGINE" gaps.mkv even.mkv --imgsz 64 --project out --name k --vid-stride "$stride" 2>&1
    for file in gaps.mkv even.mkv; do echo "$file: $(compare $file "out/k/${file%.*}.mp4" "$stride" 1)"; done
done
echo '--- the sound begins when it did, and is as long'
rm -rf out; pawl predict -q "$ENGINE" gaps.mp4 late.mp4 --imgsz 64 --project out --name o
for name in gaps late; do ffprobe -v error -show_entries stream=codec_type,start_time,duration -of csv=p=0 out/o/$name.mp4 | sed 's/,4\.0[0-9]*$/,4.0/'; done
echo '--- rates that are even are exact'
pawl predict -q "$ENGINE" even.ts --imgsz 64 --project out --name t; pawl predict -q "$ENGINE" even.mkv --imgsz 64 --project out --name k
for file in out/t/even.mp4 out/k/even.mp4; do ffprobe -v error -show_entries stream=r_frame_rate,avg_frame_rate -of csv=p=0 $file; done
echo '--- two frames at one time are two frames'
pawl predict -q "$ENGINE" twice.mp4 --imgsz 64 --project out --name w 2>&1; echo "exit $?, $(stamps out/w/twice.mp4 | wc -l) frames"
echo '--- a film of one frame lasts as long as one; sides of one pixel are two'
make -f lavfi -i testsrc=s=64x48:r=10:d=1 -frames:v 1 -pix_fmt yuv420p one.mp4
for size in 1x1 33x1 1x20; do make -f lavfi -i testsrc=s=64x48:r=10:d=1 -vf "crop=${size%x*}:${size#*x}" -c:v ffv1 -pix_fmt rgb24 thin$size.mkv; done
pawl predict -q "$ENGINE" one.mp4 thin*.mkv --imgsz 64 --project out --name p 2>&1; echo "exit $?"
for name in one thin1x1 thin33x1 thin1x20; do ffprobe -v error -count_frames -show_entries stream=width,height,nb_read_frames,duration -of csv=p=0 "out/p/$name.mp4"; done
echo '--- the time of each frame, in JSON'
grep gaps.mp4 1.jsonl | sed -n '9,12p' | grep -o '"time":[0-9.]*'
echo '--- the older encoder, whose clock is coarser'
printf '#!/bin/sh\ncase "$*" in *-encoders*) ffmpeg "$@" | grep -v 264 ;; *) exec ffmpeg "$@" ;; esac\n' >old; chmod +x old
PAWL_FFMPEG=./old pawl predict -q "$ENGINE" phone.mp4 jitter.mp4 --imgsz 64 --project out --name m 2>&1
for name in phone jitter; do echo "$name: $(compare $name.mp4 out/m/$name.mp4 1 0.02)"; done
echo '--- an ffmpeg that cannot say when a frame is'
printf '#!/bin/sh\ncase "$*" in *filter=metadata*) exit 1 ;; *) exec ffmpeg "$@" ;; esac\n' >mute; chmod +x mute
PAWL_FFMPEG=./mute pawl predict "$ENGINE" gaps.mp4 --imgsz 64 --project out --name n 2>&1 | grep varies
stamps out/n/gaps.mp4 | wc -l
