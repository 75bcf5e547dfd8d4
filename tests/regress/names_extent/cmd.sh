# SPDX-License-Identifier: Apache-2.0
# Files of names that hold more than any: told before they are loaded, since a YAML of 2 MB may take 570 MB. As many names as a model may have are read.
said() { pawl build "$SHAPES/shapes.pt" --imgsz 64 -o x.engine --names "$1" 2>&1 >/dev/null | grep '^pawl' || true; }
many() { seq "$1" | sed "s/.*/$2/" | tr -d '\n'; }
{ many 70 '? '; echo a; } >keys.yaml
{ many 70 '- '; echo a; } >lists.yaml
{ many 70 '['; many 70 ']'; } >brackets.yaml
{ printf 'names: ['; many 200000 'a,'; echo ']'; } >values.yaml
{ printf 'names: ['; seq 1100 | sed 's/.*/\&a& a,/' | tr -d '\n'; echo ']'; } >anchors.yaml
{ echo 'names: [circle, square, triangle, d, e, f]'; printf 'download: "'; many 70 '['; many 1100 '\&'; echo '"'; } >text.yaml
{ echo 'names:'; seq 0 65535 | sed 's/.*/  &: n&/'; } >most.yaml
seq 65537 >more.txt
seq 65536 >most.txt
for file in keys.yaml lists.yaml brackets.yaml values.yaml anchors.yaml text.yaml most.yaml more.txt most.txt; do
    said $file
done
