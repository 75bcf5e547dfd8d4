# SPDX-License-Identifier: Apache-2.0
picture=$SHAPES/pictures/shapes1.jpg
pawl predict --nosave --conf=0.5 "$ENGINE" "$picture"
pawl predict "$ENGINE" "$picture" --conf-thres 0.5 --iou-thres .45 --img 640 --nosave
pawl predict "$ENGINE" --nosave --img-size 640x640 -- "$picture"
