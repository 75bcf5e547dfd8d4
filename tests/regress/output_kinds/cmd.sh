# SPDX-License-Identifier: Apache-2.0
# Nothing is written under a name that says it is something else.
p=$SHAPES/pictures/shapes1.jpg
try() { "$@" 2>&1 >/dev/null | sed -e "s/; see 'pawl .*//"; }
for name in x.onnx x.pt x.wts x.jpg x.PNG x.json x.torchscript x.txt x.npy; do try pawl build "$SHAPES/shapes.pt" -o $name; done
for name in x.onnx x.pt x.engine x.jpg x.json; do try pawl convert "$SHAPES/shapes.pt" $name; done
try pawl build "$SHAPES/shapes.pt" x.onnx
try pawl run "$ENGINE" x.npy -o y.jpg
try pawl predict "$ENGINE" "$p" --json x.jpg
try pawl predict "$ENGINE" --json "$p" "$p"
try pawl predict "$ENGINE" "$p" --save-coco x.csv
try pawl bench "$ENGINE" --json x.engine
try pawl val "$ENGINE" --data x.json --save-json x.pt
try pawl inspect "$ENGINE" --json x.yaml
try pawl inspect "$ENGINE" --extract-plan x.onnx
try pawl verify "$SHAPES/shapes.pt" "$p" -o x.engine
try pawl build "$SHAPES/shapes.pt" --fp16-audit x.engine
try ${PAWL%pawl}yolov5_det -s "$SHAPES/shapes.pt" x.wts s
pawl build "$SHAPES/shapes.pt" -o x.onnx 2>/dev/null
echo $?
# An ending of nobody's, none, and a folder that is called like a picture are fine.
pawl build -q "$SHAPES/shapes.pt" -o x.trt
pawl build -q "$SHAPES/shapes.pt" -o x
mkdir y.jpg
pawl build -q "$SHAPES/shapes.pt" -o y.jpg
ls . y.jpg

# A folder that is missing is called so, whoever writes.
gone() { "$@" -q </dev/null 2>&1 >/dev/null | sed 's/^pawl: //'; ls gone 2>/dev/null; }
gone pawl build "$SHAPES/shapes.pt" gone/x.engine
gone pawl convert "$SHAPES/shapes.pt" -o gone/x.wts
gone pawl predict "$ENGINE" "$SHAPES/pictures/shapes1.jpg" --nosave --json gone/x.json
gone pawl predict "$ENGINE" "$SHAPES/pictures/shapes1.jpg" --nosave --save-coco gone/x.json
gone pawl bench "$ENGINE" --iterations 1 --json gone/x.json
gone pawl build "$SHAPES/shapes.pt" x.engine --lifetimes gone/x.svg
gone pawl build "$SHAPES/shapes.pt" "$PWD/gone/further/x.engine" | sed "s|$PWD/||g"

# A trace's report is called what it is, and goes where it can: that is told before the program runs.
try pawl trace --report svg -o x.json -- echo ran
try pawl trace --report text -o x.html -- echo ran
pawl trace -o gone/x.json -- echo ran 2>&1
pawl trace -o /dev/full -- echo ran 2>&1
for name in - /dev/stdout; do pawl trace --report json -o $name -- echo ran 2>&1; done
try pawl inspect "$ENGINE" --json x.html
# Two formats are no format and a name.
for word in engine torchscript saved_model; do try pawl export "$SHAPES/shapes.pt" --include onnx $word; done
