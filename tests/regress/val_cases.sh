#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# pawl val on the cases of the shared data, each with the figure that an independent reference gave (their README): mAP50-95 to 5 places.
# PAWL is the program; without the data: skipped, but a failure in CI.
set -u
needs=cases
. "$PAWL_SOURCE_DIR/tests/support/shared_data.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
$PAWL build -q "$data/yolov5n.pt" -o "$work/n.engine" || exit 1
cp -r "$data/cases" "$work/cases" && chmod -R u+w "$work/cases"
cd "$work/cases" || exit 1

failed=0
# wanted FIGURES ARGUMENTS: pictures, objects, mAP50-95
wanted() {
    figures=$1
    shift
    $PAWL val "$work/n.engine" --json "$work/v.json" "$@" >"$work/table" || failed=1
    got=$(sed -E 's/.*"images":([0-9]*),.*"instances":([0-9]*),.*"metrics":\{"mAP50-95":([0-9.]*).*/\1 \2 \3/' "$work/v.json" |
        awk '{ printf "%d %d %.5f", $1, $2, $3 }')
    echo "$* in $PWD: $got, wanted $figures"
    [ "$got" = "$figures" ] || failed=1
    rm -f "$work/v.json"
}
cd 01-relative-images
wanted '1 17 0.09604' --data data.yaml
wanted '1 17 0.09604' --data ./data.yaml
wanted '1 17 0.09604' --data data.yaml --images images/val
sed 's|^val:.*|val: [images/val]|' data.yaml >list.yaml
wanted '1 17 0.09604' --data list.yaml
(echo path: && cat data.yaml) >path.yaml
wanted '1 17 0.09604' --data path.yaml
cd ..
wanted '1 17 0.09604' --data 02-roboflow-yaml/data.yaml
wanted '3 59 0.26611' --data 03-label-rules/poly/data.yaml
wanted '3 17 0.40554' --data 04-roboflow-coco/valid/_annotations.coco.json
wanted '3 17 0.40554' --data 04-roboflow-coco/valid/without-root.coco.json
wanted '2 40 0.27875' --data 06-image-ids/data.yaml --save-json "$work/boxes.json"
ids=$(grep -o '"image_id":[^,]*' "$work/boxes.json" | sort -u | tr '\n' ' ')
echo "$ids"
[ "$ids" = '"image_id":"0001" "image_id":"1" ' ] || failed=1
rm -r 01-relative-images/labels
$PAWL val "$work/n.engine" --data 01-relative-images/data.yaml
[ $? = 3 ] || failed=1
$PAWL val "$work/n.engine" --data 09-names/gbk.yaml 2>"$work/said"
[ $? = 3 ] && grep 'line 3: byte 0xc0 is no UTF-8.*iconv' "$work/said" || failed=1
exit "$failed"
