# SPDX-License-Identifier: Apache-2.0
# An option that only adds to another is told to do nothing without it, and takes part with it in silence.
one=$SHAPES/pictures/shapes1.jpg
said() { "$@" 2>&1 >/dev/null | grep '^pawl'; }
predict() { said pawl predict "$ENGINE" "$one" --nosave --imgsz 64 "$@"; }
for option in '--save-conf' '--save-format 1' '--track-low 0.2' '--track-new 0.3' '--track-match 0.4' '--track-buffer 5'; do
    # shellcheck disable=SC2086
    predict $option
    # shellcheck disable=SC2086
    predict $option --track --save-txt
done
predict --save-conf -q
for option in '--calib-count 3' '--calib-method minmax' '--memory small'; do
    # shellcheck disable=SC2086
    said pawl build "$SHAPES/shapes.pt" -o x.engine --imgsz 64 $option
done
said pawl build "$SHAPES/shapes.pt" -o x.engine --imgsz 64 --tune quick --timing-cache none --memory small
val() { said pawl val "$ENGINE" --data "$SHAPES/truth.json" --images "$SHAPES/pictures" --imgsz 64 --nosave "$@"; }
val --save-conf
val --save-conf --save-hybrid
val --task val
val --task train
