#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# locale.sh PAWL SHAPES COMMA LOCALES: the program beside a library (COMMA) that has set a German locale: the same numbers, with dots, in
# every output, and options are read with dots.
set -u
pawl=$1 shapes=$2 comma=$3 locales=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0
german() { LD_PRELOAD=$comma LOCPATH=$locales "$pawl" "$@"; }
one=$shapes/pictures/shapes1.jpg

# Without times.
same()
{
    "$pawl" "$@" >c 2>&1
    german "$@" >de 2>&1
    sed -i -E 's/[0-9]+\.[0-9]+ ?(ms|s\b)/T/g; s/"(decode|preprocess|inference|postprocess)":[^,}]*/\1/g' c de
    cmp c de || { echo "differs: pawl $*"; diff c de; failed=1; }
    grep -qE '[0-9]\.[0-9]' de || { echo "no number: pawl $*"; failed=1; }
}

german build -q "$shapes/shapes.pt" -o de.engine || failed=1
"$pawl" build -q "$shapes/shapes.pt" -o c.engine || failed=1
cmp de.engine c.engine || failed=1
same inspect "$shapes/shapes.pt"
same inspect "$shapes/shapes.pt" --json
same predict c.engine "$one" --nosave --conf 0.4 --iou 0.6 --json -
same predict c.engine "$one" --nosave --conf 0.4 --save-coco -
same predict c.engine "$one" --nosave --conf 1.5
same verify c.engine "$one"
german predict -q c.engine "$one" --nosave --save-txt --save-conf || failed=1
"$pawl" predict -q c.engine "$one" --nosave --save-txt --save-conf || failed=1
grep -q . runs/predict/exp/labels/shapes1.txt || failed=1
cmp runs/predict/exp/labels/shapes1.txt runs/predict/exp2/labels/shapes1.txt || failed=1
exit "$failed"
