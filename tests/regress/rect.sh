#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# pawl predict --rect against YOLOv5's detect.py: rect_boxes.txt is what v7.0's wrote on every picture of coco-tiny with yolov5n.pt (class, centre and
# size of each box, the picture's number before it), to the last digit and in its order.
# PAWL is the program; without the data: skipped, but a failure in CI.
set -u
needs=coco-tiny
. "$PAWL_SOURCE_DIR/tests/support/shared_data.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
for batch in 1 8; do
    $PAWL predict -q "$data/yolov5n.pt" "$data/coco-tiny/val2017" --rect --batch $batch --save-txt --nosave --project "$work" --name b$batch || failed=1
    (cd "$work/b$batch/labels" && for file in *.txt; do sed "s/^/${file%.txt} /" "$file"; done) | sed 's/^0*//' >"$work/boxes"
    diff "$PAWL_SOURCE_DIR/tests/regress/rect_boxes.txt" "$work/boxes" >"$work/diff" || { failed=1; head "$work/diff"; }
    echo "batch $batch: $(wc -l <"$work/boxes") boxes"
done
$PAWL predict "$data/yolov5n.pt" "$data/images/bus.jpg" --rect --nosave 2>/dev/null | grep -q '640x480 4 persons, 1 bus, ' || { failed=1; echo "bus.jpg: not 4 persons"; }
exit $failed
