# SPDX-License-Identifier: Apache-2.0
# What the engine itself finds, taken for the truth, is found again: boxes, and masks but for those that are empty. The figures below 1
# are pycocotools' of the same files.
images='"images":[{"id":1,"file_name":"shapes1.jpg","width":640,"height":480},{"id":2,"file_name":"shapes4.jpg","width":480,"height":640}]'
categories='"categories":[{"id":1,"name":"a"},{"id":2,"name":"b"},{"id":3,"name":"c"}]'
truth() { printf '{%s,%s,"annotations":' "$images" "$categories"; cat; printf '}\n'; }
judge() { pawl val --nosave "$SEGMENTER" --images "$SHAPES/pictures" "$@"; }
figures() { grep -o '"\(mask_\)\{0,1\}metrics":{"mAP50-95":[0-9.]\{1,9\}' "$1"; }

echo '[]' | truth >none.json
judge --data none.json --conf 0.3 --max-det 20 --save-json found.json >/dev/null
awk '{ sub(/"score":[0-9.]+/, "\"iscrowd\":0,\"area\":5000,\"id\":" NR); print }' found.json >annotations.json
grep -c '"segmentation":{"size":\[480,640\],"counts":"' annotations.json >/dev/null && echo masks in run lengths

truth <annotations.json >itself.json
judge --data itself.json --conf 0.3 --max-det 20 --json v.json | cut -c 1-126 | grep -E 'Class|Boxes|Masks'
figures v.json
judge --data itself.json --conf 0.3 --max-det 20 --retina-masks --json v.json -q
figures v.json
judge --data itself.json --conf 0.3 --max-det 20 --resize area --imgsz 64 --json v.json -q; echo "exit $?"

# The same boxes, but each mask a triangle in the picture's corner.
sed 's/"segmentation":{[^}]*}/"segmentation":[[0,0,9,0,0,9]]/' annotations.json | truth >corner.json
judge --data corner.json --conf 0.3 --max-det 20 --json v.json -q
figures v.json

# One object without a mask; none with one.
sed '1s/"segmentation":{[^}]*}/"segmentation":[]/' annotations.json | truth >bare.json
judge --data bare.json --conf 0.3 --max-det 20 -q --json v.json && figures v.json | sed 's/0\.[0-9]*$/less/'
sed 's/,"segmentation":{[^}]*}//' annotations.json | truth >boxes.json
judge --data boxes.json --conf 0.3 --max-det 20 --json v.json | cut -c 1-88 | head -n 1
figures v.json

# YOLOv5's polygons
mkdir -p set/images set/labels
cp "$SHAPES/pictures/shapes1.jpg" set/images
printf '0 0.1 0.1 0.5 0.1 0.5 0.6\n1 0.5 0.5 0.2 0.2\n' >set/labels/shapes1.txt
printf 'path: set\nval: images\nnc: 3\n' >data.yaml
pawl val --nosave "$SEGMENTER" --data data.yaml | cut -c 1-44 | sed -n 2p

# What is no mask is said.
bad() { sed "1s/\"segmentation\":{[^}]*}/\"segmentation\":$1/" annotations.json | truth >bad.json; judge --data bad.json >/dev/null; echo "exit $?"; }
bad '[[1,2,3]]'
bad '[[1,2,3,4,"x",6]]'
bad '{"size":[9,9],"counts":"0"}'
bad '{"size":[480,640],"counts":[1,2]}'
bad '7'
sed 's/,"width":640,"height":480//' itself.json >sizeless.json
judge --data sizeless.json >/dev/null; echo "exit $?"
sed 's/"width":640,"height":480/"width":480,"height":640/; s/"size":\[480,640\]/"size":[640,480]/' itself.json >turned.json
judge --data turned.json >/dev/null; echo "exit $?"
pawl val --nosave "$ENGINE" --data itself.json --retina-masks; echo "exit $?"
