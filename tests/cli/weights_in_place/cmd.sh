# SPDX-License-Identifier: Apache-2.0
# Weights where an engine goes: built in memory, which is said, with the same results; kept where that is asked.
p=$SHAPES/pictures/shapes4.jpg
boxes() { pawl predict "$@" "$p" --nosave --json - 2>said | sed -E 's/,"ms".*//'; }
pawl convert -q "$SHAPES/shapes.pt" shapes.wts
boxes "$ENGINE" >engine
boxes "$SHAPES/shapes.pt" --save-engine kept.engine >weights
sed -E 's/ in [0-9.]+ m?s/ in T/' said | grep built
boxes kept.engine >kept
boxes shapes.wts | sed -E 's/"class[0-9]+"/N/g' >wts
sed -E 's/ in [0-9.]+ m?s/ in T/' said | grep built
sed -E 's/"name":"[a-z]+"/"name":N/g' engine >nameless
cmp engine weights && cmp engine kept && cmp nameless wts && echo the same boxes
pawl build -q "$SHAPES/shapes.pt" -o built.engine && cmp built.engine kept.engine && echo the same engine
pawl predict "$SHAPES/shapes.pt" "$SHAPES/pictures" --batch 4 --imgsz 320x352 --nosave 2>&1 | grep -E -o 'built.* batch 4|shape \(.*' | LC_ALL=C sort
# A number of a GPU is of no use to the processor: said once.
pawl predict "$SHAPES/shapes.pt" "$p" --nosave --device 1 2>&1 | grep warning
# An engine is none to be kept; the weights are not written over; what a build refuses is refused in its words.
pawl predict "$ENGINE" "$p" --save-engine other.engine 2>&1; echo "exit $?"
pawl predict shapes.wts "$p" --save-engine shapes.wts 2>&1; echo "exit $?"
ln -s shapes.wts link.engine
pawl predict shapes.wts "$p" --save-engine link.engine 2>&1; echo "exit $?"
head -c 5000 "$SHAPES/shapes.pt" >short.pt
pawl predict short.pt "$p" 2>&1; echo "exit $?"
# The other commands take them, too.
pawl run "$SHAPES/shapes.pt" "$SHAPES/x.npy" -o weights 2>/dev/null && pawl run "$ENGINE" "$SHAPES/x.npy" -o engine && cmp weights.output0.npy engine.output0.npy
pawl bench "$SHAPES/shapes.pt" --imgsz 320 --batch 2 --iterations 1 --warmup 0 2>/dev/null | grep -o 'batch 2, 320x320'
pawl val --nosave "$SHAPES/shapes.pt" --data "$SHAPES/data.yaml" --imgsz 320 2>/dev/null >weights
pawl val --nosave "$ENGINE" --data "$SHAPES/data.yaml" --imgsz 320 2>/dev/null >engine
cmp weights engine && echo the same figures
