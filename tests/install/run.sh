#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh BUILD HERE EXAMPLES CMAKE GENERATOR: what somebody who installs the library does with it.
set -eu
build=$1 here=$2 examples=$3 cmake=$4 generator=$5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/usr

"$cmake" --install "$build" --prefix "$prefix" >"$work/log" || { cat "$work/log"; exit 1; }
for file in bin/pawl include/pawl/pawl.h "$LIBDIR/libpawl.so" "$LIBDIR/libpawl.a" "$LIBDIR/pkgconfig/pawl.pc" \
    "$LIBDIR/cmake/pawl/pawlConfig.cmake" share/man/man1/pawl.1 share/bash-completion/completions/pawl share/doc/pawl/LICENSE \
    share/doc/pawl/NOTICE share/doc/pawl/font-licence.txt; do
    [ -e "$prefix/$file" ] || { echo "not installed: $file"; exit 1; }
done

# The program finds its library where it was installed, without help.
"$prefix/bin/pawl" --version

# pkg-config, shared and static. The prefix in the file is the configured one, so it is set to where this copy went.
export PKG_CONFIG_PATH="$prefix/$LIBDIR/pkgconfig"
flags() { pkg-config --define-variable=prefix="$prefix" "$@" pawl; }
# shellcheck disable=SC2046 # words are wanted
"$CC" "$here/consumer.c" -o "$work/shared" $(flags --cflags --libs)
LD_LIBRARY_PATH="$prefix/$LIBDIR" "$work/shared"
# shellcheck disable=SC2046
"$CC" -DPAWL_STATIC=1 "$here/consumer.c" -o "$work/static" $(flags --cflags) "$prefix/$LIBDIR/libpawl.a" \
    $(pkg-config --libs libjpeg libpng libwebp zlib) -lm -ldl -pthread
"$work/static"

# find_package, for the consumer and for an example as it is.
mkdir "$work/project"
cp "$here/consumer.c" "$examples/detect.c" "$work/project"
cat >"$work/project/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.22)
project(consumer LANGUAGES C)
find_package(pawl 0.2 REQUIRED COMPONENTS static)
add_executable(consumer consumer.c)
target_link_libraries(consumer PRIVATE pawl::pawl)
add_executable(consumer_static consumer.c)
target_link_libraries(consumer_static PRIVATE pawl::pawl_static)
add_executable(detect detect.c)
target_link_libraries(detect PRIVATE pawl::pawl)
END
consume()
{
    "$cmake" -G "$generator" -S "$work/project" -B "$work/project/build" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="$CC" &&
        "$cmake" --build "$work/project/build"
}
consume >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
"$work/project/build/consumer"
"$work/project/build/consumer_static"
echo installed, linked and run
