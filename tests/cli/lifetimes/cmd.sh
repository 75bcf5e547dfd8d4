# SPDX-License-Identifier: Apache-2.0
# The ending chooses the format; the file is written when all has been ended, and nothing else changes.
pawl build -q "$SHAPES/shapes.pt" -o x.engine --lifetimes build.txt
sed -E 's/^[0-9.]+ //; s/ after [0-9.]+ s$/ after T/; s/:[0-9]+$/:N/' build.txt
for ending in svg json jsonl; do
    pawl predict -q x.engine "$SHAPES/pictures" --nosave --lifetimes "predict.$ending"
done
tail -n 1 predict.svg
grep -c 'class="name"' predict.svg
grep -c '"ph":"X"' predict.json
grep -c '"event":"born"' predict.jsonl
grep -c '"event":"released"' predict.jsonl
pawl build -q absent.pt -o y.engine --lifetimes failed.txt
echo "$?"
ls failed.txt
