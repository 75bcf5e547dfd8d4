# SPDX-License-Identifier: Apache-2.0
# A backend that is not here ends with 5.
for backend in cuda tensorrt; do pawl build "$SHAPES/shapes.pt" -o x.engine --backend $backend >/dev/null; echo "$backend $?"; done
pawl predict "$ENGINE" "$SHAPES/pictures/shapes4.jpg" --nosave --backend cuda; echo $?
pawl predict "$ENGINE" "$SHAPES/pictures/shapes4.jpg" --nosave --backend cuda --fallback cpu; echo $?
ls
