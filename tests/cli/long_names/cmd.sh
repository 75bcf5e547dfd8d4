# SPDX-License-Identifier: Apache-2.0
# Names as long as a file system takes them.
long=$(printf 'n%.0s' $(seq 251))
cp "$SHAPES/pictures/shapes1.jpg" "$long.jpg"
pawl predict "$ENGINE" "$long.jpg" -q --save-txt --save-letterbox boxed --json "$long.one" --save-coco "$long.two"
ls | cut -c 250-
ls runs/predict/exp runs/predict/exp/labels boxed | cut -c 250-
