# SPDX-License-Identifier: Apache-2.0
pawl convert -q "$SHAPES/shapes.pt" a.wts
for file in "$SHAPES/shapes.pt" a.wts "$ENGINE"; do
    pawl inspect "$file" | sed -n -e '1s/,.*//' -e '1,6p' -e '/^profile/p'
    pawl inspect -v "$file" 2>/dev/null | grep -A 2 '^anchors'
    pawl inspect "$file" --json | tool json
done
pawl inspect "$SHAPES/shapes.pt" --json - | sed 's/,"layers.*//'
pawl inspect "$SHAPES/shapes.pt" --json=out.json
tool json <out.json
