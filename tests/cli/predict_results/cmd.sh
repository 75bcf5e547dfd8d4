# SPDX-License-Identifier: Apache-2.0
# What detect.py leaves, in its files and their order: the least confident box first, in whole pixels.
p=$SHAPES/pictures/shapes1.jpg
cp "$p" a.jpg
cp "$p" 'b,"c".jpg'
look() { pawl predict -q "$ENGINE" "$@" --project p --exist-ok; }
look a.jpg 'b,"c".jpg' --save-csv --save-crop --save-json --save-txt --save-conf --name n
(cd p/n && find . -type f | LC_ALL=C sort)
tr '\r' '!' <p/n/predictions.csv
sed -E 's/.*/box/' p/n/labels/a.txt | sort | uniq -c | tr -s ' '
sort -k6,6 -n -c p/n/labels/a.txt && echo rising
look a.jpg --nosave --json found.jsonl
width=$(sed -E 's/.*"width":([0-9]+).*/\1/' found.jsonl)
awk -v w="$width" '{ l = ($2 - $4 / 2) * w; d = l - int(l + 0.5); if (d * d > 1e-4) print "no whole pixel: " l }' p/n/labels/a.txt
head -c 100 p/n/predictions.json | grep -o '"image_id":"a"' | head -n 1
# Corners; the same boxes again with centres.
look a.jpg --save-txt --save-format 1 --nosave --name corners
paste p/n/labels/a.txt p/corners/labels/a.txt | awk '{ d = $2 - ($8 + $10) / 2; e = $5 - ($11 - $9); if (d * d + e * e > 1e-9) print "another box" }'
# Crops are numbered where one is there; a class's name is one folder.
look a.jpg --save-crop --nosave --name n
find p/n/crops/heart | LC_ALL=C sort
printf 'a/b\n..\ncircle\nsquare\ntriangle\nstar\n' | head -n 6 >names
pawl convert -q "$SHAPES/shapes.pt" s.wts
pawl predict -q s.wts a.jpg --names names --save-crop --nosave --project p --name odd
ls p/odd/crops | LC_ALL=C sort
# Drawn otherwise.
for o in '' --hide-labels --hide-conf '--line-thickness 1' '--line-thickness 9'; do
    # shellcheck disable=SC2086
    look a.jpg $o --name drawn && cksum <p/drawn/a.jpg
done | sort -u | wc -l
# What contradicts itself, and what a classifier has no use for.
pawl predict "$ENGINE" a.jpg --save-json --save-coco c.json 2>&1; echo "exit $?"
pawl predict "$CLASSIFIER" a.jpg --save-crop 2>&1; echo "exit $?"
pawl predict "$ENGINE" a.jpg --line-thickness 0 2>&1; echo "exit $?"
