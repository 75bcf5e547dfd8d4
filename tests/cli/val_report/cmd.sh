# SPDX-License-Identifier: Apache-2.0
# What val leaves in runs/val: plots by val.py's names, labels, and a report that needs no other file.
mkdir -p set/images set/labels
cp "$SHAPES"/pictures/*.jpg set/images
printf 'val: set/images\nnames: [%s]\n' "$(pawl inspect "$ENGINE" --json | sed 's/.*"names":\[\([^]]*\)\].*/\1/')" >data.yaml
pawl val -q "$ENGINE" --data "$SHAPES/data.yaml" --conf 0.5 --nosave --save-txt --project own --name labels
cp own/labels/labels/*.txt set/labels
row() { sed -n 2p | cut -c 1-88; }
pawl val "$ENGINE" --data data.yaml --conf 0.01 | sed -n '2p;$p' | cut -c 1-88
ls runs/val/exp
grep -c '<svg ' runs/val/exp/report.html
grep -c 'data:image/jpeg;base64,' runs/val/exp/report.html
grep -o 'src="[^d][^"]*"\|href="[^"]*"' runs/val/exp/report.html
python3 - runs/val/exp <<'P'
import glob, re, struct, sys, xml.etree.ElementTree as tree
for path in sorted(glob.glob(sys.argv[1] + "/*.svg")):
    root = tree.parse(path).getroot()
    lines = [e for e in root.iter() if e.tag.endswith("polyline")]
    print(path.split("/")[-1], root.get("width"), root.get("height"), max(len(e.get("points").split()) for e in lines))
for path in sorted(glob.glob(sys.argv[1] + "/*.png")):
    print(path.split("/")[-1], *struct.unpack(">II", open(path, "rb").read()[16:24]))
P
# Labels as val.py writes them, unrounded; hybrid ones have the labelled boxes in them.
pawl val "$ENGINE" --data data.yaml --conf 0.5 --nosave --save-txt --save-conf --name txt | tail -n 2
wc -l <runs/val/txt/labels/shapes1.txt; head -n 1 runs/val/txt/labels/shapes1.txt | sed 's/\(0\.[0-9]\{3\}\)[0-9]*/\1/g'
pawl val "$ENGINE" --data data.yaml --save-hybrid --save-conf --nosave --name mixed | row
grep -c ' 1$' runs/val/mixed/labels/shapes1.txt; wc -l <set/labels/shapes1.txt
# One class, rectangles, speed, the same folder again.
pawl val "$ENGINE" --data data.yaml --single-cls --nosave | row
pawl val "$ENGINE" --data data.yaml --rect --nosave | row
pawl val "$ENGINE" --data data.yaml --task speed | row
pawl val "$ENGINE" --data data.yaml --exist-ok --project runs/val --name exp | tail -n 1
# Other tasks.
pawl val "$SEGMENTER" --data data.yaml >/dev/null; echo "exit $?"
sed 's/names:.*/names: [a, b, c]/' data.yaml >three.yaml; rm set/labels/*; for i in 1 2; do echo "$i 0.2 0.2 0.4 0.2 0.4 0.6" >set/labels/shapes$i.txt; done
pawl val "$SEGMENTER" --data three.yaml --name masks | tail -n 1; ls runs/val/masks | grep PR
pawl val "$SEGMENTER" --data three.yaml --rect; echo "exit $?"
mkdir -p classes/val/class0 classes/val/class1 classes/val/class2; cp set/images/shapes1.jpg classes/val/class1
pawl val "$CLASSIFIER" --data classes --name classes >/dev/null; ls runs/val/classes
