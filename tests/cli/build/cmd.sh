# SPDX-License-Identifier: Apache-2.0
cp "$SHAPES/shapes.pt" best.pt
pawl build best.pt --imgsz 320x640 --batch 1:2:4 | sed 's/, weights.*//; s/layers -> [0-9]*/layers -> fewer/'
ls
