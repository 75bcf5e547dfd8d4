#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The task runner: ./do demo | test | build | install | package | docs | bench | lint | format. Installs what is missing with apt, and says what.
set -eu
here=$PWD # what the caller's relative paths count from
cd "$(dirname "$0")"

# clang-tidy, cppcheck, Doxygen and the cross compiler come with `test --full` and `lint` only.
build_packages="gcc libc6-dev cmake ninja-build pkg-config libjpeg-dev libpng-dev libwebp-dev libjansson-dev libyaml-dev libxxhash-dev zlib1g-dev"
test_packages="g++ libcmocka-dev python3 locales"
docs_packages="doxygen python3"
lint_packages="clang-format-14 clang-tidy-14 cppcheck binutils $docs_packages"
full_packages="clang libclang-rt-14-dev gcc-aarch64-linux-gnu qemu-user"
# NVIDIA's own libraries, one of each known layout and the newest: it needs no GPU to build an engine with them.
rtx_versions="1.4.0.76 1.5.0.114 1.6.1.120 1.7.1.116"

jobs=${PAWL_JOBS:-$(nproc 2>/dev/null || echo 2)}
logs=build/logs

say() { printf '%s\n' "$*" >&2; }
die() { say "do: $*"; exit 1; }

usage()
{
    cat <<'END'
./do demo [WEIGHTS PICTURE]  weights -> .wts -> .engine -> annotated pictures, with the example's files or your own
./do test [--full|--gpu]     the tests; --full adds sanitizers, clang, lint, fuzzing, aarch64; --gpu is for a machine with TensorRT
./do coverage                which lines of src/ the tests run, and which never
./do build                   build/release/bin/pawl
./do install [PREFIX]        the release into PREFIX (/usr/local); DESTDIR is put before it
./do uninstall [PREFIX]      removes what install put there
./do package [deb|tarball]   Debian packages, and an archive for other distributions, in build/package
./do test-package            builds both twice, compares the bytes, and uses and removes them in chroots (root)
./do docs                    the documents and the C API as a site in build/docs
./do bench [--brief]         the whole network of the example, kernels, handles; --brief: only that each runs
./do lint                    formatting, clang-tidy, cppcheck, documents, layers, calls, sizes, names, symbols
./do format                  formats the C sources
END
}

# A command whose output is shown only if it fails.
quietly()
{
    mkdir -p "$logs"
    quiet_log=$logs/$1.log
    shift
    ("$@") >"$quiet_log" 2>&1 || { tail -n 60 "$quiet_log" >&2; die "failed: $* (all of it: $quiet_log)"; }
}

as_root()
{
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        die "only root may do this, and there is no sudo: $*"
    fi
}

# Installs those of the packages that are missing. Elsewhere than on Debian and its kin the build says what it lacks.
need()
{
    command -v apt-get >/dev/null 2>&1 || return 0
    missing=
    for package; do
        case $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || :) in
        installed) ;;
        *) missing="$missing $package" ;;
        esac
    done
    [ -n "$missing" ] || return 0
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null 2>&1 || die "please install, as root:$missing"
    say "do: installing$missing"
    quietly apt-update as_root apt-get update
    # shellcheck disable=SC2086 # a list of words
    quietly apt-install as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing
}

# Configures and builds a preset.
build()
{
    preset=$1
    shift
    say "do: building build/$preset"
    quietly "configure-$preset" cmake --preset "$preset"
    quietly "build-$preset" cmake --build --preset "$preset" -j "$jobs" "$@"
}

# built PRESET PACKAGE ...: sets tree to the preset's build, made now with these packages; PAWL_BUILD names another to take as it is.
built()
{
    tree=${PAWL_BUILD:-}
    [ -z "$tree" ] || return 0
    tree=build/$1
    shift
    need "$@"
    build "${tree#build/}"
}

# Sets prefix, and root: where prefix lies while a package is made (DESTDIR).
prefix_of()
{
    prefix=${1:-/usr/local} root=${DESTDIR:-}
    case $prefix in /*) ;; *) prefix=$here/$prefix ;; esac
    case $root in "" | /*) ;; *) root=$here/$root ;; esac
    prefix=${prefix%/}
    [ -n "$prefix" ] || die "/ is no prefix; /usr/local is the usual one"
    root=$root$prefix
    manifest=$root/share/doc/pawl/install_manifest.txt
}

# as_owner FOLDER COMMAND ...: as root only if we may not write there.
as_owner()
{
    owned=$1
    shift
    while [ ! -e "$owned" ]; do owned=$(dirname "$owned"); done
    if [ -w "$owned" ]; then "$@"; else as_root "$@"; fi
}

install_release()
{
    [ $# -le 1 ] || die "install takes one PREFIX"
    prefix_of "$@"
    # shellcheck disable=SC2086
    built release $build_packages
    rm -f "$tree/install_manifest.txt" # root's, perhaps
    quietly install as_owner "$root" env DESTDIR="${root%"$prefix"}" cmake --install "$tree" --prefix "$prefix"
    # What was installed now or by an earlier release, by names within the prefix, so that it can be removed.
    while IFS= read -r file || [ -n "$file" ]; do
        printf '%s\n' "${file#"$prefix/"}"
    done <"$tree/install_manifest.txt" | cat - "$manifest" 2>/dev/null | LC_ALL=C sort -u >"$tree/installed" || :
    as_owner "$root" cp "$tree/installed" "$manifest"
    version=$("$root/bin/pawl" --version)
    libdir=$prefix/$(sed -n 's|/libpawl\.so$||p' "$tree/installed")
    say "$version is in $root"
    [ "$root" = "$prefix" ] || return 0
    as_owner "$root" ldconfig 2>/dev/null || : # an ordinary user's prefix has no need of it
    next_steps
}

# What a user of the new prefix does.
next_steps()
{
    case :$PATH: in
    *":$prefix/bin:"*) say "  the programs are on your PATH" ;;
    *) say "  the programs:      export PATH=\"$prefix/bin:\$PATH\"" ;;
    esac
    say "  with pkg-config:   export PKG_CONFIG_PATH=$libdir/pkgconfig"
    say "                     cc app.c \$(pkg-config --cflags --libs pawl)      # or pawl-static"
    say "  with CMake:        cmake -DCMAKE_PREFIX_PATH=$prefix ...           # find_package(pawl)"
    if { ldconfig -p || /sbin/ldconfig -p; } 2>/dev/null | grep -qF "$libdir/libpawl.so"; then
        say "  programs that you link find the library"
    else
        say "  programs that you link find the library by -Wl,-rpath,$libdir, or after"
        say "                     echo $libdir | sudo tee /etc/ld.so.conf.d/pawl.conf && sudo ldconfig"
    fi
    say "  to remove it:      ./do uninstall $prefix"
}

uninstall()
{
    [ $# -le 1 ] || die "uninstall takes one PREFIX"
    prefix_of "$@"
    [ -f "$manifest" ] || die "there is no $manifest, so ./do install did not install pawl into $prefix"
    grep -q -e '^/' -e '\.\./' "$manifest" && die "$manifest names files outside its prefix; nothing was removed"
    list=$(mktemp)
    { cat "$manifest"; printf '%s\n' "${manifest#"$root/"}"; } >"$list"
    # Our own folders with them; and the prefix, if nothing but empty folders is left of it.
    # shellcheck disable=SC2016 # its own variables
    as_owner "$root/share" sh -eu -c 'cd "$1"
        tr "\n" "\0" <"$2" | xargs -0 rm -f
        sed -n "s|\(.*/pawl\)/.*|\1|p" "$2" | sort -u | tr "\n" "\0" | xargs -0 rmdir 2>/dev/null || :
        [ -n "$(find . ! -type d | head -n 1)" ] || find . -depth -mindepth 1 -type d -exec rmdir {} +
        cd /
        rmdir "$1" 2>/dev/null || :' sh "$root" "$list"
    [ "$root" != "$prefix" ] || as_owner "$root" ldconfig 2>/dev/null || :
    say "do: removed $(wc -l <"$list") files from $root"
    rm "$list"
}

# The names in a file of weights as a data.yaml: a .wts has none.
names_of()
{
    names=$("$1" inspect "$2" --json 2>/dev/null | sed -n 's/.*"names":\(\[[^]]*\]\).*/\1/p')
    [ -n "$names" ] || return 1
    printf 'names: %s\n' "$names" >"$3"
}

# JSON lines of `pawl predict` as a table.
table()
{
    awk '
        function text(s, key) { if (!match(s, "\"" key "\":\"[^\"]*\"")) return "?"
            return substr(s, RSTART + length(key) + 4, RLENGTH - length(key) - 5) }
        function number(s, key) { if (!match(s, "\"" key "\":[-0-9.e+]+")) return 0
            return substr(s, RSTART + length(key) + 3, RLENGTH - length(key) - 3) }
        BEGIN { printf "%-24s %-14s %10s  %s\n", "picture", "class", "confidence", "box x1 y1 x2 y2" }
        {
            file = text($0, "file"); sub(/.*\//, "", file)
            parts = split($0, box, "{\"box_xyxy\":\\[")
            for (i = 2; i <= parts; i++) {
                split(box[i], xy, /[],]/)
                printf "%-24s %-14s %10.3f  %.0f %.0f %.0f %.0f\n", file, text(box[i], "name"),
                    number(box[i], "confidence"), xy[1], xy[2], xy[3], xy[4]
            }
            if (parts < 2) printf "%-24s (no detections)\n", file
        }' "$1"
}

demo()
{
    [ $# = 0 ] || [ $# = 2 ] || die "demo takes nothing, or WEIGHTS and PICTURE"
    weights=${1:-examples/shapes/shapes.pt}
    pictures=${2:-examples/shapes/pictures}
    [ -e "$weights" ] || die "there is no $weights"
    [ -e "$pictures" ] || die "there is no $pictures"
    # shellcheck disable=SC2086
    built release $build_packages
    pawl=$tree/bin/pawl out=runs/demo
    stem=$(basename "$weights")
    stem=${stem%.*}
    mkdir -p "$out"
    source=$weights
    set --
    case $weights in
    *.pt)
        source=$out/$stem.wts
        "$pawl" convert "$weights" "$source"
        if names_of "$pawl" "$weights" "$out/$stem.yaml"; then set -- --names "$out/$stem.yaml"; fi
        ;;
    esac
    "$pawl" build "$source" -o "$out/$stem.engine" "$@"
    "$pawl" predict "$out/$stem.engine" "$pictures" --project "$out" --name pictures --exist-ok \
        --json "$out/$stem.jsonl"
    printf '\n'
    table "$out/$stem.jsonl"
    printf '\nThe annotated pictures are in %s\n' "$out/pictures"
}

# Where tests find the shared data; says what is left out without it.
shared_data()
{
    PAWL_TEST_DATA=${PAWL_TEST_DATA:-../shared/data}
    if [ -d "$PAWL_TEST_DATA" ]; then
        PAWL_TEST_DATA=$(cd "$PAWL_TEST_DATA" && pwd)
        export PAWL_TEST_DATA
        return 0
    fi
    [ "${CI:-}" != true ] || die "the shared test data is absent ($PAWL_TEST_DATA), and CI=true"
    say "do: left out: comparisons with PyTorch's outputs on published checkpoints (no shared data at $PAWL_TEST_DATA)"
}

test_plain()
{
    # shellcheck disable=SC2086
    need $build_packages $test_packages
    build dev
    say "do: left out: sanitizers, clang, lint, aarch64 (./do test --full), GPU (./do test --gpu)"
    shared_data
    ctest --test-dir build/dev --output-on-failure -j "$jobs"
}

# One step of --full: its output goes to a log, the end of which is shown on failure. All steps are run whatever fails.
failed=
step()
{
    step_name=$1
    shift
    step_start=$(date +%s)
    mkdir -p "$logs"
    # In a process of its own, so that set -e holds inside.
    if sh ./do "$@" >"$logs/$step_name.log" 2>&1; then
        step_result=passed
    else
        step_result=FAILED
        failed="$failed $step_name"
        tail -n 80 "$logs/$step_name.log" >&2
    fi
    say "do: $step_name $step_result after $(($(date +%s) - step_start)) s"
}

full()
{
    # shellcheck disable=SC2086
    need $build_packages $test_packages $lint_packages $full_packages
    shared_data
    step dev step-dev
    step rtx step-rtx
    step slots step-slots
    step lint lint
    step asan step-asan
    step tsan step-tsan
    step clang step-clang
    step fuzz step-fuzz
    step aarch64 step-aarch64
    [ -z "$failed" ] || die "failed:$failed"
    # The line that says how many tests there are comes last.
    grep 'tests passed' "$logs/dev.log"
}

step_dev()
{
    build dev
    ctest --test-dir build/dev --output-on-failure -j "$jobs" -LE rtx
}

# Each version of TensorRT-RTX in build/wheels/VERSION, fetched once; sets PAWL_TEST_RTX.
fetch_rtx()
{
    [ "$(uname -m)" = x86_64 ] || { say "do: the libraries are for x86_64"; return 1; }
    PAWL_TEST_RTX=
    for version in $rtx_versions; do
        folder=$PWD/build/wheels/$version
        library=$folder/libtensorrt_rtx.so.1
        if [ ! -e "$library" ]; then
            say "do: fetching tensorrt-rtx-cu13-libs $version (90 MB)"
            python3 -m pip --version >/dev/null 2>&1 || need python3-pip
            mkdir -p "$folder"
            python3 -m pip download --quiet --no-deps --only-binary=:all: --python-version 3.11 --platform manylinux_2_28_x86_64 \
                --dest "$folder" "tensorrt-rtx-cu13-libs==$version" || return 1
            # Renamed when it is whole; of the wheel nothing else is used.
            python3 - "$folder" <<'END' || return 1
import glob, os, shutil, sys, zipfile
folder = sys.argv[1]
wheel, = glob.glob(os.path.join(folder, "*.whl"))
library = os.path.join(folder, "libtensorrt_rtx.so.1")
with zipfile.ZipFile(wheel) as archive:
    name, = [name for name in archive.namelist() if name.endswith("/libtensorrt_rtx.so.1")]
    with archive.open(name) as source, open(library + ".part", "wb") as target:
        shutil.copyfileobj(source, target)
os.rename(library + ".part", library)
os.remove(wheel)
END
        fi
        PAWL_TEST_RTX=$PAWL_TEST_RTX${PAWL_TEST_RTX:+:}$library
    done
    export PAWL_TEST_RTX
}

# NVIDIA's library itself, each version: orders of ending, and whole engines. PAWL_TEST_RTX may name others.
step_rtx()
{
    build dev
    if [ -z "${PAWL_TEST_RTX:-}" ] && ! fetch_rtx; then
        [ "${CI:-}" != true ] || die "TensorRT-RTX could not be fetched, and CI=true"
        say "do: left out: TensorRT-RTX (it could not be fetched)"
        return 0
    fi
    ctest --test-dir build/dev --output-on-failure -L rtx
}

# The tables of slots against NVIDIA's headers, which cannot be in the repository: PAWL_TRT_HEADERS lists their folders.
step_slots()
{
    if [ -z "${PAWL_TRT_HEADERS:-}" ]; then
        say "do: left out: tables of slots against NVIDIA's headers (PAWL_TRT_HEADERS names no folders of them)"
        return 0
    fi
    set --
    for folder in $(printf '%s' "$PAWL_TRT_HEADERS" | tr ':' ' '); do
        set -- "$@" "$(basename "${folder%/include}")=$folder"
    done
    python3 tools/trt_slots.py check --table src/backend/tensorrt/trt_slots.h --double tests/doubles/tensorrt/double_slots.h "$@"
    # The roles come from all versions together: with some of them the table would lack what the others have.
    if [ $# -ge 38 ]; then python3 tools/trt_slots.py roles --table src/trace/witness/trace_roles.h "$@"; fi
}

step_asan()
{
    build asan
    ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1 \
        ctest --test-dir build/asan --output-on-failure -j "$jobs" -LE 'bench|install|tree|rtx'
}

step_tsan()
{
    build tsan
    # The proof's threads are the same code in each family: 82, 100, 110 would add five minutes.
    ctest --test-dir build/tsan --output-on-failure -j "$jobs" -L 'lifetime|threads' -LE 'bench|install|tree|rtx' -E 'proof_double_(82|100|110)_'
}

# clang's warnings are errors too; its code passes what is quick.
step_clang()
{
    build clang
    ctest --test-dir build/clang --output-on-failure -j "$jobs" -LE 'bench|install|tree|shared|lifetime|rtx'
}

# Every input of the corpora through the fuzz targets, then 20 s of new ones each. What crashes stays in build/fuzz/found.
step_fuzz()
{
    targets=
    for corpus in tests/fuzz/corpus/*/; do
        targets="$targets fuzz_$(basename "$corpus")"
    done
    # shellcheck disable=SC2086 # a list of words
    build fuzz --target $targets
    for target in $targets; do
        program=$(find build/fuzz -type f -name "$target" | head -n 1)
        corpus=tests/fuzz/corpus/${target#fuzz_}
        "$program" -runs=0 "$corpus"
        mkdir -p "build/fuzz/found/$target"
        words=tests/fuzz/dict/${target#fuzz_}.dict
        set --
        [ ! -e "$words" ] || set -- -dict="$words"
        "$program" "$@" -max_total_time=20 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
            -artifact_prefix="build/fuzz/found/$target-" "build/fuzz/found/$target" "$corpus"
    done
}

# The libraries of another architecture, unpacked beside the build: nothing is installed on this machine.
sysroot_aarch64()
{
    root=$PWD/build/aarch64-sysroot
    [ ! -e "$root/ready" ] || return 0
    apt=$root/apt
    rm -rf "$root"
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
    : >"$apt/status"
    set -- -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o Dir::State::lists="$apt/lists" \
        -o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache" -o Debug::NoLocking=1 \
        -o APT::Sandbox::User=root
    apt-get "$@" update
    apt-get "$@" install -y --no-install-recommends --download-only libc6-dev libjpeg-dev libpng-dev libwebp-dev \
        libjansson-dev libyaml-dev libxxhash-dev zlib1g-dev libcmocka-dev libgcc-12-dev
    for package in "$apt"/cache/archives/*.deb; do
        dpkg-deb -x "$package" "$root"
    done
    rm -rf "$apt"
    touch "$root/ready"
}

# Another family of processors, with all its kernels, under an emulator: no test may assume x86.
step_aarch64()
{
    sysroot_aarch64
    PKG_CONFIG_SYSROOT_DIR=$root PKG_CONFIG_LIBDIR=$root/usr/lib/aarch64-linux-gnu/pkgconfig:$root/usr/share/pkgconfig \
        cmake -S . -B build/aarch64 -G Ninja -DCMAKE_BUILD_TYPE=Release -DPAWL_WERROR=ON \
        -DCMAKE_TOOLCHAIN_FILE="$PWD/cmake/aarch64-linux.cmake" -DPAWL_SYSROOT="$root"
    cmake --build build/aarch64 -j "$jobs"
    ctest --test-dir build/aarch64 --output-on-failure -j "$jobs" -LE 'bench|install|tree|shared|lifetime|cli|rtx'
}

# Counts of lines over the whole suite; at least 90 % of src/. What runs many threads writes counts that are nearly right: enough here.
coverage()
{
    # shellcheck disable=SC2086
    need $build_packages $test_packages
    build coverage
    shared_data
    # Empty files of counts: a test's other users write there too, and what never runs is among the lines.
    find build/coverage -name '*.gcno' -exec sh -c 'for notes; do : >"${notes%gcno}gcda"; chmod a+w "${notes%gcno}gcda"; done' sh {} +
    # Left out: a limit of file sizes is one of these files' too, and would cut them off.
    ctest --test-dir build/coverage --output-on-failure -j "$jobs" -LE 'bench|install|tree|rtx|headers' -E '^cli_file_size_limit$' || say "do: some tests failed: their lines count all the same"
    python3 tools/coverage.py build/coverage
}

# On NVIDIA's TensorRT, which PAWL_TENSORRT_LIBRARY names where the loader does not find it, and a GPU. Up to half an hour the first time.
test_gpu()
{
    # shellcheck disable=SC2086
    built dev $build_packages $test_packages
    shared_data
    proof=build/gpu
    mkdir -p "$proof/bin" "$proof/data"
    for file in bin/pawl tests/tensorrt/trt_proof bench/gpu_path tests/gpu/gpu_kernels tests/golden/test_zoo tests/doubles/libfailing_cuda.so; do
        ln -sf "$PWD/$tree/$file" "$proof/bin/"
    done
    ln -sf "$PWD/examples/shapes/shapes.pt" "$PWD/examples/shapes/pictures/shapes1.jpg" "$proof/data/"
    for file in yolov5n.pt images/bus.jpg zoo; do
        [ ! -e "${PAWL_TEST_DATA:-}/$file" ] || ln -sfn "$PAWL_TEST_DATA/$file" "$proof/data/$(basename "$file")"
    done
    sh tests/tensorrt/gpu.sh "$proof/bin" "$proof/data" "$proof/work" doctor device equal orders ends profiles threads refusals driver long zoo fp32 \
        trace fp16-all fp16-free fp16-scale int8
}

run_tests()
{
    case ${1:-} in
    "") test_plain ;;
    --full) full ;;
    --gpu) test_gpu ;;
    *) usage >&2; exit 2 ;;
    esac
}

# All three benchmarks (bench/README.md). --brief only sees that each runs: its figures mean nothing.
bench()
{
    shapes=bench/shapes/yolov5n.txt duration=3
    case ${1:-} in
    "") ;;
    --brief) shapes=bench/shapes/brief.txt duration=0.1 ;;
    *) usage >&2; exit 2 ;;
    esac
    # shellcheck disable=SC2086
    built bench $build_packages $test_packages
    engine=$tree/bench/shapes.engine
    say "do: the whole network (pawl bench)"
    "$tree/bin/pawl" build -q examples/shapes/shapes.pt -o "$engine"
    for threads in 1 $([ "$jobs" -gt 1 ] && echo "$jobs"); do
        "$tree/bin/pawl" bench "$engine" --threads "$threads" --with-nms --duration "$duration"
    done
    say "do: the kernels on $shapes (bench_kernels)"
    "$tree/bench/bench_kernels" "$shapes"
    say "do: handles (lifetime_cost)"
    "$tree/bench/lifetime_cost"
    say "To compare with other engines: build the same weights, give every program one picture as float32 array, one"
    say "process at a time, in turn, several rounds: pawl bench MODEL.engine --threads N --input picture.npy --json -"
}

# The rooms' contract headers keep their hand-made columns.
formatted() { { find apps -name '*.h'; find apps bench examples/c src tests -name '*.c'; } | LC_ALL=C sort; }

format_check() { formatted | xargs clang-format-14 --dry-run --Werror; }

# With assertions: they say what cannot happen. The analyser sees one file at a time and cannot know what the others promise, so what it
# suspects is shown and not fatal.
tidy()
{
    build dev
    # What this machine compiles: files of another architecture's instructions are not understood here.
    sed -n "s|.*\"file\": \"$PWD/\(.*\)\".*|\1|p" build/dev/compile_commands.json | grep -e '^src/.*\.c$' -e '^apps/.*\.c$' | LC_ALL=C sort -u |
        xargs -n 4 -P "$jobs" clang-tidy-14 -p build/dev --quiet --extra-arg=-UNDEBUG --warnings-as-errors='*,-clang-analyzer-core*'
}

check_cpp()
{
    cppcheck --quiet --error-exitcode=1 --enable=warning,performance,portability --inline-suppr --std=c11 -j "$jobs" \
        --suppress=missingInclude --suppress=unmatchedSuppression -DPAWL_STATIC=1 -Iinclude -Isrc -Iapps src apps
}

# docs/ and the public headers, by Doxygen; its warnings are errors, and so are links that lead nowhere.
docs()
{
    # shellcheck disable=SC2086
    need $docs_packages
    PAWL_SITE=build/docs
    PAWL_VERSION=$(sed -n 's/^#define PAWL_VERSION_STRING "\(.*\)".*/\1/p' include/pawl/version.h)
    export PAWL_SITE PAWL_VERSION
    rm -rf "$PAWL_SITE"
    mkdir -p "$PAWL_SITE"
    quietly docs doxygen docs/Doxyfile
    python3 tools/check_site.py "$PAWL_SITE"
    say "$PAWL_SITE/index.html"
}

lint()
{
    # shellcheck disable=SC2086
    need $build_packages $test_packages $lint_packages
    bad=
    for check in format_check tidy check_cpp docs; do
        say "do: $check"
        ($check) || bad="$bad $check"
    done
    python3 tools/check_layers.py || bad="$bad layers"
    python3 tools/check_calls.py || bad="$bad calls"
    python3 tools/check_sizes.py || bad="$bad sizes"
    python3 tools/check_docs.py || bad="$bad docs"
    python3 tools/coverage.py --check || bad="$bad coverage"
    python3 tools/check_api.py || bad="$bad api"
    sh tools/check_symbols.sh build/dev || bad="$bad symbols"
    [ -z "$bad" ] || die "lint:$bad"
}

format()
{
    # shellcheck disable=SC2086
    need $lint_packages
    formatted | xargs clang-format-14 -i
}

command=${1:-}
[ $# = 0 ] || shift
case $command in
demo) demo "$@" ;;
test) run_tests "$@" ;;
build)
    # shellcheck disable=SC2086
    built release $build_packages
    say "$tree/bin/pawl"
    ;;
install) install_release "$@" ;;
uninstall) uninstall "$@" ;;
package)
    . tools/package.sh
    package "$@"
    ;;
test-package)
    # shellcheck disable=SC2086
    need $build_packages debhelper dpkg-dev debootstrap lintian
    exec sh tests/package/run.sh "$PWD"
    ;;
docs) docs ;;
bench) bench "$@" ;;
lint) lint ;;
format) format ;;
coverage) coverage ;;
step-dev) step_dev ;;
step-rtx) step_rtx ;;
step-slots) step_slots ;;
step-asan) step_asan ;;
step-tsan) step_tsan ;;
step-clang) step_clang ;;
step-fuzz) step_fuzz ;;
step-aarch64) step_aarch64 ;;
*) usage >&2; [ "$command" = help ] || [ "$command" = --help ] || exit 2 ;;
esac
