# SPDX-License-Identifier: Apache-2.0
tool npy 1 64 96 >x.npy
pawl bench "$ENGINE" --input x.npy --iterations 3 --warmup 0 --threads 1 --with-nms --json - >lines
tool json <lines
sed -E -e 's/"engine":"[^"]*"/"engine":E/' -e 's/[0-9]+\.[0-9]+(e-?[0-9]+)?/F/g' lines
pawl bench "$ENGINE" --imgsz 64 --batch 2 --iterations 2 --warmup 0 --json - -q | tool json
pawl bench "$ENGINE" --input x.npy --imgsz 64 --iterations 1; echo $?
pawl bench "$ENGINE" --batch 9 --iterations 1 >/dev/null; echo $?
