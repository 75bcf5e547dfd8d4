#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# gpu.sh BIN DATA WORK PIECE...: what is proved on NVIDIA's TensorRT (PAWL_TENSORRT_LIBRARY) and a GPU; ./do test --gpu runs all pieces.
# BIN: pawl, trt_proof, test_zoo, gpu_path, gpu_kernels, libfailing_cuda.so. DATA: shapes.pt, shapes1.jpg and, for more, yolov5n.pt, bus.jpg,
# zoo/, calib/ (pictures to calibrate INT8 with). WORK: a folder for engines and the timing cache, which makes each build after the first a fifth
# as long. Each piece is a few minutes at most; PAWL_PROOF_RUNS shortens those that measure.
set -u
bin=$1 data=$2 work=$3
here=$(cd "$(dirname "$0")" && pwd)
shift 3
mkdir -p "$work"
export PAWL_PROOF_CACHE="$work/timings.cache"
failed=0

# run NAME COMMAND...: says what it is, how it ended and what it took.
run()
{
    name=$1 started=$(date +%s) ended=0
    shift
    "$@" || ended=$?
    case $ended in
    0) result=passed ;;
    77) result=skipped ;;
    *) result="FAILED with $ended" failed=$((failed + 1)) ;;
    esac
    echo "gpu: $name $result after $(($(date +%s) - started)) s"
}

proof() { run "$1 ($2)" env PAWL_LIFETIME="$2" "$bin/trt_proof" "$data/shapes.pt" "$data/shapes1.jpg" "$1"; }

# build NAME BACKEND OPTION...: an engine in WORK, of the weights.
build()
{
    engine=$1 backend=$2
    shift 2
    run "build $engine" "$bin/pawl" build -q "$weights" --backend "$backend" -o "$work/$engine.engine" "$@"
}

# speed NAME OPTION...: TensorRTX's thresholds, one picture in flight; the line "figures" is for scripts.
speed()
{
    engine=$1
    shift
    run "$engine times" "$bin/gpu_path" "$work/$engine.engine" "$picture" --conf 0.5 --iou 0.4 --runs "${PAWL_PROOF_RUNS:-500}" --seconds 0 "$@"
}

# boxes NAME ENGINE OPTION...: what predict finds, as WORK/NAME.json.
boxes()
{
    found=$1 engine=$2
    shift 2
    run "boxes of $found" "$bin/pawl" predict -q "$work/$engine.engine" "$picture" --nosave --json "$work/$found.json" "$@"
}

# half NAME OPTION...: an FP16 engine, its log and its times.
half()
{
    variant=$1
    shift
    run "fp16, $variant" "$bin/pawl" build "$weights" -v --backend tensorrt --precision fp16 -o "$work/$variant.engine" "$@" >"$work/$variant.log" 2>&1
    grep -v -e 'TensorRT: ' "$work/$variant.log"
    grep -e 'TensorRT: .*\(affect\|weights are\|modify the weights\|verbose logs\)' "$work/$variant.log" | sort | uniq -c
    speed "$variant"
}

refused_device()
{
    status=0
    said=$("$bin/pawl" predict "$work/device.engine" "$picture" --nosave --device "$1" 2>&1) || status=$?
    echo "$said"
    case $said in *"there is no GPU $1:"*) [ "$status" = 5 ] ;; *) return 1 ;; esac
}

# Each GPU gives the same boxes; one too many is refused by its number.
devices()
{
    run doctor "$bin/pawl" doctor
    count=$("$bin/pawl" doctor 2>/dev/null | grep -c '^GPU [0-9]')
    [ "$count" -gt 1 ] || echo "gpu: one GPU is here: what another would give is not seen"
    build device tensorrt
    set --
    for gpu in $(seq 0 $((count - 1))); do
        boxes "device$gpu" device --device "$gpu"
        set -- "$@" "$work/device$gpu.json"
    done
    run "boxes of $count GPUs" python3 "$here/compare_boxes.py" equal "$@"
    run "the refusal of --device $count" refused_device "$count"
}

# INT8 of the same calibration here and on the CPU, beside FP32.
integers()
{
    pictures=$data/calib
    [ -e "$pictures" ] || { pictures=$work/calib && mkdir -p "$pictures" && cp "$picture" "$pictures/"; }
    build fp32-cpu cpu
    build int8-cpu cpu --precision int8 --calib "$pictures" --calib-cache "$work/calib.cache"
    build int8 tensorrt --precision int8 --calib "$pictures" --calib-cache "$work/calib.cache" --timing-cache "$work/int8.cache"
    for engine in fp32-cpu int8-cpu int8; do boxes "$engine" "$engine"; done
    run "boxes: FP32 | INT8 on the CPU | INT8 here" python3 "$here/compare_boxes.py" 0.7 "$work/fp32-cpu.json" "$work/int8-cpu.json" "$work/int8.json"
    speed int8
}

# The device's letterbox, boxes and masks against the CPU's of the same pictures and raw heads, to the bit.
equal()
{
    run "letterbox, 200 sizes" "$bin/gpu_kernels" fit 200
    run boxes "$bin/gpu_kernels" boxes "${PAWL_PROOF_RUNS:-300}"
    run "boxes, up to more than there is room for" "$bin/gpu_kernels" counts 30000
    run masks "$bin/gpu_kernels" masks "${PAWL_PROOF_RUNS:-300}"
    run "boxes of a model's heads" "$bin/gpu_kernels" model "$weights" "$picture"
}

zoo() { run "zoo $1" env PAWL_TEST_BACKEND=tensorrt "$bin/test_zoo" "$data/zoo/$1"; }

weights=$data/yolov5n.pt picture=$data/bus.jpg
[ -e "$weights" ] || weights=$data/shapes.pt picture=$data/shapes1.jpg
for piece; do
    echo "== $piece"
    case $piece in
    doctor) run doctor "$bin/pawl" doctor ;;
    device) devices ;;
    equal) equal ;;
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
    # One of each kind; all there are: a zoo-NAME each, side by side where there are several GPUs.
    zoo) for model in v6.2-cls v7.0-seg v6.0-det v3tiny-det p6-det; do [ ! -e "$data/zoo/$model.pt" ] || zoo "$model"; done ;;
    zoo-*) zoo "${piece#zoo-}" ;;
    fp32)
        build fp32 tensorrt --timing-cache "$work/fp32.cache"
        build fp32 tensorrt --timing-cache "$work/fp32.cache" # again: what the cache saves
        build tf32 tensorrt --tf32 on --timing-cache none
        speed fp32
        speed tf32
        ;;
    trace)
        build traced tensorrt
        speed traced --trace "$work/picture.trace.json"
        cat "$work/picture.trace.json"
        ;;
    int8) integers ;;
    fp16-all) half all --timing-cache "$work/half-all.cache" ;;
    fp16-all-again) half again --timing-cache "$work/half-all.cache" ;;
    fp16-without-jit) half without-jit --timing-cache none --tactics cublas,cublaslt,cudnn,edge ;;
    fp16-free) half free --timing-cache none --opt-level 3 ;;
    fp16-edge) half edge --timing-cache none --tactics edge ;;
    fp16-jit) half jit --timing-cache none --tactics jit ;;
    fp16-scale) half scale --fp16-fix scale --timing-cache "$work/half-all.cache" ;;
    *) echo "there is no piece $piece"; failed=$((failed + 1)) ;;
    esac
done
echo "gpu: $failed failed"
[ "$failed" = 0 ]
