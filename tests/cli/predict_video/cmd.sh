# SPDX-License-Identifier: Apache-2.0
# Videos by the real ffmpeg: frames and sound in and out, labels and JSON a frame, stride, turned, odd and GIF, truncated, y4m.
command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null || exit 77
p=$SHAPES/pictures
make() { ffmpeg -nostdin -v error -y "$@"; }
look() { pawl predict "$ENGINE" --imgsz 320 --conf 0.4 --project out --name o --exist-ok "$@" 2>&1 | sed 's/0x[0-9a-f]*/0x/g'; }
# What is in a film: size, frames that can be decoded, rate, sound.
film() { ffprobe -v error -count_frames -show_entries stream=codec_name,width,height,nb_read_frames,r_frame_rate -of csv=p=0 "$1" | sed 's/,2[0-9],0\/0\|,[0-9]*$//;s/0\/0,.*//'; }
make -framerate 1 -i "$p/shapes%d.jpg" -f lavfi -i sine=440 -t 2 -r 8 -s 320x320 -pix_fmt yuv420p -c:a aac a.mp4
echo '--- frames and sound'
pawl predict -q "$ENGINE" a.mp4 --imgsz 320 --conf 0.4 --project out --name o --save-txt --save-csv --save-crop --save-json --json a.jsonl --trace t.json
film out/o/a.mp4
find out/o/labels | LC_ALL=C sort | sed -n '2,4p;$p'
sed -E 's/"detections.*//' a.jsonl | sed -n '1p;2p;$p'
wc -l <out/o/predictions.csv
find out/o/crops -type f | LC_ALL=C sort | head -n 3
grep -o '"image_id":"[^"]*"' out/o/predictions.json | uniq | head -n 2
for name in decode letterbox network boxes draw encode; do grep -o "\"name\":\"$name\"" t.json | sort | uniq -c | awk '{print $2, ($1 >= 16) ? "all" : $1}'; done
echo '--- each track of sound, also what no .mp4 holds'
make -i a.mp4 -f lavfi -i sine=880:d=2 -f lavfi -i sine=220:d=2 -map 0 -map 1 -map 2 -c copy -c:a:1 flac -c:a:2 pcm_s16le three.mkv
look three.mkv -q; ffprobe -v error -select_streams a -show_entries stream=codec_name -of csv=p=0 out/o/three.mp4
echo '--- every third'
look a.mp4 --vid-stride 3 | sed 's/320x320.*/320x320/' | tail -n 4 | head -n 2
film out/o/a.mp4
look a.mp4 --vid-stride 1000 -q
echo '--- turned, odd, another rate, a GIF'
make -i a.mp4 -c copy -metadata:s:v rotate=90 turned.mp4 2>/dev/null
make -i a.mp4 -an -vf scale=320:200 -metadata:s:v rotate=0 -c:v mpeg4 flat.avi
make -i a.mp4 -t 1 -vf scale=101:77 -pix_fmt yuv444p -c:v libx264 odd.mkv 2>/dev/null || make -i a.mp4 -t 1 -vf scale=101:77 -c:v ffv1 odd.mkv
make -i a.mp4 -t 1 -an -vf scale=100:100 a.gif
look flat.avi odd.mkv a.gif -q --json b.jsonl; echo "exit $?"
for name in flat odd a; do film out/o/$name.mp4; done
film out/o/a-2.mp4
cut -d, -f1,2,4,5 b.jsonl | uniq -c -f 2 | awk '{print $2}' | sed 's/"frame":[0-9]*,//' | sort -u
echo '--- damaged'
make -i a.mp4 -c copy -movflags +faststart fast.mp4
head -c $(($(wc -c <fast.mp4) / 2)) fast.mp4 >cut.mp4
head -c 2000 fast.mp4 >stub.mp4
look cut.mp4 --json c.jsonl >c.txt; grep -c '^video' c.txt | awk '{print ($1 > 0 && $1 < 16) ? "some frames" : $1}'
pawl predict "$ENGINE" cut.mp4 --imgsz 320 --project out --name c >/dev/null 2>&1; echo "exit $?"
grep -o 'cut.mp4: it is damaged or cut short' c.txt; tail -n 1 c.jsonl | cut -c 1-60
film out/c/cut.mp4 | sed 's/,[0-9]*$//;s/^h264,320,320,[^,]*,.*/h264,320,320/'
pawl predict "$ENGINE" stub.mp4 --nosave 2>/dev/null; echo "exit $?"
pawl predict "$ENGINE" stub.mp4 "$p/shapes1.jpg" --nosave 2>/dev/null >/dev/null; echo "exit $?"
echo words >words.mp4; pawl predict "$ENGINE" words.mp4 --nosave 2>&1; echo "exit $?"
echo '--- names are names'
cp a.mp4 ./-i.mp4; cp a.mp4 'concat:a.mp4'; mkdir films; cp a.mp4 films/b.MP4; cp "$p/shapes1.jpg" films
for name in ./-i.mp4 concat:a.mp4; do pawl predict -q "$ENGINE" "$name" --imgsz 320 --nosave --json - | wc -l; done
look films --nosave | sed 's/320x320.*/320x320/' | grep -v Speed | sed -n '1,2p'
echo '--- y4m'
make -i a.mp4 -t 1 -f yuv4mpegpipe a.y4m
pawl predict -q "$ENGINE" - --imgsz 320 --conf 0.4 --project out --name y --save-txt --json - <a.y4m | cut -d, -f 1-5 | sed -n '1p;$p'
cat a.y4m | pawl predict -q "$ENGINE" - --imgsz 320 --nosave --vid-stride 2 --json - | cut -d, -f 1-5 | sed -n '1p;$p'
film out/y/stdin.mp4
head -c 200000 a.y4m | pawl predict "$ENGINE" - --imgsz 320 --nosave 2>y.txt >/dev/null; echo "exit $?"; grep -v Speed y.txt
