# SPDX-License-Identifier: Apache-2.0
pawl build -q "$SHAPES/shapes.pt" -o x.engine
pawl predict -q x.engine "$SHAPES/pictures/shapes1.jpg" 2>&1
pawl bench -q x.engine --imgsz 64 --iterations 1 2>&1
pawl predict --quiet x.engine missing.jpg 2>/dev/null
