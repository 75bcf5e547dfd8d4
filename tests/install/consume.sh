#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# consume.sh PREFIX SOURCE [WAY ...]: builds somebody else's project, in C and C++, outside the tree, and runs it: by pkg-config and by
# find_package with what is installed in PREFIX, by add_subdirectory and FetchContent with SOURCE, the tree of pawl. WAYs are pkgconfig, find_package, add,
# fetch (default: all). Nothing but the flags that pkg-config and CMake give leads to the library.
set -eu
prefix=$(cd "$1" && pwd) source=$(cd "$2" && pwd)
shift 2
[ $# -gt 0 ] || set -- pkgconfig find_package add fetch
cc=${CC:-cc} cxx=${CXX:-c++} cmake=${CMAKE:-cmake}
[ -n "${GENERATOR:-}" ] || ! command -v ninja >/dev/null || GENERATOR=Ninja
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset LD_LIBRARY_PATH PKG_CONFIG_PATH CMAKE_PREFIX_PATH
shapes=$source/examples/shapes
cp -R "$source/tests/install/project" "$work/project"
cp "$source"/examples/c/*.c "$source/tests/examples/feed.c" "$work/project"
cd "$work/project"

die() { echo "consume: $*"; exit 1; }

# run FOLDER SUFFIX: the programs in it: weights to an engine, its detections from C, from a server's worker, and from C++.
run()
{
    "$1/consumer$2" >"$work/said" || die "$1/consumer$2 failed"
    "$1/build$2" "$shapes/shapes.pt" "$work/shapes.engine" >/dev/null 2>"$work/said" || { cat "$work/said"; die "$1/build$2 failed"; }
    boxes=$("$1/detect$2" "$work/shapes.engine" "$shapes/pictures/shapes1.jpg" | wc -l)
    objects=$("$1/objects$2" "$work/shapes.engine" "$shapes/pictures/shapes1.jpg") || die "$1/objects$2 failed"
    answered=$("$1/feed$2" requests "$shapes/pictures/shapes1.jpg" | "$1/worker$2" "$work/shapes.engine" 2 | grep -o class_id | wc -l)
    [ "$answered" = "$boxes" ] || die "$1/worker$2 answers with $answered boxes, detect has $boxes"
    if [ "$boxes" -le 5 ] || [ "$objects" != "$boxes objects" ]; then die "$1: $boxes boxes from C, $objects from C++"; fi
    rm "$work/shapes.engine"
}

# By the two files for pkg-config; the flags of other libraries are none of ours.
pkgconfig()
{
    PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name pawl.pc)")
    export PKG_CONFIG_PATH
    for flag in $(pkg-config --cflags pawl) $(pkg-config --cflags pawl-static); do
        case $flag in
        -DPAWL_STATIC=1) ;;
        -I*) [ -e "${flag#-I}/pawl/pawl.h" ] || die "pkg-config gives $flag, where no header of pawl is" ;;
        *) die "pkg-config gives $flag" ;;
        esac
    done
    mkdir bin
    libdir=$(pkg-config --variable=libdir pawl)
    for module in pawl pawl-static; do
        suffix=_static link=""
        [ "$module" = pawl-static ] || { suffix="" link="-Wl,-rpath,$libdir"; }
        for program in consumer build detect threads worker video feed; do
            # shellcheck disable=SC2046,SC2086 # words are wanted
            "$cc" -std=c99 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wpedantic -Werror "$program.c" -o "bin/$program$suffix" $(pkg-config --cflags --libs $module) $link
        done
        # shellcheck disable=SC2046,SC2086
        "$cxx" -std=c++11 objects.cpp -o "bin/objects$suffix" $(pkg-config --cflags --libs $module) $link
        run bin "$suffix"
    done
    unset PKG_CONFIG_PATH
}

# configure FOLDER OPTION ...
configure()
{
    folder=$1
    shift
    "$cmake" -S . -B "$folder" ${GENERATOR:+-G "$GENERATOR"} -DCMAKE_C_COMPILER="$cc" -DCMAKE_CXX_COMPILER="$cxx" "$@" >"$work/log" 2>&1 ||
        { cat "$work/log"; die "$folder: not configured"; }
}

build_and_run()
{
    "$cmake" --build "$1" -j "${PAWL_JOBS:-2}" >"$work/log" 2>&1 || { tail -n 40 "$work/log"; die "$1: not built"; }
    run "$1" ""
    run "$1" _static
}

find_package()
{
    configure found -DCMAKE_PREFIX_PATH="$prefix"
    build_and_run found
    if grep -r "$source" "$prefix"/*/cmake "$prefix"/*/*/cmake 2>/dev/null; then die "the package leads into the tree that made it"; fi
}

add()
{
    configure added -DPAWL_SOURCE="$source"
    build_and_run added
    (cd added && "${cmake%cmake}ctest" -N) | grep -q 'Total Tests: 1$' || die "pawl added tests to the project around it"
    DESTDIR=$work/stage "$cmake" --install added >/dev/null
    [ ! -e "$work/stage" ] || die "pawl added its files to what the project around it installs"
}

fetch() { configure fetched -DPAWL_SOURCE="$source" -DWAY=fetch; }

for way; do
    $way
    echo "consume: $way: built and run"
done
