# SPDX-License-Identifier: Apache-2.0
mkdir in
cp "$SHAPES/pictures/shapes1.jpg" in/a.jpg
head -c 5000 "$SHAPES/pictures/shapes1.jpg" >in/b.jpg
echo no picture >in/c.png
: >in/d.bmp
cp "$SHAPES/pictures/shapes4.jpg" in/e.jpg
pawl predict "$ENGINE" in in/missing.jpg
echo $?
ls runs/predict/exp
pawl predict "$ENGINE" in --nosave --json - >lines
echo $?
tool json <lines
sed -E 's/"message":"[^"]*"/"message":M/; s/"width".*/.../' lines
pawl predict "$ENGINE" in/b.jpg in/c.png
echo $?
ls runs/predict
# Nothing was looked at, so no folder stays for what would have been found, nor is it said to be there.
pawl predict "$ENGINE" in/b.jpg in/c.png --save-txt --project none 2>&1 | grep -c saved
pawl predict "$SEGMENTER" in/b.jpg in/c.png --backend reference --save-txt --save-masks --project none 2>/dev/null
pawl predict "$ENGINE" in/a.jpg --project none --save-txt --save-coco in 2>/dev/null
ls none
# Of what was, one without boxes stays.
pawl predict "$ENGINE" in/a.jpg --project some --save-txt --nosave --conf 1 >/dev/null 2>&1
ls some/exp
