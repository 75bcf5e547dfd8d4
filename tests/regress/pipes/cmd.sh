# SPDX-License-Identifier: Apache-2.0
# A pipe that nobody is at the other end of keeps nobody for ever: where a file is needed it is refused at once, where a pipe is read or written after
# some seconds, in one sentence each; who is at the other end, however slow, is served.
cp "$SHAPES/pictures/shapes1.jpg" a.jpg
cp "$SHAPES/shapes.pt" a.pt
mkdir films data data/images data/labels
for name in p p.jpg p.txt p.yaml p.mp4 p.engine p.pt p.npy p.json before.json p.gif p.webp films/b.mp4 data/labels/a.txt; do mkfifo "$name"; done
cp a.jpg films; cp a.jpg data/images
printf 'val: images\nnames: [a, b, c, d, e, f]\n' >data/data.yaml
number=0
try() { # in the background: most wait
    number=$((number + 1))
    { timeout -k 5 120 $PAWL "$@" </dev/null >said.$number 2>&1; echo "exit $?: $(printf '%s ' "$@" | sed "s|$ENGINE|ENGINE|") $(grep -E '^pawl: ' said.$number | head -n 1)"; } >end.$number &
}
echo '--- nobody writes'
try predict "$ENGINE" p.jpg --nosave
try predict "$ENGINE" p.mp4 --nosave
try predict "$ENGINE" p.txt --nosave
try predict p.engine a.jpg --nosave
try predict p.pt a.jpg --nosave
try predict "$ENGINE" films/b.mp4 a.jpg --nosave
try build p.pt -o x.engine
try build a.pt -o x.engine --precision int8 --calib p.txt
try build a.pt -o x.engine --precision int8 --calib-cache p
try run "$ENGINE" p.npy -o o
try bench "$ENGINE" --input p.npy
try bench "$ENGINE" --baseline before.json --iterations 1
try predict "$ENGINE" p.gif --nosave
try predict "$ENGINE" p.webp --nosave
try inspect p.engine
try convert p.pt -o x.wts
try export p.pt -o x.onnx
try verify a.pt "$ENGINE" --images p.txt
try val "$ENGINE" --data p.yaml
try val "$ENGINE" --data data/data.yaml
try predict "$ENGINE" a.jpg --nosave --json p.json
try predict "$ENGINE" a.jpg --nosave --save-coco p.json
try build a.pt -o p.engine
wait
i=0; while [ $i -lt $number ]; do i=$((i + 1)); cat end.$i; done
echo '--- in a folder of videos'
said='it is a pipe, a device or a socket, not a file'
if command -v ffprobe >/dev/null; then timeout -k 5 120 $PAWL predict "$ENGINE" films --nosave 2>&1 | grep -o "$said"; else echo "$said"; fi
echo '--- somebody writes, or reads'
mkfifo q.txt r.json s.npy
echo a.jpg >q.txt & pawl predict "$ENGINE" q.txt --nosave 2>&1 | grep -c '^image'
{ echo a.jpg; sleep 6; echo a.jpg; } >q.txt & pawl predict "$ENGINE" q.txt --nosave 2>&1 | grep -c '^image'
cat r.json >got.json & pawl predict -q "$ENGINE" a.jpg --nosave --json r.json; wait; cut -c 1-16 got.json
tool npy 1 64 64 >in.npy; cat in.npy >s.npy & pawl run "$ENGINE" s.npy -o o 2>&1; pawl run "$ENGINE" in.npy -o o 2>&1
echo a.jpg | pawl predict "$ENGINE" - --nosave 2>&1 | grep -c '^image'
printf '' >q.txt & pawl predict "$ENGINE" q.txt --nosave 2>&1
