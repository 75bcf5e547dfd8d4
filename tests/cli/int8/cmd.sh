# SPDX-License-Identifier: Apache-2.0
# INT8 from pictures, or from a cache of what they gave; what is wrong with pictures, cache or map is said.
build() { pawl build "$SHAPES/shapes.pt" --imgsz 64 --precision int8 "$@"; }
why() { "$@" 2>&1 >/dev/null | sed -E -e 's/[0-9a-f]{32}/HASH/g' -e 's/ \(avif[^)]*\)//' -e 's/read: .*; the/read; the/'; }
pictures=$SHAPES/pictures
build -q -o a.engine --calib "$pictures" --calib-cache a.calib && build -q -o b.engine --calib-cache a.calib && cmp a.engine b.engine && echo alike
build -o c.engine --calib-cache a.calib --calib "$pictures" --calib-method entropy | sed -n 's/^calibration: //p'
pawl inspect -v a.engine | grep -c ' i8'
pawl verify -q "$SHAPES/shapes.pt" a.engine --images "$pictures/shapes1.jpg" --imgsz 64 >/dev/null 2>&1 && echo near
# Integers promise that most boxes stay, near enough; who asks for every one to the bit is told no. Weights take a byte each in the file.
pawl verify "$SHAPES/shapes.pt" a.engine --images "$pictures" --imgsz 64 --json - 2>/dev/null | grep -o '"min_f1":[0-9.]*'
pawl verify -q "$SHAPES/shapes.pt" a.engine --images "$pictures" --imgsz 320 --min-iou 1 --min-f1 1 >/dev/null 2>&1; echo "exit $?"
pawl build -q "$SHAPES/shapes.pt" --imgsz 64 -o f.engine && python3 -c "import os; print(os.path.getsize('a.engine') < 0.4 * os.path.getsize('f.engine'))"
rm f.engine

echo 'usage'
why build -o x.engine
why pawl build "$SHAPES/shapes.pt" -o x.engine --calib "$pictures"
why build -o x.engine --calib "$pictures" --calib-method best
echo 'pictures'
mkdir empty black one
why build -o x.engine --calib empty
why build -o x.engine --calib nowhere
printf 'P6 8 8 255\n' >black/a.ppm
head -c 192 /dev/zero >>black/a.ppm
cp black/a.ppm black/b.ppm
why build -o x.engine --calib black
cp "$pictures/shapes1.jpg" one
why build -o x.engine --calib one
echo broken >one/z.jpg
cp black/a.ppm one
why build -o x.engine --calib one
printf '%s\n' "$pictures/shapes1.jpg" >list.txt
why build -o x.engine --calib list.txt
echo 'caches'
why build -o x.engine --calib-cache no.calib
why pawl build "$SHAPES/shapes.pt" -o x.engine --imgsz 96 --precision int8 --calib-cache a.calib
pawl convert -q "$SHAPES/shapes.pt" other.wts
why pawl build other.wts -o x.engine --imgsz 64 --precision int8 --calib-cache a.calib
head -c 3000 a.calib >cut.calib
why build -o x.engine --calib-cache cut.calib
echo mine >mine.calib
why build -o x.engine --calib-cache mine.calib --calib "$pictures"
cat mine.calib
echo 'maps'
echo 'model.0 fp32 # the first' >map
build -q -o m.engine --calib-cache a.calib --precision-map map && pawl inspect -v m.engine | grep -c ' i8'
echo 'model.0 fp17' >map
why build -o x.engine --calib-cache a.calib --precision-map map
echo 'model.99: fp32' >map
why build -o x.engine --calib-cache a.calib --precision-map map
echo 'through TensorRT' # whose absence is said before anything is calibrated
why build -o x.engine --backend tensorrt
(
    export PAWL_TENSORRT_LIBRARY=/nowhere/libnvinfer.so.10
    why build -o x.engine --backend tensorrt --calib "$pictures"
)
build --dry-run -o x.engine --backend tensorrt --calib "$pictures" | grep -c "with TensorRT's plan"
ls ./*.engine
