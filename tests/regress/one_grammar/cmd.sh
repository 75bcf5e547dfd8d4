# SPDX-License-Identifier: Apache-2.0
# Inputs are arguments, the output is -o or the argument behind them; --name VALUE and --name=VALUE are the same everywhere.
p=$SHAPES/pictures/shapes1.jpg
pt=$SHAPES/shapes.pt
pawl convert -q "$pt" a.wts && pawl convert -q "$pt" -o b.wts && pawl convert -q "$pt" --output=c.wts && cmp a.wts b.wts && cmp a.wts c.wts
pawl build -q "$pt" a.engine && pawl build -q "$pt" -o b.engine && pawl build -q "$pt" --output=c.engine && cmp a.engine b.engine && cmp a.engine c.engine
tool npy 1 64 64 >x.npy
pawl run "$ENGINE" x.npy -o r1
pawl run "$ENGINE" --input x.npy --output r2
pawl run "$ENGINE" --input=x.npy --output=r3.npy
pawl run "$ENGINE" x.npy
cmp r1.output0.npy r2.output0.npy && cmp r1.output0.npy r3.output0.npy && cmp r1.output0.npy x.output0.npy
pawl verify -q "$pt" a.engine "$p" --imgsz 64 -o v1.json
pawl verify -q "$pt" a.engine --images="$p" --imgsz=64 --json=v2.json
pawl verify -q --images "$p" --imgsz 64 --json v3.json "$pt" a.engine
cmp v1.json v2.json && cmp v1.json v3.json
ls
# --json takes the word behind it unless that is needed as an argument.
pawl inspect a.engine --json | head -c 20; echo
pawl inspect --json a.engine | head -c 20; echo
pawl inspect a.engine --json i1.json
pawl inspect --json i2.json a.engine
pawl inspect --json=i3.json a.engine
cmp i1.json i2.json && cmp i1.json i3.json
pawl predict -q --nosave "$ENGINE" "$p" --imgsz 64 --json | head -c 8; echo
pawl predict -q --nosave --json "$ENGINE" "$p" --imgsz 64 | head -c 8; echo
pawl predict -q --nosave --json p.jsonl "$ENGINE" "$p" --imgsz 64
head -c 8 p.jsonl; echo
pawl bench -q "$ENGINE" --imgsz 64 --iterations 1 --warmup 0 --json | head -c 9; echo
# A value that looks like an option is one that was forgotten; -- ends the options.
try() { "$@" 2>&1 | sed -e "s/; see 'pawl .*//"; }
try pawl build "$pt" -o
try pawl build "$pt" -o --batch 2
try pawl build "$pt" --names -q
try pawl build "$pt" a.engine -o b.engine
try pawl convert "$pt" a.wts -o b.wts
try pawl run "$ENGINE" x.npy --input x.npy
try pawl run "$ENGINE"
try pawl man pwal
try pawl completion csh
pawl man --help | head -n 1
pawl completion -h | head -n 1
pawl version --help | head -n 1
pawl help man | head -n 1
