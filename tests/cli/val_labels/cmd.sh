# SPDX-License-Identifier: Apache-2.0
mkdir -p set/images/a set/labels/a
cp "$SHAPES/pictures/shapes1.jpg" set/images/a/one.jpg
cp "$SHAPES/pictures/shapes2.jpg" set/images/background.jpg
cp "$SHAPES/pictures/shapes3.jpg" set/images/wrong.jpg
cp "$case/shapes1.txt" set/labels/a/one.txt
echo '0 0.5 0.5 1.5 0.1' >set/labels/wrong.txt
printf 'path: set\nval: images\nnames: [circle, square, triangle, star, heart, cross]\n' >data.yaml
pawl val --nosave "$ENGINE" --data data.yaml --conf 0.25 --save-json boxes.json >table
echo "exit $?"
head -n 2 table | cut -c 1-44
rm set/images/wrong.jpg set/images/background.jpg
pawl val --nosave "$ENGINE" --data data.yaml --conf 0.25 >table
echo "exit $?"
grep "IoU=0.50 " table
grep -c '"image_id":"one"' boxes.json >/dev/null && echo named by stem
