#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# bench.sh SOURCE BUILD: ./do bench runs all three benchmarks, and fails when one of them does.
set -u
source=$1 build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$source" || exit 1
failed=0

# A build's programs under other names, so that one can be made to fail.
programs="bin/pawl bench/bench_kernels bench/lifetime_cost"
mkdir "$work/bin" "$work/bench"
for program in $programs; do
    printf '#!/bin/sh\nexec "%s" "$@"\n' "$build/$program" >"$work/$program"
    chmod +x "$work/$program"
done

PAWL_BUILD=$work sh ./do bench --brief >"$work/out" 2>"$work/err" || { echo "./do bench --brief: exit $?"; failed=1; }
for figure in 'pictures a second' 'times counted' 'create + destroy'; do
    grep -qF "$figure" "$work/out" || { echo "no figure: $figure"; failed=1; }
done
[ "$failed" = 0 ] || cat "$work/out" "$work/err"

for program in $programs; do
    mv "$work/$program" "$work/kept"
    printf '#!/bin/sh\nexit 3\n' >"$work/$program"
    chmod +x "$work/$program"
    if PAWL_BUILD=$work sh ./do bench --brief >/dev/null 2>&1; then
        echo "./do bench --brief ends with 0 although $program failed"
        failed=1
    fi
    mv "$work/kept" "$work/$program"
done
exit "$failed"
