# SPDX-License-Identifier: Apache-2.0
# An engine of 3:4:4 is fed the last picture again; it is told of once.
pawl build -q "$SHAPES/shapes.pt" -o x.engine --batch 3:4:4
pawl predict x.engine "$SHAPES/pictures" --nosave --json - | tool json
pawl predict x.engine "$SHAPES/pictures/shapes1.jpg" --nosave
