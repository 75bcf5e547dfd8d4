# SPDX-License-Identifier: Apache-2.0
printf '\010\010\022\007pytorch\032\0051.9.0:abc' >model.onnx
pawl build model.onnx; echo $?
pawl build "$SHAPES/pictures/shapes1.jpg"; echo $?
pawl inspect "$ENGINE" >/dev/null; echo $?
pawl build "$ENGINE" -o x.engine; echo $?
pawl predict model.onnx "$SHAPES/pictures"; echo $?
