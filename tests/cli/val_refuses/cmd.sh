# SPDX-License-Identifier: Apache-2.0
try() { pawl val --nosave "$ENGINE" "$@" >/dev/null; echo "exit $?"; }
try
echo '{"images":[]}' >a.json
try --data a.json
echo '{"images":[{"id":1,"file_name":"x.jpg"}],"annotations":[],"categories":[{"id":1,"name":"circle"}]}' >b.json
try --data b.json
echo '{"images":[],"annotations":[],"categories":[{"id":1,"name":"zebra"}]}' >c.json
try --data c.json
printf 'val: images\nnames: [circle, square]\n' >d.yaml
mkdir -p images
try --data d.yaml
cp "$SHAPES/pictures/shapes1.jpg" images/
try --data d.yaml
mkdir -p labels
: >labels/shapes1.txt
try --data d.yaml
echo '{"images":[{"id":1,"file_name":"shapes1.jpg"}],"annotations":[{"image_id":1,"category_id":1,"bbox":[1,2,"x",4]}],"categories":[{"id":1,"name":"circle"}]}' >e.json
try --data e.json
try --data nowhere.json
