# SPDX-License-Identifier: Apache-2.0
# /proc takes no files, whoever asks.
pawl build "$SHAPES/shapes.pt" -o /proc/x.engine >/dev/null; echo $?
pawl convert "$SHAPES/shapes.pt" /proc/x.wts; echo $?
pawl predict "$ENGINE" "$SHAPES/pictures" --project /proc/runs; echo $?
pawl predict "$ENGINE" "$SHAPES/pictures" --nosave --json /proc/x.jsonl; echo $?
pawl predict "$ENGINE" "$SHAPES/pictures" --nosave --save-coco /dev/null/x.json; echo $?
tool npy 1 64 64 >x.npy
pawl run "$ENGINE" --input x.npy --output /proc/x; echo $?
ls
