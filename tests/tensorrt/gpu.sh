#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# gpu.sh BIN DATA WORK PIECE...: what is proved on NVIDIA's TensorRT (PAWL_TENSORRT_LIBRARY) and a GPU; ./do test --gpu runs all pieces.
# BIN: pawl, trt_proof, test_zoo, trt_time, libfailing_cuda.so. DATA: shapes.pt, shapes1.jpg and, for more, yolov5n.pt, bus.jpg, zoo/.
# WORK: a folder for engines and the timing cache, which makes each build after the first a fifth as long. Each piece is a few minutes at most.
set -u
bin=$1 data=$2 work=$3
shift 3
mkdir -p "$work"
export PAWL_PROOF_CACHE="$work/timings.cache"
failed=0

# run NAME COMMAND...: says what it is, how it ended and what it took.
run()
{
    name=$1 started=$(date +%s) status=0
    shift
    "$@" || status=$?
    case $status in
    0) result=passed ;;
    77) result=skipped ;;
    *) result="FAILED with $status" failed=$((failed + 1)) ;;
    esac
    echo "gpu: $name $result after $(($(date +%s) - started)) s"
}

proof() { run "$1 ($2)" env PAWL_LIFETIME="$2" "$bin/trt_proof" "$data/shapes.pt" "$data/shapes1.jpg" "$1"; }

# half NAME OPTION...: an FP16 engine, timed; the timing cache is its own, as if it were the first.
half()
{
    variant=$1
    shift
    run "fp16, $variant" "$bin/pawl" build "$weights" -v --backend tensorrt --precision fp16 -o "$work/$variant.engine" "$@" >"$work/$variant.log" 2>&1
    grep -v -e 'TensorRT: ' "$work/$variant.log"
    grep -e 'TensorRT: .*\(affect\|weights are\|modify the weights\|verbose logs\)' "$work/$variant.log" | sort | uniq -c
    run "fp16, $variant, times" "$bin/trt_time" "$work/$variant.engine" "$picture" 500
}

weights=$data/yolov5n.pt picture=$data/bus.jpg
[ -e "$weights" ] || weights=$data/shapes.pt picture=$data/shapes1.jpg
for piece; do
    echo "== $piece"
    case $piece in
    doctor) run doctor "$bin/pawl" doctor ;;
    orders)
        proof orders deferred
        proof orders strict
        # A crash here is the library's own: nothing of ours guards it.
        "$bin/trt_proof" "$data/shapes.pt" "$data/shapes1.jpg" beneath || echo "gpu: an engine before its context, without the guard: ended with $?"
        ;;
    ends) proof ends deferred && proof ends strict ;;
    profiles | threads | refusals) proof "$piece" deferred ;;
    long) PAWL_PROOF_RUNS=${PAWL_PROOF_RUNS:-10000} proof long deferred ;;
    driver) PAWL_CUDA_LIBRARY="$bin/libfailing_cuda.so" proof driver deferred ;;
    zoo)
        for model in v6.0-det v7.0-seg v6.2-cls v3tiny-det; do
            [ ! -e "$data/zoo/$model.pt" ] || run "$model" env PAWL_TEST_BACKEND=tensorrt "$bin/test_zoo" "$data/zoo/$model"
        done
        ;;
    fp32)
        run "fp32 build" "$bin/pawl" build -q "$weights" --backend tensorrt -o "$work/fp32.engine" --timing-cache "$work/fp32.cache"
        run "fp32 build again" "$bin/pawl" build -q "$weights" --backend tensorrt -o "$work/fp32.engine" --timing-cache "$work/fp32.cache"
        run "tf32 build" "$bin/pawl" build -q "$weights" --backend tensorrt --tf32 on --timing-cache none -o "$work/tf32.engine"
        run "fp32 times" "$bin/trt_time" "$work/fp32.engine" "$picture" 500
        run "tf32 times" "$bin/trt_time" "$work/tf32.engine" "$picture" 500
        ;;
    fp16-all) half all --timing-cache "$work/half-all.cache" ;;
    fp16-all-again) half again --timing-cache "$work/half-all.cache" ;;
    fp16-without-jit) half without-jit --timing-cache none --tactics cublas,cublaslt,cudnn,edge ;;
    fp16-edge) half edge --timing-cache none --tactics edge ;;
    fp16-jit) half jit --timing-cache none --tactics jit ;;
    fp16-scale) half scale --fp16-fix scale --timing-cache "$work/half-all.cache" ;;
    *) echo "there is no piece $piece"; failed=$((failed + 1)) ;;
    esac
done
echo "gpu: $failed failed"
[ "$failed" = 0 ]
