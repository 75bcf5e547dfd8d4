#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# full_disk.sh BIN SHAPES SEGMENTER CLASSIFIER: everything that the programs of BIN write, on a disk that takes nothing, that fills up after some
# pages, and that is read-only: the exit code is 1, one line says which file and why, and what is left is whole.
# In a mount namespace of its own; 77 where none may be made.
set -u
if [ "$1" != inside ]; then
    unshare -rm true 2>/dev/null || { echo "no mount namespace may be made here"; exit 77; }
    exec unshare -rm sh "$0" inside "$@"
fi
bin=$2 shapes=$3 segmenter=$4 classifier=$5
work=$(mktemp -d)
disk=$work/disk
trap 'umount -l "$disk"; rm -rf "$work"' EXIT
mkdir "$disk" "$work/in" "$work/in/two"
mount -t tmpfs -o size=64m tmpfs "$disk" || exit 77
cd "$work/in" || exit 1
cp "$shapes/shapes.pt" "$shapes/x.npy" .
cp "$shapes/pictures/shapes1.jpg" "$shapes/pictures/shapes2.jpg" two
pawl=$bin/pawl in=$work/in
"$pawl" convert -q shapes.pt shapes.wts && "$pawl" build -q shapes.pt --imgsz 128 -o e.engine || exit 1
mkdir -p set/images set/labels
cp two/*.jpg set/images
for picture in shapes1 shapes2; do echo '0 0.5 0.5 0.4 0.4' >set/labels/$picture.txt; done
printf 'val: %s/set/images\nnames: [%s]\n' "$in" "$("$pawl" inspect e.engine --json | sed 's/.*"names":\[\([^]]*\)\].*/\1/')" >data.yaml
failed=0 runs=0
bad() { echo "$*"; failed=1; }

# The disk, empty but for what leaves so many KiB; 0: nothing more goes in.
room() {
    cd "$work" || exit 1
    mount -o remount,rw,size=64m "$disk"
    rm -rf "${disk:?}"/*
    head -c 4096 /dev/zero >"$disk/filler"
    mkdir "$disk/out"
    mount -o remount,size=$(($1 + 4))k "$disk"
    cd "$disk/out" || exit 1
}

# Of a run that failed: each file is as a run that did not fail leaves it, or ends in a whole line where times are in it.
look() {
    find . -type f | while IFS= read -r file; do
        case $file in
        *.jsonl) [ -z "$(tail -c 1 "$file" | tr -d '\n')" ] || echo "half a line in $file" ;;
        *.json | *.html | *.log) [ -s "$file" ] && [ "$(tail -c 1 "$file" | tr -d ']}>\n')" = "" ] || echo "half of $file" ;;
        *) cmp -s "$file" "$work/whole/$file" || echo "$file is not whole" ;;
        esac
    done
}

# once REASON PROGRAM ARGUMENTS...: true if the run was done.
once() {
    reason=$1
    shift
    "$@" >"$work/said" 2>"$work/err"
    status=$?
    runs=$((runs + 1))
    [ $status != 0 ] || return 0
    grep -v '^pawl: warning: ' "$work/err" | grep '^pawl: ' >"$work/complaints"
    [ $status = 1 ] || bad "status $status: $*: $(cat "$work/err")"
    [ "$(wc -l <"$work/complaints")" = 1 ] && grep -q "$reason" "$work/complaints" || bad "$*: $(cat "$work/err")"
    left=$(look)
    [ -z "$left" ] || bad "$*: $left"
    return 1
}

# each PROGRAM ARGUMENTS...: what it writes goes into the folder where it runs.
each() {
    rm -rf "$work/whole"
    room 60000
    once '' "$@" || { bad "not with room either: $*"; return; }
    cp -r . "$work/whole"
    room 0
    if once 'No space left on device' "$@"; then bad "done on a full disk: $*"; fi
    for size in 4 28 220 1700; do
        room $size
        ! once 'No space left on device' "$@" || break
    done
    room 1000
    mount -o remount,ro "$disk"
    if once 'Read-only file system' "$@"; then bad "done on a read-only disk: $*"; fi
}

each "$pawl" convert "$in/shapes.pt" o.wts
each "$pawl" build "$in/shapes.pt" --imgsz 64 -o o.engine
each "$pawl" build "$in/shapes.pt" --imgsz 64 --precision int8 --calib "$in/two" --calib-cache o.calib -o "$work/kept.engine"
each "$pawl" export "$in/shapes.pt" o.onnx
each "$pawl" run "$in/e.engine" --input "$in/x.npy" --output o
set -- "$pawl" predict "$in/e.engine" "$in/two" --project .
each "$@"
each "$@" --nosave --save-txt
each "$@" --nosave --save-csv
each "$@" --nosave --save-crop
each "$@" --nosave --save-json
each "$@" --nosave --save-coco o.json
each "$@" --nosave --json o.jsonl
each "$@" --nosave --save-letterbox boxed
each "$@" --nosave --lifetimes o.svg
each "$pawl" predict "$in/shapes.pt" "$in/two" --imgsz 64 --nosave --save-engine o.engine
each "$pawl" predict "$segmenter" "$in/two" --conf 0 --max-det 3 --nosave --save-masks --project .
each "$pawl" predict "$classifier" "$in/two" --nosave --save-txt --project .
set -- "$pawl" val "$in/e.engine" --data "$in/data.yaml" --project .
each "$@"
each "$@" --nosave --save-txt
each "$@" --nosave --json o.jsonl
each "$@" --nosave --save-json o.json
each "$pawl" verify "$in/e.engine" --images "$in/two/shapes1.jpg" --html o.html
each "$pawl" verify "$in/e.engine" --images "$in/two/shapes1.jpg" --json o.jsonl
each "$pawl" bench "$in/e.engine" --imgsz 64 --iterations 1 --warmup 0 --json o.jsonl
each "$pawl" bench "$in/e.engine" --imgsz 64 --iterations 1 --warmup 0 --trace o.json
each "$pawl" inspect "$in/shapes.pt" --json=o.json
each "$pawl" inspect "$in/shapes.pt" --graph o.dot
each "$pawl" inspect "$in/shapes.pt" --graph o.svg
# What is written to be faster the next time costs a warning, not the build.
for size in 0 4; do
    room $size
    "$pawl" build "$in/shapes.pt" --imgsz 64 --tune quick --timing-cache o.times -o "$work/kept.engine" >"$work/said" 2>"$work/err" ||
        bad "a build without its timings: $(cat "$work/err")"
    [ -e o.times ] || grep -q '^pawl: warning: .*No space left on device' "$work/err" || bad "timings: $(cat "$work/err")"
done
# The programs of TensorRTX's names; theirs is exit code 255.
room 0
"$bin/yolov5_det" -s "$in/shapes.wts" o.engine c 0.33 0.50 >"$work/said" 2>"$work/err" && bad 'yolov5_det: done on a full disk'
grep -q 'No space left on device' "$work/err" && [ -z "$(look)" ] || bad "yolov5_det: $(cat "$work/err")"
cd "$work" || exit 1
echo "$runs runs"
exit $failed
