# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What `./do package` makes, which reads this file: Debian packages, and an archive for other distributions, both in build/package. The same sources
# give the same bytes, whoever builds them, where and when.
deb_packages="debhelper dpkg-dev"
# Others' libraries that the archive contains, by their development packages.
contained_packages="libjpeg62-turbo-dev libpng-dev libwebp-dev zlib1g-dev libjansson-dev libyaml-dev libxxhash-dev"
# The archive runs with this release's C library and any later one.
oldest_suite=bullseye oldest_glibc=2.31

packages=$PWD/build/package

pawl_version() { sed -n 's/^#define PAWL_VERSION_STRING "\(.*\)".*/\1/p' include/pawl/version.h; }

# All times in what is packaged.
package_time()
{
    [ -n "${SOURCE_DATE_EPOCH:-}" ] || SOURCE_DATE_EPOCH=$(dpkg-parsechangelog -STimestamp)
    export SOURCE_DATE_EPOCH
}

# pawl, libpawl0.2 and libpawl-dev, by debian/, in a copy of the tree: dpkg-buildpackage leaves much where it works.
package_deb()
{
    command -v apt-get >/dev/null 2>&1 || die "Debian packages are made on Debian and its kin"
    # shellcheck disable=SC2086
    need $build_packages $deb_packages
    package_time
    copy=$packages/source
    rm -rf "$copy"
    mkdir -p "$copy"
    rm -f "$packages"/*.deb
    tar -c --exclude-vcs --exclude=./build --exclude='./build-*' --exclude=./runs --exclude=__pycache__ --exclude='*.o' . | tar -x -C "$copy"
    say "do: building the Debian packages"
    # shellcheck disable=SC2016 # its own variables
    quietly package-deb env DEB_BUILD_OPTIONS="parallel=$jobs" sh -c 'cd "$1" && dpkg-buildpackage -us -uc -b' sh "$copy"
    rm -rf "$copy"
    for file in "$packages"/*.deb; do
        case $file in *-dbgsym_*) ;; *) say "  $file" ;; esac
    done
}

# The C library of an older release, and others' libraries as archives alone: what is linked with it contains them. Nothing is installed.
sysroot_oldest()
{
    root=$PWD/build/sysroot-$oldest_suite
    [ ! -e "$root/ready" ] || return 0
    archive=$(apt-get indextargets --format '$(REPO_URI)' 'Codename: bookworm' | head -n 1)
    [ -n "$archive" ] || die "the archive for other distributions is made on Debian 12"
    apt=$root/apt
    rm -rf "$root"
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
    : >"$apt/status"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive $oldest_suite main" >"$apt/sources.list"
    set -- -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$apt/lists" \
        -o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache" -o Debug::NoLocking=1 -o APT::Sandbox::User=root
    say "do: fetching the C library of Debian's $oldest_suite"
    quietly sysroot-update apt-get "$@" update
    # shellcheck disable=SC2016
    quietly sysroot-fetch sh -c 'cd "$1" && shift && apt-get "$@"' sh "$apt" "$@" download libc6 libc6-dev linux-libc-dev libcrypt1 libcrypt-dev
    for package in "$apt"/*.deb; do
        dpkg-deb -x "$package" "$root"
    done
    rm -rf "$apt"
    # Links that would lead out of it.
    find "$root" -type l -lname '/*' | while read -r link; do
        ln -sfnr "$root$(readlink "$link")" "$link"
    done
    # shellcheck disable=SC2086 # a list of words
    dpkg -L $contained_packages | grep -E '^/usr/(include/.*\.h|lib/.*\.(a|pc))$' | sort -u | tar -c -T - 2>/dev/null | tar -x -C "$root"
    touch "$root/ready"
}

# The newest version of the C library's names that the files ask for.
glibc_needed()
{
    for file; do
        readelf --version-info "$file"
    done | grep -o 'GLIBC_[0-9.]*' | sed 's/GLIBC_//' | sort -u -V | tail -n 1
}

# pawl-VERSION-linux-PROCESSOR.tar.gz: a prefix that can lie anywhere, with nothing needed but the C library.
package_tarball()
{
    command -v apt-get >/dev/null 2>&1 || die "the archive for other distributions is made on Debian 12"
    # shellcheck disable=SC2086
    need $build_packages dpkg-dev binutils
    case $PWD in *[[:space:]]*) die "the archive cannot be made below a folder with a blank in its name: pkg-config and cc take it for two" ;; esac
    package_time
    sysroot_oldest
    name=pawl-$(pawl_version)-linux-$(uname -m)
    tree=build/tarball
    multiarch=$(dpkg-architecture -qDEB_HOST_MULTIARCH)
    say "do: building the archive"
    # gcc looks beside itself before it looks into a sysroot; -B and -L come first.
    libraries=$root/usr/lib/$multiarch
    quietly configure-tarball env PKG_CONFIG_SYSROOT_DIR="$root" \
        PKG_CONFIG_LIBDIR="$root/usr/lib/$multiarch/pkgconfig:$root/usr/share/pkgconfig" \
        CFLAGS="-fstack-protector-strong -D_FORTIFY_SOURCE=2" LDFLAGS="-B$libraries -L$libraries -L$root/lib/$multiarch -Wl,-z,relro -Wl,-z,now -Wl,--as-needed" \
        cmake -S . -B "$tree" -G Ninja -DCMAKE_BUILD_TYPE=Release -DPAWL_TESTS=OFF -DPAWL_SELF_CONTAINED=ON -DCMAKE_INSTALL_LIBDIR=lib \
        -DCMAKE_SYSROOT="$root" -DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY -DCMAKE_FIND_ROOT_PATH_MODE_INCLUDE=ONLY
    quietly build-tarball cmake --build "$tree" -j "$jobs"
    prefix=$packages/$name
    rm -rf "$prefix" "$prefix.tar.gz"
    quietly install-tarball cmake --install "$tree" --prefix "$prefix" --strip
    others=$prefix/share/doc/pawl/others
    mkdir -p "$others"
    for package in $contained_packages; do
        cp "/usr/share/doc/$package/copyright" "$others/$package"
    done
    glibc=$(glibc_needed "$prefix"/bin/* "$prefix"/lib/libpawl.so "$prefix"/lib/pawl/*)
    [ "$(printf '%s\n' "$glibc" "$oldest_glibc" | sort -V | tail -n 1)" = "$oldest_glibc" ] || die "the archive needs the C library $glibc"
    cat >"$prefix/README.txt" <<END
pawl $(pawl_version): YOLOv5 weights in, an optimised engine out, detections from it.

For Linux on $(uname -m) with the GNU C library $oldest_glibc or newer (Debian 11, Ubuntu 20.04, Fedora 32, RHEL 9 and all that came after). Nothing else is
needed: unpack it anywhere, and run bin/pawl. To remove it, remove the folder.

What it contains of others (libjpeg-turbo, libpng, libwebp, zlib, jansson, libyaml, xxHash) is under the licences in share/doc/pawl/others; it is
updated with pawl, not with your system. TensorRT, the NVIDIA driver, fonts, libtiff, libgif and libheif are used where your system has them.

Programs of yours:  export PKG_CONFIG_PATH=\$PWD/lib/pkgconfig
                    cc app.c \$(pkg-config --cflags --libs pawl) -Wl,-rpath,\$PWD/lib
END
    tar -C "$packages" --sort=name --format=gnu --mtime="@$SOURCE_DATE_EPOCH" --owner=root:0 --group=root:0 --mode=u=rwX,go=rX -c "$name" |
        gzip -9n >"$prefix.tar.gz"
    rm -rf "$prefix"
    say "  $prefix.tar.gz (asks for the GNU C library $glibc)"
}

package()
{
    case ${1:-all} in
    deb) package_deb ;;
    tarball) package_tarball ;;
    all) package_deb; package_tarball ;;
    *) usage >&2; exit 2 ;;
    esac
}
