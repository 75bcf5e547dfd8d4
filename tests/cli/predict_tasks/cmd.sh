# SPDX-License-Identifier: Apache-2.0
# Masks and classes, which the example's model does not do: what is written of them, by the engine's own task.
one=$SHAPES/pictures/shapes1.jpg
pawl predict "$SEGMENTER" "$one" "$SHAPES/pictures/shapes4.jpg" --conf 0.3 --max-det 3 --save-txt --save-conf --save-masks --json m.jsonl \
    --save-coco m.json | sed -E 's/: 32x32 .*/: 32x32/' | sed -n '1,2p;$p'
find runs -type f | sort
tool json <m.jsonl
sed -n 1p m.jsonl | grep -o '"mask":{"size":\[480,640\]' | sort | uniq -c | sed 's/^ *//'
grep -c '"segmentation":{"size":\[' m.json
awk '{ print (NF > 8 && NF % 2 == 0) ? "polygon" : "odd" }' runs/predict-seg/exp/labels/shapes1.txt | sort -u
pawl predict "$CLASSIFIER" "$one" --save-txt --json c.jsonl | sed -E 's/: 32x32 .*/: 32x32/' | sed -n '1p;$p'
find runs/predict-cls -type f | sort
tool json <c.jsonl
grep -o '"top":\[{[^}]*}' c.jsonl | sed -E 's/[0-9]+(\.[0-9]+)?/N/g'
wc -l <runs/predict-cls/exp/labels/shapes1.txt
try() { pawl predict "$@" --nosave -q >/dev/null; echo "exit $?"; }
try "$CLASSIFIER" "$one" --save-coco x.json
pawl predict "$CLASSIFIER" "$one" --nosave --classes 1 >/dev/null; echo "exit $?"
pawl predict "$ENGINE" "$one" --nosave --save-masks >/dev/null; echo "exit $?"
for engine in "$SEGMENTER" "$CLASSIFIER"; do
    pawl inspect "$engine" | sed -n 2p
    tool npy 2 32 64 >x.npy
    pawl run -q "$engine" --input x.npy --output y && ls y.* && rm y.*
done
