# SPDX-License-Identifier: Apache-2.0
# Each picture has an image_id of its own in a COCO results file, whatever the names.
names='names: [circle, square, triangle, star, heart, cross]'
# pictures NAME...: an empty folder of these, all with labels
pictures() {
    rm -rf images labels
    for name in "$@"; do
        mkdir -p "images/$(dirname "$name")" "labels/$(dirname "$name")"
        cp "$SHAPES/pictures/shapes1.jpg" "images/$name"
        : >"labels/${name%.*}.txt"
    done
}
ids() { grep -o '"image_id":[^,]*' "$1" | sort -u | tr '\n' ' '; echo; }
try() {
    pictures "$@"
    printf "val: images\n$names\n" >data.yaml
    pawl val --nosave -q "$ENGINE" --data data.yaml --conf 0.5 --save-json val.json 2>/dev/null
    pawl predict -q "$ENGINE" $(find images -type f | sort) --nosave --conf 0.5 --save-coco predict.json
    ids val.json
    cmp -s val.json predict.json || ids predict.json
}
try 000000000139.jpg 000000000285.jpg
try bus.jpg zidane.jpg
try 1.jpg bus.jpg
try a/0001.jpg a/1.jpg
try cam1/0001.jpg cam2/1.jpg
try cam1/1.jpg cam2/1.jpg
try cam1/a.jpg cam2/b/a.jpg c.jpg
try a.jpg a.png
try 9.jpg 10.jpg
try 99999999999999999999.jpg 1.jpg
pictures a.jpg
pawl predict -q "$ENGINE" images/a.jpg images/a.jpg images/../images/a.jpg --nosave --save-coco predict.json --conf 0.5
ids predict.json
