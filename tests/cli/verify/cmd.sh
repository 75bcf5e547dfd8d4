# SPDX-License-Identifier: Apache-2.0
pawl verify "$ENGINE" --images "$SHAPES/pictures/shapes1.jpg" "$SHAPES/pictures/shapes2.jpg" --json v.json >said
echo "exit $?"
grep -o -e 'verdict: .*' -e '[0-9]* matched, [0-9]* missed, [0-9]* extra' said
grep -o -e '"same_source":[a-z]*' -e '"first_divergence":null' -e '"images":2' v.json
tool json <v.json
pawl verify "$SHAPES/shapes.pt" --images "$SHAPES/pictures/shapes1.jpg" --imgsz 320 | grep -o 'verdict: .*'
pawl verify "$SHAPES/shapes.pt" "$ENGINE" --images "$SHAPES/pictures/shapes1.jpg" --max-error 1e-12 >said
echo "exit $?"
grep -o -e 'verdict: .*' -e 'first divergence: layer [a-z0-9.]*' said
