# SPDX-License-Identifier: Apache-2.0
mkdir in
i=0
while [ $i -lt 400 ]; do ln -s "$SHAPES/pictures/shapes1.jpg" in/$i.jpg; i=$((i + 1)); done
tool interrupt '[ -s lines.jsonl ]' $PAWL predict -q "$ENGINE" in --json lines.jsonl --save-coco coco.json --threads 1 --imgsz 1280
ls
[ "$(ls runs/predict/exp | wc -l)" -lt 400 ] && echo some
find . -name '*.tmp*'
tool interrupt '[ -s bench.txt ]' $PAWL bench "$ENGINE" --threads 1 --duration 60 >bench.txt; cat bench.txt
