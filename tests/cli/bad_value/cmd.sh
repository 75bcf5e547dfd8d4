# SPDX-License-Identifier: Apache-2.0
for options in '--conf 1.5' '--conf x' '--max-det 0' '--imgsz 0' '--imgsz 640x' '--threads 0' '--classes 1,x' '--classes 6' '--backend tpu' \
    '--conf nan' '--max-det 2.5' '--max-det 99999999999' '--max-det 0x10' '--conf 0x1p-2' '--conf=inf' '--conf -1'; do
    # shellcheck disable=SC2086
    pawl predict "$ENGINE" "$SHAPES/pictures/shapes1.jpg" $options --nosave
    echo "$options: $?"
done
pawl predict "$ENGINE" "$SHAPES/pictures/shapes1.jpg" --conf ' 0.5' --nosave
echo $?
for batch in 0 2:1:4 1:2 1:2:3:4 a; do
    pawl build "$SHAPES/shapes.pt" -o x.engine --batch "$batch"
    echo "$batch: $?"
done
