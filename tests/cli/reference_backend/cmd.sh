# SPDX-License-Identifier: Apache-2.0
pawl build -q "$SHAPES/shapes.pt" -o x.engine --backend reference --imgsz 320
pawl predict x.engine "$SHAPES/pictures/shapes4.jpg" --nosave
pawl predict x.engine "$SHAPES/pictures/shapes4.jpg" --nosave --backend cpu
