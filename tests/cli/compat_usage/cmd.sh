# SPDX-License-Identifier: Apache-2.0
try() { "$@" >said; echo "exit $?"; cat said; }
det=${PAWL%pawl}yolov5_det
try $det
try $det -s a.wts b.engine
try $det -s a.wts b.engine z
try $det -s a.wts b.engine c 0.33
try $det -s nowhere.wts b.engine n
echo 3 >bad.wts
try $det -s bad.wts b.engine n
try $det -d nowhere.engine .
try $det -d "$ENGINE" nowhere
try $det -d "$ENGINE" . more
try ${PAWL%pawl}yolov5_seg -d "$ENGINE" . labels.txt
try ${PAWL%pawl}yolov5_cls -d "$ENGINE" .
ls
