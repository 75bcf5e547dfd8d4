# SPDX-License-Identifier: Apache-2.0
# Models and engines of other programs are known by their first bytes, and the sentence says what to give instead.
printf 'ftrt%0300d' 0 >plan.engine
printf 'ftrt%0100d__YoloLayer_TRT__%0100d' 0 0 >tensorrtx.engine
printf '\031\0\0\0{"stride": 32, "batch":1}ftrt%0300d' 0 >ultralytics.engine
printf 'model.0.conv.weight 3456  3f800000 3f800000\n' >deepstream.wts
printf '[net]\nwidth=640\n' >yolo.cfg
printf '\0\0\0\0\002\0\0\0\005\0\0\0\0\0\0\0%0100d' 0 >yolo.weights
printf '\010\007\022\177\012\012\012\001\001%0100d' 0 >core.mlmodel
printf '\010\001\022\237\001\012\013\012\003Add%0100d' 0 >saved_model.pb
printf '\010\010\022\004pawl\032\0051.0.0%0100d' 0 >yolo.onnx
printf '<?xml version="1.0"?>\n<net name="x" version="11">' >openvino.xml
printf '7767517\n200 220\n' >ncnn.param
printf 'IMOD%0300d' 0 >ascend.om
printf '# YOLOv5\nnc: 80\nbackbone:\n' >yolov5s.yaml
printf '    TFL3%0100d' 0 >yolo.tflite
for file in *; do
    pawl build -q "$file" -o out 2>&1 | sed 's/^pawl: //'
    pawl predict "$file" "$SHAPES/pictures/shapes1.jpg" --nosave >said 2>&1; code=$?
    [ $code = 4 ] || { echo "predict $code"; cat said; }
done
