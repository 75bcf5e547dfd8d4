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
# So is one of boxes or masks, to a model that finds none.
all='--conf 0.5 --iou 0.5 --max-det 9 --classes 1 --agnostic-nms --multi-label --rect --line-thickness 2 --retina-masks --save-masks'
for model in "$CLASSIFIER" "$SEGMENTER" "$ENGINE"; do
    # shellcheck disable=SC2086
    said pawl predict "$model" "$one" --nosave --imgsz 64 $all
done
mkdir -p set/test/0 set/test/1 set/test/2
for class in 0 1 2; do cp "$one" set/test/$class; done
said pawl val "$CLASSIFIER" --data set --nosave --conf 0.5 --iou 0.5 --max-det 9
