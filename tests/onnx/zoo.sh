#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every checkpoint of the shared data as ONNX, fixed and open, of the first and the last operator set, through check_onnx.py.
# PAWL is the program. PAWL_PYTHON names a Python with onnx and onnxruntime: then each is run and compared with PyTorch's outputs.
set -eu
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
        $PAWL export -q "$weights" "$work/out.onnx" $form
        "${PAWL_PYTHON:-python3}" "$PAWL_SOURCE_DIR/tests/onnx/check_onnx.py" --compare "$work/out.onnx" "$base.input.npy" "$base".output*.npy
        count=$((count + 1))
    done
done
[ "$count" -ge 40 ] || { echo "$count files only"; exit 1; }
