# SPDX-License-Identifier: Apache-2.0
pawl predict -q "$ENGINE" "$SHAPES/pictures/shapes4.jpg" "$SHAPES/pictures/shapes1.jpg" --save-txt --save-conf \
    --save-coco coco.json --save-letterbox boxed --project p --name n
find p boxed -type f | LC_ALL=C sort
wc -l <p/n/labels/shapes4.txt
awk '{ print $1, NF; for (i = 2; i <= NF; i++) if ($i <= 0 || $i > 1) print "out of range" }' p/n/labels/shapes4.txt
grep -c image_id coco.json
sed -E 's/[0-9]+\.[0-9]+/F/g' coco.json | head -n 2
(printf '{"all":'; cat coco.json; printf '}') | tr -d '\n' | tool json
pawl predict -q "$ENGINE" boxed/shapes1.png --nosave --json - | sed -E 's/.*("width":[0-9]+,"height":[0-9]+).*/\1/'
