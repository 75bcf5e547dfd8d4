# SPDX-License-Identifier: Apache-2.0
# Two outputs of a run never share a file, whatever they call it, and nothing is written then; what is no file takes from several.
one=$SHAPES/pictures/shapes1.jpg
pt=$SHAPES/shapes.pt
mkdir in
ln -s in link
echo kept >old.json
ln old.json hard.json
ln -s old.json soft.json
try() { "$@" 2>&1 >/dev/null | sed -e "s/; see 'pawl .*//"; }
predict() { try pawl predict "$ENGINE" "$one" --nosave -q "$@"; }
predict --json x.json --save-coco x.json
predict --json x.json --save-coco ./x.json
predict --json in/x.json --save-coco link/../link/x.json
predict --json old.json --save-coco hard.json
predict --json soft.json --save-coco "$PWD/old.json"
predict --json x.json --lifetimes in/../x.json
predict --json - --save-coco -
try pawl predict "$pt" "$one" --nosave -q --json x --save-engine ./x
try pawl build "$pt" out --fp16-audit ./out
try pawl build "$pt" -o out --fp16-audit ./out
cp "$pt" in/a.pt
try pawl build in/a.pt --lifetimes x.json --fp16-audit "$PWD/x.json"
try pawl build in/a.pt --fp16-audit x.cache --timing-cache ./x.cache --tune quick
try pawl bench "$ENGINE" --iterations 1 --json x.json --trace ./x.json
try pawl val "$ENGINE" --data "$SHAPES/truth.json" --images "$SHAPES/pictures" --nosave --json x.json --save-json ./x.json
try pawl inspect "$ENGINE" --json x --graph ./x
try pawl verify "$pt" "$one" --imgsz 64 --json x --html ./x
cat old.json
ls . in
predict --json /dev/null --save-coco /dev/null && echo fine
