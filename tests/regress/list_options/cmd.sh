# SPDX-License-Identifier: Apache-2.0
# Lists in one word or in several, as YOLOv5's scripts take them; a word that could be something else is asked about.
picture=$SHAPES/pictures/shapes1.jpg
try() { pawl predict "$ENGINE" --nosave "$@" 2>&1 | sed -e '/^Speed/d' -e "s/; see 'pawl .*//"; }
try "$picture" --classes 0,1
try "$picture" --classes 0 1
try --classes 0 1 "$picture"
try "$picture" --classes=0,1
try "$picture" --classes=0 1
try "$picture" --classes '0 1'
try "$picture" --classes '0, 1'
try "$picture" --classes 0, 1
try "$picture" --classes '[0, 1]'
try "$picture" --classes 0 1 -v -q
try "$picture" --classes 0 9
try "$picture" --classes 0,,1
try "$picture" --classes 0-1
try "$picture" --classes circle
try "$picture" --imgsz 320 640
try "$picture" --imgsz 320x640
try "$picture" --imgsz 320,640
try "$picture" --imgsz=320 640
try "$picture" --img 320 640 --conf 0.25
try "$picture" --imgsz 320 640 320
cp "$picture" 1
try "$picture" --classes 0 1
try --classes 0 -- 1
rm 1
for words in '--batch 1 2 4' '--batch 1:2 4' '--batch 4 2 1' '--batch 1 2 3 4' '--imgsz 64 96' '--imgsz 1 2 3' '--backend tensorrt --shapes 64 96 128' \
    '--backend tensorrt --shapes 64x96 64x96 128x128' '--backend tensorrt --shapes 64 96' '--backend tensorrt --workspace 4' \
    '--backend tensorrt --workspace 4G' '--backend tensorrt --workspace 4Q'; do
    # shellcheck disable=SC2086
    pawl build "$SHAPES/shapes.pt" -o x.engine $words 2>&1 | sed -e 's/.*: \(YOLOv5\)/\1/' -e 's/, [0-9]* layers.*//' -e "s/; see 'pawl .*//" -e 's/is here: .*/is here/'
done
