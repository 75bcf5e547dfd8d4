# SPDX-License-Identifier: Apache-2.0
det() { ${PAWL%pawl}yolov5_det "$@"; }
pawl convert -q "$SHAPES/shapes.pt" -o shapes.wts
det -s shapes.wts shapes.engine c 0.33 0.125
echo "exit $?"
det -s shapes.wts second.engine s >/dev/null
echo "exit $?"
mkdir pictures
cp "$SHAPES/pictures/shapes1.jpg" "$SHAPES/pictures/shapes2.jpg" pictures
echo no picture >pictures/bad.jpg
det -d shapes.engine pictures
echo "exit $?"
ls
