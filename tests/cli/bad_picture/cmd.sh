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
