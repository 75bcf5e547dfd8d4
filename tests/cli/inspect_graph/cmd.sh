# SPDX-License-Identifier: Apache-2.0
# The graph as DOT and SVG, of weights and of an engine; and the memory plan.
pawl inspect "$ENGINE" --graph g.dot
head -n 4 g.dot; grep -c ' -> ' g.dot; tail -n 2 g.dot
pawl inspect "$SHAPES/shapes.pt" --graph all.dot; grep -c ' \[label' all.dot
pawl inspect "$ENGINE" --graph g.svg
python3 - <<'P'
import re, xml.etree.ElementTree as tree
root = tree.parse("g.svg").getroot()
names = [e.text for e in root.iter() if e.tag.endswith("text")]
lines = [e for e in root.iter() if e.tag.endswith("polyline")]
print(len(names) // 2, "layers", names[:2], root.get("width"))
# Every edge of the DOT is drawn: one line to the next row, or a way and its head.
later = sum(len(e.get("points").split()) == 4 for e in lines)
straight = sum(len(e.get("points").split()) == 2 for e in lines)
text = open("g.dot").read()
print(later + straight == len(re.findall(" -> ", text)))
P
pawl inspect "$ENGINE" --memory >memory
head -n 1 memory; grep -c model memory >/dev/null && tail -n 1 memory | sed 's/[0-9.]* [kM]\{0,1\}B/N/g; s/, [0-9]* steps/, N steps/' # by instruction set
# Blocks that live at the same time do not overlap.
python3 - <<'P'
rows = [line.split() for line in open("memory").read().splitlines()[1:-1]]
blocks = [(int(r[0]), int(r[0]) + int(r[1]), int(r[2]), int(r[4])) for r in rows]
bad = [(a, b) for i, a in enumerate(blocks) for b in blocks[:i] if a[0] < b[1] and b[0] < a[1] and a[2] <= b[3] and b[2] <= a[3]]
print(len(blocks) > 20, bad)
P
pawl inspect "$SHAPES/shapes.pt" --memory 2>&1 | sed "s|$SHAPES|SHAPES|g"
pawl inspect "$ENGINE" --graph x.png; echo "exit $?"
pawl inspect "$ENGINE" --json | grep -o '"layers":\[{"id":[0-9]*,"inputs":\[\],"name":"images"'
