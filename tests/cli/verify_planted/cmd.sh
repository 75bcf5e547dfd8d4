# SPDX-License-Identifier: Apache-2.0
pawl convert -q "$SHAPES/shapes.pt" -o sound.wts
# The engine of changed weights against the sound ones.
plant() {
    awk "$1" sound.wts >bad.wts
    pawl build -q bad.wts -o bad.engine --imgsz 320
    pawl verify sound.wts bad.engine --images "$SHAPES/pictures/shapes1.jpg" >said
    echo "exit $?"
    grep -o -e 'first divergence: layer [a-z0-9.]*' -e 'its input is BGR.*' said
}
plant '$1 == "model.6.m.1.cv1.conv.weight" { $20 = "3e000000" } { print }'
plant '$1 == "model.13.cv2.bn.bias" { $5 = "3f800000" } { print }'
plant '$1 == "model.24.anchors" { $4 = "40a00000" } $1 == "model.24.anchor_grid" { $4 = "42200000" } { print }'
plant '$1 == "model.0.conv.weight" { for (i = 3; i <= NF; i += 108) for (j = i; j < i + 36; j++) { t = $j; $j = $(j + 72); $(j + 72) = t } } { print }'
pawl build -q sound.wts -o bad.engine --imgsz 320 --activation relu
pawl verify sound.wts bad.engine --images "$SHAPES/pictures/shapes1.jpg" | grep -o 'first divergence: layer [a-z0-9.]*'
