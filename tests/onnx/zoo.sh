#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# zoo.sh PAWL SOURCE: every checkpoint of the shared data as ONNX, fixed and open, of the first and the last operator set, through check_onnx.py.
# PAWL_PYTHON names a Python with onnx and onnxruntime: then each is run and compared with PyTorch's outputs.
set -eu
pawl=$1 source=$2
zoo=${PAWL_TEST_DATA:-}/zoo
[ -d "$zoo" ] || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0
for weights in "$zoo"/*.pt; do
    base=${weights%.pt}
    # The array's own words: ... 'shape': (2, 3, 64, 96), ...
    shape=$(head -c 128 "$base.input.npy" | LC_ALL=C sed -n "s/.*'shape': (\([0-9]*\), 3, \([0-9]*\), \([0-9]*\)).*/\1 \2x\3/p")
    for form in "--opset 12 --batch ${shape% *} --imgsz ${shape#* }" "--opset 17 --dynamic"; do
        # shellcheck disable=SC2086 # a list of words
        "$pawl" export -q "$weights" "$work/out.onnx" $form
        "${PAWL_PYTHON:-python3}" "$source/tests/onnx/check_onnx.py" --compare "$work/out.onnx" "$base.input.npy" "$base".output*.npy
        count=$((count + 1))
    done
done
[ "$count" -ge 40 ] || { echo "$count files only"; exit 1; }
