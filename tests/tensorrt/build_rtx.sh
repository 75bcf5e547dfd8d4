#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# build_rtx.sh PAWL SOURCE_DIR: engines through each library that PAWL_TEST_RTX names (a list with colons). The library has nothing to say
# against what it is given or how it is ended; without a driver the engine is refused in one sentence. Status 77 without libraries.
set -eu
pawl=$1 source=$2
[ -n "${PAWL_TEST_RTX:-}" ] || { echo "PAWL_TEST_RTX is not set: skipped"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0 passed=0
fail() { echo "failed: $library, $weights, $precision: $*"; cat "$work/out"; failed=$((failed + 1)); }

# -q leaves warnings and errors, the library's among them: there must be none.
build_is_silent()
{
    status=0
    # shellcheck disable=SC2086 # words
    "$pawl" build -q "$weights" --backend tensorrt --precision $precision -o "$engine" >"$work/out" 2>&1 || status=$?
    [ "$status" = 0 ] || { fail "build ended with $status"; return 1; }
    [ ! -s "$work/out" ] || { fail "the build was not silent"; return 1; }
}

# Versions before 1.7 take no integers into a convolution.
int8_is_refused()
{
    status=0
    # shellcheck disable=SC2086 # words
    "$pawl" build -q "$weights" --backend tensorrt --precision $precision -o "$engine" >"$work/out" 2>&1 || status=$?
    [ "$status" = 4 ] && [ "$(wc -l <"$work/out")" = 1 ] && grep -q 'has no INT8 convolutions' "$work/out" || { fail "not refused in a sentence, but $status"; return 1; }
}

artifact_is_listed()
{
    "$pawl" inspect "$engine" >"$work/out" 2>&1 || { fail "inspect ended with $?"; return 1; }
    grep -q "tensorrt, ${precision%% *}" "$work/out" && grep -q ' 1 artifact' "$work/out" || { fail "inspect lists no artifact"; return 1; }
}

needs_a_driver()
{
    if nvidia-smi >/dev/null 2>&1; then return 0; fi
    status=0
    "$pawl" predict "$engine" "$source/examples/shapes/pictures" --project "$work/runs" >"$work/out" 2>&1 || status=$?
    [ "$status" = 5 ] || { fail "predict without a driver ended with $status, not 5"; return 1; }
    [ "$(wc -l <"$work/out")" = 1 ] && grep -q 'driver' "$work/out" || { fail "not one sentence about the driver"; return 1; }
}

for library in $(printf '%s' "$PAWL_TEST_RTX" | tr ':' ' '); do
    [ -e "$library" ] || { echo "there is no $library"; exit 1; }
    export PAWL_TENSORRT_LIBRARY="$library"
    has_int8=1
    if "$pawl" doctor 2>/dev/null | grep -q 'TensorRT-RTX 1\.[3-6]\.'; then has_int8=0; fi
    data=${PAWL_TEST_DATA:-$source/../shared/data}
    for weights in "$source/examples/shapes/shapes.pt" "$data/yolov5n.pt" "$data/zoo/v7.0-seg.pt" "$data/zoo/v6.2-cls.pt" "$data/zoo/v3tiny-det.pt"; do
        [ -e "$weights" ] || { echo "left out: $weights is absent"; continue; }
        rm -f "$work/calib" # of the CPU, whose remarks about so few pictures are not the library's
        "$pawl" build -q "$weights" --precision int8 --calib "$source/examples/shapes/pictures" --calib-cache "$work/calib" -o "$work/cpu.engine" 2>/dev/null
        for precision in fp32 fp16 'fp16 --fp16-fix scale' "int8 --calib-cache $work/calib" "int8 --calib-cache $work/calib --fp16-fix scale"; do
            engine=$work/${precision%% *}.engine
            rm -f "$engine"
            case $has_int8$precision in
            0int8*)
                if int8_is_refused; then passed=$((passed + 1)); fi
                continue
                ;;
            esac
            if build_is_silent && artifact_is_listed && needs_a_driver; then passed=$((passed + 1)); fi
        done
    done
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
