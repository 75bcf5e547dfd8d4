# SPDX-License-Identifier: Apache-2.0
cp "$SHAPES/shapes.pt" a.bin
pawl build a.bin -o a.bin
echo $?
ln -s a.bin b.bin
pawl convert a.bin b.bin
echo $?
tool same a.bin "$SHAPES/shapes.pt"
# So with whatever else is written: of a run's inputs none is touched.
cp "$SHAPES/pictures/shapes1.jpg" p.jpg
cp "$ENGINE" e.bin
pawl predict -q e.bin p.jpg --nosave --save-letterbox . --imgsz 64
mv p.png q.png
cp q.png keep.png
tool npy 1 64 64 >x.output0.npy
cp x.output0.npy keep.npy
try() { "$@" >/dev/null; echo $?; }
try pawl predict -q e.bin p.jpg --project . --name . --exist-ok
try pawl predict -q e.bin q.png --nosave --save-letterbox .
try pawl predict -q e.bin p.jpg --nosave --json e.bin
try pawl predict -q e.bin p.jpg --nosave --save-coco p.jpg
cp p.jpg p.bin
try pawl predict -q e.bin p.bin --nosave --save-coco p.bin
cmp p.bin p.jpg
try pawl inspect e.bin --json=e.bin
try pawl bench -q e.bin --imgsz 64 --iterations 1 --json ./e.bin
try pawl run -q e.bin --input x.output0.npy --output x
printf '{"images":[{"id":1,"file_name":"p.jpg"}],"annotations":[],"categories":[{"id":1,"name":"circle"}]}' >t.json
cp t.json keep.json
try pawl val -q e.bin --data t.json --json t.json
try pawl val -q e.bin --data t.json --save-json e.bin
try pawl verify -q a.bin e.bin --images p.jpg --json e.bin
try pawl verify -q a.bin e.bin --images p.jpg --json a.bin
# Of what a run reads besides: lists, names, labels, --names that an engine with names of its own does not need.
echo p.jpg >list.txt
printf '%s\n' a b c d e f >names
mkdir -p set/images set/labels
cp p.jpg set/images
echo '0 0.5 0.5 0.1 0.1' >set/labels/p.txt
echo images/p.jpg >set/list.txt
printf 'val: list.txt\nnames: [circle, square, triangle, star, heart, cross]\n' >set/data.yaml
mkdir kept
cp -r list.txt names set kept
try pawl predict -q e.bin list.txt --nosave --json list.txt
try pawl predict -q e.bin p.jpg --nosave --names names --json names
try pawl build -q a.bin --names names -o names
try pawl export -q a.bin --names names -o names
try pawl build -q a.bin --names names -o x.engine --fp16-audit names
try pawl val -q e.bin --data set/data.yaml --project set --name . --exist-ok --save-txt
try pawl val -q e.bin --data set/data.yaml --nosave --json set/list.txt
echo '{' >probes.json
try pawl bench -q e.bin --imgsz 64 --iterations 1 --probe-file probes.json
cp names program
chmod +x program
try pawl trace -o program -- ./program
try pawl trace -o names -- ./program names
echo "# none" >none
try pawl trace --suppressions none -o none -- ./program
cmp names program
for file in list.txt names set/list.txt set/labels/p.txt; do cmp $file kept/$file; done
cat probes.json
cmp t.json keep.json
tool same a.bin "$SHAPES/shapes.pt"
cmp p.jpg "$SHAPES/pictures/shapes1.jpg"
cmp q.png keep.png
cmp e.bin "$ENGINE"
cmp x.output0.npy keep.npy
