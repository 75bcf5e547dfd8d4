# SPDX-License-Identifier: Apache-2.0
# --rect: each picture in the least rectangle; batches of those that have the same one, whatever their sizes; what the network saw.
disc() { # WIDTH HEIGHT
    awk -v w="$1" -v h="$2" 'BEGIN { print "P3 " w " " h " 255"; r = h < w ? h / 4 : w / 4
        for (y = 0; y < h; y++) for (x = 0; x < w; x++) print (x - w / 2) ^ 2 + (y - h / 2) ^ 2 < r * r ? "230 60 60" : "100 100 100" }'
}
disc 640 480 >a.ppm
disc 320 240 >b.ppm
disc 240 320 >c.ppm
disc 64 64 >d.ppm
disc 640 100 >e.ppm
boxes() { sed -E 's/,"ms".*//' "$1"; }
pawl predict "$ENGINE" a.ppm b.ppm c.ppm d.ppm e.ppm --rect --nosave --json one.jsonl --batch 1 --save-letterbox seen
pawl predict -q "$ENGINE" a.ppm b.ppm c.ppm d.ppm e.ppm --rect --nosave --json four.jsonl --batch 4
pawl predict -q "$ENGINE" b.ppm a.ppm --rect --imgsz 320 --nosave --batch 2
boxes one.jsonl >one; boxes four.jsonl >four
cmp one four && echo the same boxes in batches
for n in a b c d e; do pawl predict -q "$ENGINE" seen/$n.png --nosave --json - | sed -E 's/.*("width":[0-9]+,"height":[0-9]+).*/\1/'; done
# At the rectangle's own size there is nothing to leave out.
pawl predict -q "$ENGINE" a.ppm --nosave --imgsz 480x640 --json - | sed -E 's/,"ms".*//' >fixed
head -n 1 one | cmp - fixed && echo the same boxes
pawl predict "$CLASSIFIER" d.ppm --rect --nosave 2>&1 | grep rect
