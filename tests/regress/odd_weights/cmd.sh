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
