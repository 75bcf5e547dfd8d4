# SPDX-License-Identifier: Apache-2.0
# The same lines count as in YOLOv5's verify_image_label(): single precision, of a polygon only its box, each object once.
mkdir -p images labels
cp "$SHAPES/pictures/shapes1.jpg" images/one.jpg
cp "$SHAPES/pictures/shapes2.jpg" images/background.jpg
printf 'val: images\nnames: [circle, square, triangle, star, heart, cross]\n' >data.yaml
# label NAME TEXT: how many objects count, or that the picture does not
label() {
    printf "$2" >labels/one.txt
    pawl val --nosave "$ENGINE" --data data.yaml --json v.json 2>said >table
    printf '%s: exit %s, objects %s' "$1" "$?" "$(grep -o '"instances":[0-9]*' v.json | head -n 1 | cut -d: -f2)"
    sed -n 's/.*one.txt: /, /p' said | tr -d '\n'
    echo
}
label 'a box' '0 0.5 0.5 0.1 0.1\n'
label 'no end of line' '0 0.5 0.5 0.1 0.1'
label 'of Windows' '0 0.5 0.5 0.1 0.1\r\n\r\n1 0.5 0.5 0.1 0.1\r\n'
label 'tabs, empty lines' '\n\n 0\t0.5 0.5\t0.1 0.1 \n\n\n1 0.5 0.5 0.1 0.1\n\n'
label 'nothing' ''
label 'blanks' ' \n\n'
label 'one in single precision' '0 1.00000001 0.5 0.1 1.00000002\n'
label 'above one' '0 1.000001 0.5 0.1 0.1\n'
label 'negative, too small to be so' '0 -1e-50 0.5 0.1 0.1\n'
label 'negative' '0 -1e-6 0.5 0.1 0.1\n'
label 'class with a point' '1.0 0.5 0.5 0.1 0.1\n'
label 'class between two' '1.5 0.5 0.5 0.1 0.1\n'
label 'class behind the last' '0 0.5 0.5 0.1 0.1\n6 0.5 0.5 0.1 0.1\n'
label 'corner outside' '0 -0.0003125 0.2 0.5 0.2 0.5 0.9 0.1 1.0004\n'
label 'polygon outside' '0 -0.5 0.2 0.4 0.2 0.4 0.9\n'
label 'box and polygon' '0 0.5 0.5 0.1 0.1\n1 0.1 0.1 0.2 0.1 0.2 0.2\n'
label 'twice' '0 0.5 0.5 0.1 0.1\n0 0.50 0.5 0.1 0.100000001\n1 0.5 0.5 0.1 0.1\n'
label 'polygons of one box' '0 0.1 0.1 0.2 0.1 0.2 0.2\n0 0.1 0.1 0.1 0.2 0.2 0.2\n'
label 'six numbers' '0 0.5 0.5 0.1 0.1 0.9\n'
label 'four numbers' '0 0.5 0.5 0.1\n'
label 'a polygon short of a number' '0 0.1 0.1 0.2 0.1 0.2 0.2 0.3\n'
label 'a word' '0 0.5 0.5 0.1 wide\n'
label 'nan' '0 nan 0.5 0.1 0.1\n'
label 'hexadecimal' '0 0x1p-1 0.5 0.1 0.1\n'
label 'infinite' '0 1e999 0.5 0.1 0.1\n'
label 'a line of blanks' '0 0.5 0.5 0.1 0.1\n  \n1 0.5 0.5 0.1 0.1\n'
label 'a zero byte' '0 0.5 0.5 0.1 0.1\0\n'
awk 'BEGIN { printf "0"; for (i = 0; i < 100000; i++) printf " %.4f %.4f", 0.5 + 0.4 * sin(i), 0.5 + 0.4 * cos(i); print "" }' >long
cp long labels/one.txt
pawl val --nosave "$ENGINE" --data data.yaml -q --json v.json
echo "100,000 corners: exit $?, $(grep -o '"instances":[0-9]*' v.json | head -n 1)"
# A box beyond the picture's edge is cut off there, as by val.py.
printf '0 0.05 0.5 0.3 0.1\n' >labels/one.txt
printf 'P6 9 40 255\n' >images/narrow.ppm
head -c 1080 /dev/zero >>images/narrow.ppm
pawl val --nosave "$ENGINE" --data data.yaml >/dev/null
echo "exit $?"
