#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tensorrt_program.sh PAWL DOUBLES SHAPES LIBPAWL: what the program says and does about TensorRT, on the doubles (a folder of them).
set -u
pawl=$1 doubles=$2 shapes=$3 library=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export XDG_CACHE_HOME="$work/cache"
failed=0
fail() { echo "failed: $*"; cat out; failed=$((failed + 1)); }
# expect STATUS TEXT COMMAND...: that exit status, and that text in what it says.
expect()
{
    wanted=$1 text=$2 status=0
    shift 2
    "$@" >out 2>&1 || status=$?
    [ "$status" = "$wanted" ] || fail "$* ended with $status, not $wanted"
    grep -qF -e "$text" out || fail "$* did not say: $text"
}

# Every option that the library or a program advises is one that a command has.
for command in $("$pawl" help 2>&1 | grep -oE '^ +[a-z]+ '); do "$pawl" "$command" --help; done >help 2>&1
strings -n 3 "$pawl" "$library" | grep -oE -- '--[a-z][a-z0-9-]{2,}' | sort -u | grep -vx -e --version -e --framework >advised # the last is x2paddle's
for option in $(cat advised); do
    grep -qE -e "$option([^a-z0-9-]|\$)" help || { cp advised out; fail "$option is advised, and no command has it"; }
done
[ "$(wc -l <advised)" -gt 30 ] || { cp advised out; fail "too few options are found"; }

# The doctor survives its libraries, tries each on its own, and says what each did.
mkdir libraries
cp "$doubles/libdouble_trt_100.so" libraries/libnvinfer.so.10
cp "$doubles/libdouble_trt_85.so" libraries/libnvinfer.so.8
echo 'no library' >libraries/libnvinfer.so.11
export PAWL_CUDA_LIBRARY="$doubles/libfake_cuda.so" PAWL_TENSORRT_LIBRARY="$work/libraries"
expect 0 'libnvinfer.so.10: TensorRT 10.7.0' "$pawl" doctor
expect 0 'libnvinfer.so.8: TensorRT 8.6.1' "$pawl" doctor
expect 0 'libnvinfer.so.11 cannot be loaded' "$pawl" doctor
expect 0 'tensorrt (fp32 fp16 int8): ready' "$pawl" doctor
expect 0 'GPU 1: ' env FAKE_CUDA_DEVICES=2 FAKE_CUDA_CAPABILITY=9.0 "$pawl" doctor
grep -q 'compute capability 9.0' out || fail 'the GPU is not described'
expect 0 'this version needs neither' "$pawl" doctor
expect 0 'nvidia-cublas-cu11' env PAWL_TENSORRT_LIBRARY="$work/libraries/libnvinfer.so.8" "$pawl" doctor
# The cuBLAS it names is that of the CUDA the library was made with, as 8.6.0's own text has it, across a block's end.
for padding in 0 4090; do
    { cat libraries/libnvinfer.so.8; head -c "$padding" /dev/zero; echo cuda-12.0; } >libnvinfer_cuda12.so
    expect 0 'no libcublas.so.12 here, which this TensorRT, made with CUDA 12, asks for' env PAWL_TENSORRT_LIBRARY="$work/libnvinfer_cuda12.so" "$pawl" doctor
    grep -q 'pip install nvidia-cublas-cu12 and' out || fail 'not what to install'
done
for export in getInferLibVersion createInferBuilder createInferRuntime; do
    expect 0 'libnvinfer.so.10 cannot be used: it crashed' env DOUBLE_CRASH="$export" "$pawl" doctor
    grep -q '^cpu (fp32.*): ready' out && grep -q 'tensorrt cannot be used: it crashed' out || fail 'the others are not told of'
    expect 0 'libnvinfer.so.8: TensorRT 8.6.1' env DOUBLE_CRASH="$export@100" "$pawl" doctor
done

# A library that does not know the GPU is not asked to build for it, which would take it minutes; one GPU that it knows is enough for the doctor.
for command in doctor 'build $shapes/shapes.pt --backend tensorrt -o old.engine'; do
    [ "$command" = doctor ] && wanted=0 || wanted=5
    expect $wanted 'libdouble_trt_82.so) has no kernels for this GPU, whose compute capability is 9.0: it knows GPUs up to 8.7' \
        env FAKE_CUDA_CAPABILITY=9.0 DOUBLE_CRASH=createInferBuilder PAWL_TENSORRT_LIBRARY="$doubles/libdouble_trt_82.so" $(eval echo "$pawl" "$command")
done
[ ! -e old.engine ] || fail 'an engine of a refused build is left'

# What is no TensorRT, or one that is not known; a GPU and a driver that do not answer; what is no driver.
mkdir others
cp "$doubles/libfake_cuda.so" others/libnvinfer.so.9
expect 0 'libnvinfer.so.9 is not a TensorRT library' env PAWL_TENSORRT_LIBRARY="$work/others" "$pawl" doctor
expect 5 'is not a TensorRT library' env PAWL_TENSORRT_LIBRARY="$work/others" "$pawl" build "$shapes/shapes.pt" --backend tensorrt -o x.engine
expect 0 'GPU 0 does not answer' env FAKE_CUDA_FAIL=cuDeviceGetName:0 "$pawl" doctor
expect 0 'plans cannot run here: starting the NVIDIA driver' env FAKE_CUDA_FAIL=cuInit:0 "$pawl" doctor
expect 0 'plans cannot run here: the NVIDIA driver lacks cu' env PAWL_CUDA_LIBRARY="$doubles/libdouble_trt_100.so" "$pawl" doctor
# What tactic sources need is found where the loader looks, and TensorRT there and where pip puts it.
mkdir -p loader venv/lib/python3.11/site-packages/tensorrt_libs
cp "$doubles/libfake_cuda.so" loader/libcublas.so.11
cp "$doubles/libdouble_trt_85.so" loader/libnvinfer.so.8
cp "$doubles/libdouble_trt_100.so" venv/lib/python3.11/site-packages/tensorrt_libs/libnvinfer.so.10
expect 0 'cuBLAS: libcublas.so.11' env -u PAWL_TENSORRT_LIBRARY LD_LIBRARY_PATH="$work/loader:${LD_LIBRARY_PATH:-}" "$pawl" doctor
grep -q '^TensorRT 8.6.1, by the strategy of' out || fail 'the library that the loader finds is not taken'
expect 0 'tensorrt fp32' env -u PAWL_TENSORRT_LIBRARY VIRTUAL_ENV="$work/venv" "$pawl" build "$shapes/shapes.pt" --backend tensorrt -o v.engine
expect 0 'tensorrt/10.7.0' "$pawl" inspect -v v.engine

# A library that is here and does not work is told of, not that none is here: the first that can be loaded.
expect 5 'TensorRT 10.7.0' env DOUBLE_MISSING=libnvinfer_builder_resource.so.8.6.1 \
    "$pawl" build "$shapes/shapes.pt" --backend tensorrt -o x.engine
expect 5 'install TensorRT whole' env DOUBLE_MISSING=libnvinfer_builder_resource.so.8.6.1 \
    "$pawl" build "$shapes/shapes.pt" --backend tensorrt -o x.engine

# Without a driver the library only warns: that is the reason then.
expect 0 'makes no builder here: CUDA initialization failure with error: 35' env DOUBLE_NO_GPU=1 "$pawl" doctor
grep -q 'nvidia-smi' out || fail 'no advice about the driver'

# Options.
export PAWL_TENSORRT_LIBRARY="$doubles/libdouble_trt_85.so"
expect 2 'give one of them' "$pawl" build "$shapes/shapes.pt" --backend tensorrt --imgsz 320 --shapes 256:320:640 -o x.engine
for option in '--workspace 64' '--opt-level 3' '--timing-cache t.cache' '--version-compatible' '--hardware-compatible' \
    '--shapes 256:320:640' '--fp16-fix scale' '--contexts 2' '--tf32 on' '--tactics edge' '--device 0' '--device 1'; do
    for backend in '' '--backend cpu' '--backend reference'; do
        # shellcheck disable=SC2086 # words
        expect 2 "${option%% *}" "$pawl" build "$shapes/shapes.pt" $option $backend -o x.engine
    done
done
expect 0 'nothing to fix' "$pawl" build "$shapes/shapes.pt" --backend tensorrt --fp16-fix scale -o x.engine
rm x.engine

# A GPU by its number; a DLA core is none.
expect 5 'there is no GPU 2: the NVIDIA driver shows 2' env FAKE_CUDA_DEVICES=2 "$pawl" build "$shapes/shapes.pt" --backend tensorrt --device 2 -o x.engine
expect 0 'tensorrt fp32' env FAKE_CUDA_DEVICES=2 "$pawl" build "$shapes/shapes.pt" --backend tensorrt --device 1 --tf32 on --tactics edge -o x.engine
expect 0 'tf32, tactic sources 8' "$pawl" inspect x.engine
expect 0 '' env FAKE_CUDA_DEVICES=2 "$pawl" predict x.engine "$shapes/pictures/shapes1.jpg" --device 1 --nosave
expect 5 'there is no GPU 1: the NVIDIA driver shows 1' "$pawl" predict x.engine "$shapes/pictures/shapes1.jpg" --device 1 --nosave
expect 0 'it is ignored' "$pawl" predict x.engine "$shapes/pictures/shapes1.jpg" --backend cpu --device 1 --nosave
expect 2 'DLA' "$pawl" build "$shapes/shapes.pt" --dla
expect 2 '--tactics blas' "$pawl" build "$shapes/shapes.pt" --backend tensorrt --tactics blas
for family in 82 85 100 110; do # each takes what it has of them
    expect 0 'tensorrt fp32' env PAWL_TENSORRT_LIBRARY="$doubles/libdouble_trt_$family.so" "$pawl" build "$shapes/shapes.pt" \
        --backend tensorrt --tactics cublas,edge,jit -o x.engine
    if grep -q warning out; then fail 'tactic sources that it has not'; fi
done
rm x.engine

# A missing library costs its kernels, and no more; a cause is told with its remedy and its exit code.
expect 0 'nvidia-cublas-cu11' env DOUBLE_MISSING=libcublas.so.11 "$pawl" build "$shapes/shapes.pt" --backend tensorrt -o x.engine
expect 9 'nvidia-smi' env DOUBLE_FAIL=buildSerializedNetwork:0 DOUBLE_CAUSE='Cuda Runtime (out of memory)' \
    "$pawl" build "$shapes/shapes.pt" --backend tensorrt -o y.engine
expect 5 'install TensorRT whole' env DOUBLE_FAIL=buildSerializedNetwork:0 DOUBLE_WORKERS=1 \
    DOUBLE_CAUSE='Unable to load library: libnvinfer_builder_resource.so.8.6.1' "$pawl" build "$shapes/shapes.pt" --backend tensorrt -o y.engine
expect 0 'the timing cache is not kept' "$pawl" build "$shapes/shapes.pt" --backend tensorrt --timing-cache /nowhere/t.cache -o z.engine
[ -e z.engine ] || fail 'the engine was thrown away with the timing cache'
[ ! -e y.engine ] || fail 'an engine of a failed build is left'
# Timings and what a build took are kept for each version and GPU; none keeps nothing.
expect 0 'tensorrt fp32' "$pawl" build "$shapes/shapes.pt" --backend tensorrt -o z.engine
[ -s cache/pawl/tensorrt-8.6.1-sm_86.cache ] && grep -q ' fp32 640x640 1:1:1 = [0-9]' cache/pawl/tensorrt-8.6.1-sm_86.cache.times || { ls -R cache >out; fail 'no timings are kept'; }
rm -r cache
expect 0 'tensorrt fp32' "$pawl" build "$shapes/shapes.pt" --backend tensorrt --timing-cache none -o z.engine
[ ! -e cache ] || fail 'timings are kept that nobody wants'
expect 0 'built again' env FAKE_CUDA_CAPABILITY=8.9 "$pawl" predict x.engine "$shapes/pictures/shapes1.jpg" --nosave

# The lean runtime of a version runs what the whole one built, the same boxes, and builds nothing.
lean() { PAWL_TENSORRT_LIBRARY="$doubles/libdouble_trt_lean.so" "$@"; }
whole() { PAWL_TENSORRT_LIBRARY="$doubles/libdouble_trt_100.so" "$@"; }
expect 0 'it can run plans, not build them' lean "$pawl" doctor
expect 5 'is a lean runtime: it runs plans but cannot build them' lean "$pawl" build "$shapes/shapes.pt" --backend tensorrt -o l.engine
[ ! -e l.engine ] || fail 'an engine of a failed build is left'
expect 0 'tensorrt fp32' whole "$pawl" build "$shapes/shapes.pt" --backend tensorrt -o l.engine
expect 0 '' whole "$pawl" predict l.engine "$shapes/pictures/shapes1.jpg" --nosave --json whole.jsonl
expect 0 '' lean "$pawl" predict l.engine "$shapes/pictures/shapes1.jpg" --nosave --json lean.jsonl
sed -i 's/"ms":.*//' whole.jsonl lean.jsonl
grep -q '"name":"circle"' lean.jsonl && cmp -s whole.jsonl lean.jsonl || { cat whole.jsonl lean.jsonl >out; fail 'other boxes'; }
expect 5 'build it where the full TensorRT is' env FAKE_CUDA_CAPABILITY=8.9 PAWL_TENSORRT_LIBRARY="$doubles/libdouble_trt_lean.so" \
    "$pawl" predict l.engine "$shapes/pictures/shapes1.jpg" --nosave
# An engine of another backend has no plan at all.
expect 0 'cpu fp32' "$pawl" build "$shapes/shapes.pt" -o c.engine
expect 0 'the engine was built for backend cpu, so its plan for TensorRT 10.7.0 is built now' \
    whole "$pawl" predict c.engine "$shapes/pictures/shapes1.jpg" --nosave --backend tensorrt
expect 5 'cannot build one' lean "$pawl" predict c.engine "$shapes/pictures/shapes1.jpg" --nosave --backend tensorrt

# Masks and classes (double_zoo compares them with PyTorch's); what cannot be given to TensorRT is named before anything is built.
data=${PAWL_TEST_DATA:-}/zoo
for task in v6.2-cls:'"top":' v7.0-seg:'"mask":'; do
    weights=$data/${task%%:*}.pt
    [ -e "$weights" ] || continue
    expect 0 'tensorrt fp32' "$pawl" build "$weights" --backend tensorrt --imgsz 224 -o t.engine
    expect 0 "${task#*:}" "$pawl" predict -q t.engine "$shapes/pictures/shapes1.jpg" --nosave --json -
done
[ ! -e "$data/transformer-det.pt" ] || expect 4 'attention' "$pawl" build "$data/transformer-det.pt" --backend tensorrt -o x.engine
echo "$failed failed"
[ "$failed" = 0 ]
