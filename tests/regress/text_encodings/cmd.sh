# SPDX-License-Identifier: Apache-2.0
# Texts in other encodings are read where a mark says which, else refused with the line and the remedy.
mkdir -p images labels
cp "$SHAPES/pictures/shapes1.jpg" images/one.jpg
: >labels/one.txt
# What Windows' editors make of a file: FROM ENCODING [MARK] TO
save() { (printf "${4:-}"; sed 's/$/\r/' "$1" | iconv -f UTF-8 -t "$2") >"$3"; }
try() { pawl val --nosave -q "$ENGINE" --data "$1" --images images >/dev/null; echo "$1: exit $?"; }
printf 'val: images\nnc: 6 # \347\261\273\nnames: [circle, square, triangle, star, heart, cross]\n' >utf8.yaml
save utf8.yaml UTF-8 mark.yaml '\357\273\277'
save utf8.yaml UTF-16LE little.yaml '\377\376'
save utf8.yaml UTF-16BE big.yaml '\376\377'
save utf8.yaml UTF-16LE unmarked.yaml
save utf8.yaml GBK gbk.yaml
for file in utf8 mark little big unmarked gbk; do
    try "$file.yaml"
done

printf '{"images":[{"id":1,"file_name":"one.jpg","note":"\347\261\273 NaN"}],\n"annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[1,2,30,40],"area":NaN,"score":-Infinity}],\n"categories":[{"id":1,"name":"circle"}]}\n' >utf8.json
save utf8.json UTF-8 mark.json '\357\273\277'
save utf8.json UTF-16LE little.json '\377\376'
save utf8.json GBK gbk.json
for file in utf8 mark little gbk; do
    try "$file.json"
done

printf 'ring\nsquare\ntriangle\nstar\nheart\n\347\261\273\n' >utf8.names
save utf8.names UTF-8 mark.names '\357\273\277'
save utf8.names UTF-16LE little.names '\377\376'
save utf8.names GBK gbk.names
pawl convert -q "$SHAPES/shapes.pt" -o shapes.wts
for file in utf8 mark little gbk; do
    rm -f shapes.engine
    pawl build -q shapes.wts --names "$file.names" -o shapes.engine
    echo "$file.names: exit $?"
    [ ! -e shapes.engine ] || pawl inspect --json shapes.engine | grep -o '"ring"\|"\(\\u7c7b\|类\)"' | head -n 2
done

# Lists of pictures; labels by YOLOv5's rule, which tells of a mark; a tab
cp "$case/../../cli/val_labels/shapes1.txt" labels/one.txt
printf './images/one.jpg\n' >utf8.list
save utf8.list UTF-8 mark.list '\357\273\277'
save utf8.list UTF-16BE big.list '\376\377'
for file in utf8 mark big; do
    printf "val: $file.list\nnames: [circle, square, triangle, star, heart, cross]\n" >data.yaml
    pawl val --nosave -q "$ENGINE" --data data.yaml --json v.json
    echo "$file.list: exit $?, $(grep -o '"instances":[0-9]*' v.json | head -n 1)"
done
for mark in '\357\273\277' '\377\376'; do
    (printf "$mark"; cat "$case/../../cli/val_labels/shapes1.txt") >labels/one.txt
    pawl val --nosave -q "$ENGINE" --data data.yaml 2>said
    echo "a label with a mark: exit $?"
    sed "s|$PWD/||" said >&2
done
printf 'names:\n\t0: circle\nval: images\n' >tab.yaml
try tab.yaml
