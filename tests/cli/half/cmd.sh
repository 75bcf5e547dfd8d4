# SPDX-License-Identifier: Apache-2.0
# FP16 on the CPU: half of the file, and the same boxes, whoever computes them; what FP16 does not hold is said.
one=$SHAPES/pictures/shapes1.jpg
build() { pawl build "$SHAPES/shapes.pt" --imgsz 320 --batch 1:1:2 "$@"; }
build -q -o f.engine && build --precision fp16 -o h.engine --fp16-audit a.json | grep '^FP16'
python3 -c "
import json, os
print(0.45 < os.path.getsize('h.engine') / os.path.getsize('f.engine') < 0.6)
print(json.load(open('a.json'))['fp16']['total']['overflowing'])"
build -q --precision fp16 -o again.engine && cmp h.engine again.engine && echo alike
build --precision fp16 --dry-run -o h.engine >said && python3 -c "
import os, re
told = float(re.search('about ([0-9.]*) kB', open('said').read()).group(1)) * 1e3
print(abs(os.path.getsize('h.engine') / told - 1) < 0.04)"
pawl inspect h.engine | grep -o 'cpu, fp16'
pawl inspect -v h.engine | grep -c ' f16'

echo 'boxes'
build -q --precision fp16 --tune quick --threads 1 --timing-cache t.cache -o t.engine
build -q --precision fp16 --backend reference -o r.engine
for engine in f h t r; do
    pawl predict $engine.engine "$SHAPES/pictures" --nosave --batch-size 2 2>/dev/null | sed -n 's/.*320x320 \(.*\), T*[0-9.]*ms.*/\1/p' >$engine.boxes
    pawl predict $engine.engine "$SHAPES/pictures" --nosave --rect 2>/dev/null | sed -n 's/.*320x[0-9]* \(.*\), T*[0-9.]*ms.*/\1/p' >$engine.rect
    cmp f.boxes $engine.boxes && cmp f.rect $engine.rect && wc -l <$engine.boxes
done
for engine in h t; do pawl verify -q "$SHAPES/shapes.pt" $engine.engine --images "$one" --imgsz 320 >/dev/null 2>&1; echo "verify $?"; done
pawl bench h.engine --iterations 2 --warmup 0 --threads 1 2>/dev/null | grep -o 'cpu fp16'
pawl val h.engine --data "$SHAPES/data.yaml" --nosave 2>/dev/null | awk '$1 == "all" { print ($7 > 0.8) }'

echo 'beyond FP16'
pawl convert -q "$SHAPES/shapes.pt" shapes.wts
# Weights far below its subnormals, and far above 65504: these layers keep theirs, and nothing changes.
awk '$1 == "model.4.cv1.bn.weight" { for (i = 3; i <= NF; i++) $i = "2b8cbccc" } { print }' shapes.wts >small.wts
pawl build small.wts --imgsz 320 --precision fp16 -o small.engine | grep -A 1 '^FP16' | sed 's/^FP16.*:/FP16:/'
pawl inspect -v small.engine | grep 'model.4.cv1.conv' | grep -c ' f16.* f16'
# An activation above 65504.
awk '$1 == "model.4.cv1.bn.weight" { for (i = 3; i <= NF; i++) $i = "4cbebc20" } { print }' shapes.wts >large.wts
pawl build -q large.wts --imgsz 320 --precision fp16 -o large.engine
pawl predict large.engine "$one" --nosave 2>&1 | grep -o 'layer [0-9]* (.*) on: it exceeds 65504.*bf16 or fp32)'
pawl predict large.engine "$one" --nosave 2>&1 | grep -o 'infinite: a layer exceeds 65504.*hold it)'
