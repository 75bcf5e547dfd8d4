# SPDX-License-Identifier: Apache-2.0
one=$SHAPES/pictures/shapes1.jpg
pawl predict "$ENGINE" "$one" --nosave --classes 1,5
pawl predict "$ENGINE" "$one" --nosave --classes 1 --max-det 2
pawl predict "$ENGINE" "$one" --nosave --conf 0.999
pawl predict "$ENGINE" "$one" --nosave --agnostic-nms --multi-label --iou 0.5
pawl predict "$ENGINE" "$one" --nosave --imgsz 480x640
pawl predict "$ENGINE" "$one" --nosave --imgsz 300 | sed 's/:.*: \([0-9x]*\) .*/ \1/'
PAWL_MAX_ISA=generic pawl predict "$ENGINE" "$one" --nosave --threads 2
ls
