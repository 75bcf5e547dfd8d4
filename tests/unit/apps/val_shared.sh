#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# pawl val on the labelled pictures of the shared data: both figures are PyTorch's (its README), within 0.0005.
# PAWL is the program; without the data: skipped, but a failure in CI.
set -u
needs=coco-tiny
. "$PAWL_SOURCE_DIR/tests/support/shared_data.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
$PAWL build -q "$data/yolov5n.pt" -o "$work/n.engine" || exit 1

# figure NAME WANTED: the first number of that name in the JSON line
failed=0
figure() {
    value=$(grep -o "\"$1\":[0-9.]*" "$work/val.json" | head -n 1 | cut -d: -f2)
    echo "$1 $value, wanted $2"
    awk -v a="$value" -v b="$2" 'BEGIN { d = a - b; exit !(a != "" && d < 0.0005 && d > -0.0005) }' || failed=1
}
annotations=$data/coco-tiny/annotations/instances_val2017.json
$PAWL val "$work/n.engine" --data "$annotations" --json "$work/val.json" --save-json "$work/boxes.json" || exit 1
figure mAP50-95 0.31760
figure mAP50 0.48802
figure mAP75 0.33936
figure boxes 19866
figure images 80
[ "$(wc -l <"$work/boxes.json")" -ge 19866 ] || failed=1
exit "$failed"
