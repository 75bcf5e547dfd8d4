#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh BUILD SOURCE: ./do install into a staging folder; moves the prefix away from where it was to be, uses what lies there, and removes it.
set -eu
build=$1 source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/elsewhere

export PAWL_BUILD="$build"
DESTDIR=$work/stage sh "$source/do" install /opt/pawl >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
mv "$work/stage/opt/pawl" "$prefix"
rmdir "$work/stage/opt" "$work/stage" # nothing lies beside the prefix

# These files and no others.
{
    cat <<END
bin/pawl
bin/yolov5_cls
bin/yolov5_det
bin/yolov5_seg
$LIBDIR/cmake/pawl/pawlConfig.cmake
$LIBDIR/cmake/pawl/pawlConfigVersion.cmake
$LIBDIR/cmake/pawl/pawlTargets-CONFIG.cmake
$LIBDIR/cmake/pawl/pawlTargets.cmake
$LIBDIR/libpawl.a
$LIBDIR/libpawl.so
$LIBDIR/libpawl.so.MINOR
$LIBDIR/libpawl.so.MINOR.PATCH
$LIBDIR/pawl/libpawl_audit.so
$LIBDIR/pawl/libpawl_trace.so
$LIBDIR/pkgconfig/pawl-static.pc
$LIBDIR/pkgconfig/pawl.pc
share/bash-completion/completions/pawl
share/doc/pawl/LICENSE
share/doc/pawl/NOTICE
share/doc/pawl/examples/build.c
share/doc/pawl/examples/detect.c
share/doc/pawl/examples/threads.c
share/doc/pawl/examples/video.c
share/doc/pawl/examples/worker.c
share/doc/pawl/font-licence.txt
share/doc/pawl/install_manifest.txt
share/fish/vendor_completions.d/pawl.fish
share/man/man1/pawl.1
share/man/man1/yolov5_cls.1
share/man/man1/yolov5_det.1
share/man/man1/yolov5_seg.1
share/zsh/site-functions/_pawl
END
    (cd "$source" && find include -type f)
} | LC_ALL=C sort >"$work/wanted"
(cd "$prefix" && find . ! -type d) | sed -e 's|^\./||' -e 's/Targets-[a-z]*\.cmake/Targets-CONFIG.cmake/' \
    -e 's/so\.[0-9]*\.[0-9]*$/so.MINOR/' -e 's/so\.[0-9]*\.[0-9]*\.[0-9]*$/so.MINOR.PATCH/' | LC_ALL=C sort >"$work/there"
diff -u "$work/wanted" "$work/there" || { echo "run: what is installed (right) is not what should be"; exit 1; }

# One version, whomever one asks.
version=$("$prefix/bin/pawl" --version)
[ "$version" = "pawl $(PKG_CONFIG_PATH=$prefix/$LIBDIR/pkgconfig pkg-config --modversion pawl)" ]
grep -qF "set(PACKAGE_VERSION \"${version#pawl }\")" "$prefix/$LIBDIR/cmake/pawl/pawlConfigVersion.cmake"
[ -e "$prefix/$LIBDIR/libpawl.so.${version#pawl }" ]
grep -qF "[Unreleased]: ${version#pawl }" "$source/CHANGELOG.md" || grep -qF "## [${version#pawl }] - " "$source/CHANGELOG.md" || {
    echo "run: CHANGELOG.md does not know ${version}"
    exit 1
}

# The programs find the library where both lie now, and it alone.
for program in pawl yolov5_det yolov5_seg yolov5_cls; do
    env -u LD_LIBRARY_PATH ldd "$prefix/bin/$program" | grep -qF "$work/elsewhere/" || { echo "run: $program finds another libpawl"; exit 1; }
done

# Each library that is linked or built in has its place in NOTICE.
for file in "$prefix/$LIBDIR/libpawl.so" "$prefix/bin/pawl" "$prefix/bin/yolov5_seg"; do
    readelf -d "$file" | sed -n 's/.*NEEDED.*\[\(lib[a-z]*\)[^]]*\]/\1/p'
done | sort -u | grep -vx -e libc -e libm -e libpawl | while read -r library; do
    grep -qw "$library" "$prefix/share/doc/pawl/NOTICE" || { echo "run: NOTICE does not name $library"; exit 1; }
done
sed -n 's/^ *pawl_library(\([a-z0-9]*\) .*/\1/p' "$source/cmake/libraries.cmake" | grep -vx cmocka | while read -r library; do
    grep -qi "$library" "$prefix/share/doc/pawl/NOTICE" || { echo "run: NOTICE does not name $library"; exit 1; }
done

sh "$source/tests/install/consume.sh" "$prefix" "$source" pkgconfig find_package

# What others have put there stays; what install put there goes, and with the last of it the prefix.
echo another >"$prefix/bin/other"
sh "$source/do" uninstall "$prefix" 2>"$work/log" || { cat "$work/log"; exit 1; }
[ "$(cd "$prefix" && find . ! -type d)" = ./bin/other ] || { echo "run: uninstall removed too much or too little:"; find "$prefix" ! -type d; exit 1; }
if sh "$source/do" uninstall "$prefix" 2>/dev/null; then echo "run: uninstalled what was not there"; exit 1; fi
rm "$prefix/bin/other"
sh "$source/do" install "$prefix" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
grep -qF "PKG_CONFIG_PATH=$prefix/$LIBDIR/pkgconfig" "$work/log" || { echo "run: install does not say what to do next"; exit 1; }
sh "$source/do" uninstall "$prefix" 2>/dev/null
[ ! -e "$prefix" ] || { echo "run: uninstall left"; find "$prefix"; exit 1; }
