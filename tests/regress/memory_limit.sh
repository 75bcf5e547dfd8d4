#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# memory_limit.sh PAWL SHAPES: each command under --max-memory, from far too little to enough: done, or exit code 9 and one sentence that names the limit, and
# nothing half written. Not under a sanitizer, whose memory counts, too.
set -u
pawl=$1 shapes=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
"$pawl" build -q "$shapes/shapes.pt" --imgsz 128 -o e.engine || exit 1
failed=0 done=0 refused=0
under() {
    for megabytes in 16 17 18 19 20 22 24 28 40; do
        rm -rf out && mkdir out
        "$pawl" "$@" --threads 1 --max-memory ${megabytes}M >said 2>err
        status=$?
        case $status in
        0) done=$((done + 1)) ;;
        9) refused=$((refused + 1)); [ "$(grep -c '^pawl: ' err)" = 1 ] && grep -q "memory ran out.*--max-memory allows $megabytes MiB" err || { failed=1; cat err; echo "$megabytes MB: $*"; } ;;
        *) failed=1; echo "status $status with $megabytes MB: $*"; cat err ;;
        esac
        [ -z "$(find out -name '*.pawl-tmp-*' -o -size 0 -type f)" ] || { failed=1; echo "half: $(ls out)"; }
        [ $status = 9 ] && [ -n "$(ls out)" ] && { failed=1; echo "left: $(ls out)"; }
    done
    [ $status = 0 ] || { failed=1; echo "40 MB do not do: $*"; }
}
under build "$shapes/shapes.pt" --imgsz 128 -o out/x.engine
under predict e.engine "$shapes/pictures/shapes1.jpg" --nosave --save-coco out/x.json
under predict "$shapes/shapes.pt" "$shapes/pictures/shapes1.jpg" --imgsz 128 --nosave --save-engine out/x.engine
echo "$done done, $refused refused"
[ $refused -gt 0 ] || failed=1
exit $failed
