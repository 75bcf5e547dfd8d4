#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# owners.sh CXX SOURCE_DIR LIBRARY LEVEL PROGRAM [flag...]: compiles owners.cpp with a C++ compiler, then runs it. The build itself needs
# none. PROGRAM is pawl, which makes an engine to load; "" where there is none.
set -eu
cxx=$1 source=$2 library=$3 level=$4 program=$5
shift 5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$cxx" -std=c++11 -pthread -O1 -g -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror "$@" -I"$source/include" \
    "$source/tests/lifetime/owners.cpp" "$library" -Wl,-rpath,"$(dirname "$library")" -o "$work/owners"
set -- "$level"
weights=$source/examples/shapes/shapes.pt
if [ -n "$program" ] && [ -e "$weights" ]; then
    "$program" build -q "$weights" --imgsz 64 --threads 1 -o "$work/x.engine"
    set -- "$@" "$work/x.engine"
fi
"$work/owners" "$@"
