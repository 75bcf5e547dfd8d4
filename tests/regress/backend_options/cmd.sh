# SPDX-License-Identifier: Apache-2.0
# An option that only TensorRT knows is refused on another backend; and no choice is offered that cannot work.
pt=$SHAPES/shapes.pt
for option in '--fp16-fix scale' '--shapes 64:64:128' '--workspace 512M' '--opt-level 3' '--contexts 2' '--timing-cache t.cache' --version-compatible --hardware-compatible; do
    # shellcheck disable=SC2086
    pawl build "$pt" -o x.engine $option 2>&1
    # shellcheck disable=SC2086
    pawl build "$pt" -o x.engine $option --backend reference >/dev/null 2>&1 || echo $?
    # shellcheck disable=SC2086
    pawl build "$pt" -o x.engine $option --backend tensorrt 2>&1 | grep -c 'backend tensorrt cannot be used here'
done
ls
for text in "$(pawl help build)" "$(pawl help predict)" "$(pawl man)" "$(pawl completion bash)"; do
    printf '%s\n' "$text" | grep -E -i -e '--backend' -A 3 | grep -o -w -E 'cpu|reference|tensorrt|cuda' | sort -u | tr '\n' ' '
    printf '%s\n' "$text" | grep -E -i -e '--precision' -e '\\-\\-precision' -A 2 | grep -o -w -E 'fp32|fp16|bf16|int8' | sort -u | tr '\n' ' '
    echo
done
# What only the CPU can try layer by layer: the way round is said.
pawl build "$pt" -o x.engine --backend tensorrt --precision int8 --calib "$SHAPES/pictures" --max-map-drop 0.01 --data "$SHAPES/data.yaml" 2>&1
