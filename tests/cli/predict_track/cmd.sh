# SPDX-License-Identifier: Apache-2.0
# Objects have ids from picture to picture: a film of two discs that pass one another, one of which is hidden for ten pictures.
mkdir -p film/img1
for n in $(seq 1 36); do tool scene $((n - 1)) >film/img1/$n.ppm; done
track() { pawl predict -q "$ENGINE" "$@" --imgsz 320 --classes 0,1 --track; }
# picture, and the ids with their classes
ids() { sed -E 's/.*img1\/([0-9]+).*"detections":(.*),"ms".*/\1 \2/; s/"(box_xyxy|confidence|class_id)":(\[[^]]*\]|[^,]*),?//g; s/"(name|track_id)"://g'; }
echo '--- json'
track film/img1 --nosave --json - | ids | sed -n '1p;2p;10p;24p;34p;36p'
track film/img1 --nosave --json all.jsonl
echo '--- batches change nothing'
track film/img1 --nosave --json four.jsonl --batch 4
for run in all four; do sed -E 's/.*"detections"/"detections"/; s/,"ms".*//' $run.jsonl >$run; done
tool same all four
echo '--- files'
track film/img1 --save-mot --save-txt --save-conf --save-csv --save-json --project p --name n
find p -name '*.txt' | LC_ALL=C sort | sed -n '1p;$p'
awk -F, '{ ids[$2]++; if (NF != 10 || $1 < 1 || $1 > 36 || $3 < 1 || $8 != -1) print "wrong: " $0 } END { for (id in ids) print "id " id ": " ids[id] " pictures" }' p/n/mot/film.txt | LC_ALL=C sort
awk '{ print NF, $1, $7 }' p/n/labels/36.txt
sed -n '1p;2p' p/n/predictions.csv | tr -d '\r'
grep -c '"track_id"' p/n/predictions.json
echo '--- each folder is a row; a picture that is none takes its place in it'
mkdir a b; for n in 1 2 10; do cp film/img1/$n.ppm a/$n.ppm; cp film/img1/$n.ppm b/$n.ppm; done; echo words >a/9.ppm
pawl predict "$ENGINE" a b --imgsz 320 --classes 0,1 --track --save-mot --nosave --project p --name two 2>&1 | sed -n 's/.*image \([0-9/]* [^:]*\).*/\1/p; /rows\|pawl:/p'
cut -d, -f1,2 p/two/mot/a.txt | tr '\n' ' '; echo; cut -d, -f1,2 p/two/mot/b.txt | tr '\n' ' '; echo
echo '--- an order that is none'
pawl predict "$ENGINE" a/10.ppm a/2.ppm --imgsz 320 --track --nosave 2>&1 | grep -e behind -e rows
printf '1.ppm\n2.ppm\n10.ppm\n' >a/list.txt
pawl predict "$ENGINE" a/list.txt --imgsz 320 --track --nosave 2>&1 | grep -e behind -e row
echo '--- masks are those of the boxes'
cp film/img1/3.ppm film/img1/4.ppm film/img1/10.ppm film/img1/31.ppm b/
boxes() { sed -E 's/"track_id":[^,}]*,//g; s/,"ms".*//; s/[[,]\{"box/\n{"box/g; s/\}\]$/}/' "$1" | grep '^{"box'; }
pawl predict -q "$SEGMENTER" b --conf 0.27 --track --track-new 0.1 --save-masks --nosave --project p --name masks --json tracked.jsonl; echo "exit $?"
pawl predict -q "$SEGMENTER" b --conf 0.1 --nosave --json plain.jsonl; echo "exit $?"
boxes tracked.jsonl >tracked; boxes plain.jsonl >plain
grep -vxcFf plain tracked # with --track there is no box, nor mask of a box, that is not there without it
sed 's/.*"confidence"://; s/,.*//' tracked | awk '$1 <= 0.27 { low++ } END { print (low > 1) ? "some are kept that are not above --conf" : "none" }'
echo '--- refused'
pawl predict "$CLASSIFIER" a/1.ppm --track 2>&1; echo "exit $?"
pawl predict "$ENGINE" a --save-mot 2>&1; echo "exit $?"
pawl predict "$ENGINE" a --track --track-match 0 2>&1; echo "exit $?"
pawl track "$ENGINE" a 2>&1; echo "exit $?"
