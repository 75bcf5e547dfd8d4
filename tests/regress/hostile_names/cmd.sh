# SPDX-License-Identifier: Apache-2.0
# What is in names of files, classes and layers neither speaks to a terminal nor breaks a document, wherever it is written.
escape=$(printf '\033]0;title\007\177\033[31m') # C0
c1=$(printf '\302\233\062J')                    # the same as one character of UTF-8
turned=$(printf '\342\200\256gpj')              # what follows is written from right to left
none=$(printf '\377\376')                       # no UTF-8
line=$(printf 'a\nb')
mkdir in
for name in "$escape" "$c1" "$turned" "$none" "$line" '<b>"&,;=1+1'; do ln -s "$SHAPES/pictures/shapes1.jpg" "in/$name.jpg"; done
printf '%s\n' "circle$escape" "square$c1" "star$turned" '<script>alert("x")</script>' '","' "cross" >names.txt
head -n 3 names.txt >three.txt
pawl build -q "$SHAPES/shapes.pt" --imgsz 128 --names names.txt -o e.engine; echo $?
run() { pawl "$@" 2>>err; echo $?; }
{
    run predict e.engine in --imgsz 128 --project p --save-txt --save-csv --save-crop --save-json --json lines.jsonl
    run predict e.engine in --imgsz 128 --nosave --json -
    run predict e.engine in/* --nosave --conf 1
    run predict "$CLASSIFIER" in --names three.txt --project cls --save-txt
    run inspect -v e.engine
    run inspect e.engine --json
    run inspect e.engine --graph g.dot
    run inspect e.engine --graph g.svg
    run verify "$SHAPES/shapes.pt" e.engine --images "in/$c1.jpg" --html v.html --imgsz 128
    mkdir -p set/labels && mv in set/images
    printf 'val: set/images\nnames: ["c\\e[31m", "s\\u009b2J", "\\u202egpj", "<b>", "\\"", "x"]\n' >data.yaml
    for picture in set/images/*.jpg; do name=${picture##*/}; echo '0 0.5 0.5 0.4 0.4' >"set/labels/${name%.jpg}.txt"; done
    run val e.engine --data data.yaml --project v --json val.jsonl -v
    run build "set/images/$escape.jpg"
    run predict e.engine "$escape" "$c1" "$none"
    run explain "$escape"
    run "$escape"
    run predict "--$escape"
} >out
grep -c '^[0-9]$' out
# No control character but the ends of lines (and what ends a line of CSV), no C1, nothing that turns.
tame() { LC_ALL=C tr -d '\n\r' <"$1" | LC_ALL=C grep -aqP '[\x00-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]|\xe2\x81[\xa6-\xa9]' && echo "untamed: $1"; :; }
for file in out err lines.jsonl g.dot g.svg v.html p/exp/predictions.csv p/exp/predictions.json val.jsonl v/exp/*.svg v/exp/*.html cls/exp/labels/*; do tame "$file"; done
tool json <lines.jsonl
grep -c . p/exp/predictions.csv
grep -l '<script>' ./*.html ./*.svg v/exp/*.html v/exp/*.svg
python3 - g.svg v/exp/*.svg <<'P'
import sys, xml.etree.ElementTree as tree
for path in sys.argv[1:]:
    tree.parse(path)
print("well-formed")
P
ls p/exp/crops | grep -c .
# Two names that are no UTF-8 stay two.
mkdir two
for name in "$(printf '\377')" "$(printf '\376')"; do ln -s "$SHAPES/pictures/shapes1.jpg" "two/$name.jpg"; done
pawl predict -q e.engine two --imgsz 128 --nosave --json - | cut -c 1-22
pawl predict -q e.engine two --imgsz 128 --nosave --save-coco - | grep -o '"image_id":"[^"]*"' | sort -u
