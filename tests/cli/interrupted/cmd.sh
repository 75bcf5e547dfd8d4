# SPDX-License-Identifier: Apache-2.0
mkdir in
i=0
while [ $i -lt 400 ]; do ln -s "$SHAPES/pictures/shapes1.jpg" in/$i.jpg; i=$((i + 1)); done
tool interrupt '[ -s lines.jsonl ]' $PAWL predict -q "$ENGINE" in --json lines.jsonl --save-coco coco.json --threads 1 --imgsz 1280
ls
[ "$(ls runs/predict/exp | wc -l)" -lt 400 ] && echo some
find . -name '*.tmp*'
tool interrupt '[ -s bench.txt ]' $PAWL bench "$ENGINE" --threads 1 --duration 60 >bench.txt; cat bench.txt
# No empty folder stays of a val that came to nothing.
mkdir -p set/labels && mv in set/images && echo '0 0.5 0.5 0.1 0.1' >set/labels/0.txt
printf 'val: images\nnames: [circle, square, triangle, star, heart, cross]\n' >set/data.yaml
tool interrupt '[ -d runs/val/exp ]' $PAWL val -q "$ENGINE" --data set/data.yaml --threads 1 --imgsz 1280
find runs/val
