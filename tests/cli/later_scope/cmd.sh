# SPDX-License-Identifier: Apache-2.0
# What is recognised and not yet supported ends with 4, a backend that is not here with 5.
for backend in cuda tensorrt; do pawl build "$SHAPES/shapes.pt" -o x.engine --backend $backend >/dev/null; echo "$backend $?"; done
pawl build "$SHAPES/shapes.pt" -o x.engine --precision fp16 >/dev/null; echo "fp16 $?"
pawl predict "$ENGINE" "$SHAPES/pictures/shapes4.jpg" --nosave --backend cuda; echo $?
pawl predict "$ENGINE" "$SHAPES/pictures/shapes4.jpg" --nosave --backend cuda --fallback cpu; echo $?
ls
