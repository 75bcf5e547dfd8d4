# SPDX-License-Identifier: Apache-2.0
pawl val --nosave "$ENGINE" --data "$case/truth.json" --images "$SHAPES/pictures" --json v.json --save-json boxes.json >table
sed 's/ *$//' table | sed -n "1,2p;9,10p" | cut -c 1-44
grep -o '"mAP50":[0-9]\.[0-9]*' v.json | head -n 1 | cut -c 1-12
grep -c '"category_id":[1-6]0,' boxes.json >/dev/null && echo numbers of the file
tool json <v.json
pawl val --nosave -v "$ENGINE" --data "$case/truth.json" --images "$SHAPES/pictures" | cut -c 1-44 | sed -n 3,8p
pawl val --nosave "$ENGINE" --data "$case/truth.json" --images "$SHAPES/pictures" --resize area --imgsz 320 --batch 3 --json - | tool json
