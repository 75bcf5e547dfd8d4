# SPDX-License-Identifier: Apache-2.0
# Ids from frame to frame of videos, by the real ffmpeg: each has a tracker of its own, and frames that are left out count.
command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null || exit 77
mkdir film
for n in $(seq 1 36); do tool scene $((n - 1)) >film/$n.ppm; done
make() { ffmpeg -nostdin -v error -y "$@"; }
make -framerate 30 -i film/%d.ppm -c:v ffv1 there.mkv
make -i there.mkv -vf reverse -c:v ffv1 back.mkv
track() { pawl predict "$ENGINE" "$@" --imgsz 320 --classes 0,1 --track --save-mot --project p --exist-ok 2>&1 | grep -e ' rows\? of'; }
ids() { awk -F, '{ ids[$2]++; last = $1 } END { for (id in ids) print "id " id ": " ids[id] " frames"; print "last frame " last }' "$1" | LC_ALL=C sort; }
echo '--- two videos and the pictures they are made of'
track there.mkv back.mkv film --nosave --save-txt --name all
ls p/all/mot
for name in there back film; do ids p/all/mot/$name.txt; done
echo '--- every third frame, by its number'
track there.mkv --vid-stride 3 --nosave --name third
ids p/third/mot/there.txt
cut -d, -f1 p/third/mot/there.txt | uniq | head -n 2
echo '--- lost for longer than a second, or than asked for'
track there.mkv --track-buffer 5 --nosave --name soon
ids p/soon/mot/there.txt
echo '--- the film has labels of tracks; raw frames on standard input are followed, too'
track there.mkv --save-txt --name drawn
tail -n 1 p/drawn/labels/there_36.txt | awk '{ print NF, $NF }'
ffprobe -v error -count_frames -show_entries stream=nb_read_frames -of csv=p=0 p/drawn/there.mp4
make -i there.mkv -pix_fmt yuv420p -f yuv4mpegpipe - | track - --nosave --name stdin
ls p/stdin/mot
