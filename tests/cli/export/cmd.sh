# SPDX-License-Identifier: Apache-2.0
# ONNX, as export.py writes it: read by check_onnx.py, and the same bytes each time. Names that are not plain stay texts for who evaluates them.
check() { python3 "$SHAPES/../../tests/onnx/check_onnx.py" "$@"; }
pawl export "$SHAPES/shapes.pt" shapes.onnx
check shapes.onnx
for opset in 12 13 14 15 16 17; do pawl export -q "$SHAPES/shapes.pt" -o open.onnx --opset $opset --dynamic && check open.onnx; done
pawl export -q "$SHAPES/shapes.pt" -o wide.onnx --imgsz 96x200 --batch 4; check wide.onnx
pawl export -q "$SHAPES/shapes.pt" -o again.onnx && tool same shapes.onnx again.onnx
pawl convert -q "$SHAPES/shapes.pt" shapes.wts && pawl export -q shapes.wts -o of_wts.onnx && check of_wts.onnx
printf "it's\nback\\\\slash\n}]); import os\n\303\244\n\tb\n\n6\n" >names
pawl export -q "$SHAPES/shapes.pt" -o named.onnx --names names; check named.onnx
python3 -c "
import sys; sys.path.insert(0, sys.argv[1]); import check_onnx; print(check_onnx.check('named.onnx'))" "$SHAPES/../../tests/onnx" | tail -n 1
for format in onnx engine torchscript openvino coreml saved_model tflite paddle nonsense; do
    pawl export -q "$SHAPES/shapes.pt" -o of.onnx --include $format 2>&1 | sed "s/; see 'pawl.*//"
done
for words in "--opset 11" "--opset 18" "--half" "--simplify" "-o x.engine" "-o -"; do
    pawl export -q "$SHAPES/shapes.pt" $words 2>&1 >/dev/null | sed "s/; see 'pawl.*//"
done
pawl export "$ENGINE" -o x.onnx; echo $?
pawl export shapes.onnx -o x.onnx; echo $?
cp shapes.onnx kept.onnx
pawl export /dev/null -o kept.onnx 2>/dev/null; echo $?
tool same shapes.onnx kept.onnx
ls
