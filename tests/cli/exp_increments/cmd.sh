# SPDX-License-Identifier: Apache-2.0
one=$SHAPES/pictures/shapes1.jpg
for i in 1 2 3; do pawl predict -q "$ENGINE" "$one"; done
pawl predict -q "$ENGINE" "$one" --name exp2 --exist-ok
pawl predict -q "$ENGINE" "$one" --name other
pawl predict -q "$ENGINE" "$one" --nosave
ls runs/predict
for i in 1 2; do pawl predict -q "$ENGINE" "$one" --project deep/er --name day/one; done
ls deep/er/day
