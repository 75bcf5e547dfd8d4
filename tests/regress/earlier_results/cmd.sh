# SPDX-License-Identifier: Apache-2.0
# A run that ends before its first line of JSON leaves what an earlier run wrote, as a baseline; and no empty file where there was none.
pt=$SHAPES/shapes.pt
printf 'names: [a]\n' >data.yaml
: >empty.jpg
pawl build -q "$pt" -o shapes.engine
tool interrupt '[ -s bench.txt ]' $PAWL bench shapes.engine --threads 1 --duration 60 --json new.json >bench.txt
echo kept >old.json
ln -s old.json link.json
tool interrupt '[ -s more.txt ]' $PAWL bench shapes.engine --threads 1 --duration 60 --json link.json >more.txt
for file in new.json link.json; do
    pawl bench -q shapes.engine --end-to-end data.yaml --iterations 1 --json $file 2>/dev/null
    pawl verify -q "$pt" shapes.engine --images empty.jpg --json $file 2>/dev/null
done
cat old.json
ls -1
# The first line takes its place, the whole of it.
seq 100000 >old.json
pawl bench -q shapes.engine --imgsz 64 --iterations 1 --warmup 0 --json link.json
wc -l <old.json
grep -o '^{"engine":"shapes.engine"' old.json
