# SPDX-License-Identifier: Apache-2.0
# Weights that are no numbers are told when an engine is built, and no integers stand for them; weights so small that all activations are tiny keep their
# answers in int8.
pawl convert -q "$SHAPES/shapes.pt" shapes.wts
awk '$1 == "model.4.cv1.conv.weight" { $9 = "7fc00000" } { print }' shapes.wts >weight.wts
awk '$1 == "model.4.cv1.bn.bias" { $5 = "7f800000" } { print }' shapes.wts >bias.wts
build() { pawl build "$@" -o made.engine 2>&1 | grep -vE 'YOLOv5|made.engine: |calibration:|few to learn|found something'; if test -e made.engine; then echo "made"; else echo "not made"; fi; rm -f made.engine; }
for weights in weight bias; do
    for precision in fp32 bf16; do build "$weights.wts" --precision $precision; done
    build "$weights.wts" --precision int8 --calib "$SHAPES/pictures"
done
# The layer that has it stays in fp32, and what it gave still has no integers.
echo 'model.4.cv1.conv fp32' >map
build weight.wts --precision int8 --calib "$SHAPES/pictures" --precision-map map
# An engine of int8 that has no integers is told.
echo '* fp32' >map
build "$SHAPES/shapes.pt" --precision int8 --calib "$SHAPES/pictures" --precision-map map
# Labels by which nothing can be judged: the network answers every picture alike.
awk '$1 ~ /^model.24.m.*weight/ { printf "%s %s ", $1, $2; for (i = 3; i <= NF; i++) printf " 00000000"; print ""; next } { print }' shapes.wts >blind.wts
build blind.wts --imgsz 64 --precision int8 --calib "$SHAPES/pictures" --max-map-drop 0.01 --data "$SHAPES/truth.json" --images "$SHAPES/pictures" | grep -E 'any int8|made$'
