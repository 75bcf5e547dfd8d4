#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# audit.sh PAWL WEIGHTS: with doubles of TensorRT and of the driver. Each row of the audit says which tensor it is of, a layer's weight or its
# bias: no two rows are of the same one.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0
"$1" build "$2" -o x.engine --precision fp16 --fp16-audit cpu.json >out || exit 1
"$1" build "$2" -o x.engine --backend tensorrt --precision fp16 --fp16-audit audit.json >out || exit 1
cmp cpu.json audit.json || { echo "the CPU's audit is of other weights than TensorRT's"; failed=1; }
for format in fp16 bf16; do
    sed "s/.*\"$format\"://; s/\"bf16\":.*//" audit.json | tr '{' '\n' | sed -n 's/^"name":"\([^"]*\)","tensor":"\([^"]*\)".*/\1.\2/p' >rows
    grep -q '^\.$' rows || { echo "$format: no total"; failed=1; }
    [ "$(grep -c '\.weight$' rows)" -gt 10 ] || { echo "$format: no weights"; failed=1; }
    [ "$(grep -c '\.bias$' rows)" -gt 10 ] || { echo "$format: no biases"; failed=1; }
    sort rows | uniq -d >twice
    [ ! -s twice ] || { echo "$format: twice:"; cat twice; failed=1; }
done
exit "$failed"
