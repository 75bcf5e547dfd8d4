# SPDX-License-Identifier: Apache-2.0
one=$SHAPES/pictures/shapes1.jpg
pawl inspect "$SHAPES/shapes.pt" >/dev/full; echo $?
pawl predict "$ENGINE" "$one" --nosave >/dev/full; echo $?
pawl predict "$ENGINE" "$one" --nosave --json - >/dev/full; echo $?
pawl predict "$ENGINE" "$one" --nosave --json /dev/full; echo $?
pawl predict "$ENGINE" "$one" --nosave --save-coco /dev/full; echo $?
pawl bench "$ENGINE" --imgsz 64 --iterations 1 --warmup 0 --json /dev/full -q; echo $?
pawl --help >/dev/full; echo $?
tool npy 1 64 64 >x.npy
ln -s /dev/full x.output0.npy
pawl run "$ENGINE" --input x.npy --output x; echo $?
[ -c /dev/full ] && ls
# The reason is the system's even when much was written after the failure, and it is said once.
pawl inspect "$SHAPES/shapes.pt" --json=/dev/full 2>&1; echo $?
pawl predict "$ENGINE" "$one" --nosave -q --json - 2>&1 >/dev/full; echo $?
