#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh SOURCE: what `./do package` makes, as strangers have it. Both are built twice, the second time in another folder, by another user, in another
# locale and time zone, and are the same bytes; the Debian packages are installed in a bare Debian 12, used and removed without a trace; the
# archive is used on an older and on a newer release than the one that made it. Needs root (chroot, mount) and debootstrap; else it is skipped (77).
set -eu
source=$(cd "$1" && pwd)
made=$source/build/package
roots=${PAWL_CHROOTS:-$source/build/chroots}
skip() { echo "test-package: left out: $*"; exit 77; }
die() { echo "test-package: $*"; exit 1; }
[ "$(id -u)" = 0 ] || skip "only root may make a chroot"
command -v debootstrap >/dev/null || skip "there is no debootstrap"
[ "${PAWL_APART:-}" = 1 ] || PAWL_APART=1 exec unshare --mount sh "$0" "$@" # mounts go with us
work=$(mktemp -d)
trap 'umount -R -l "$work"/*/proc "$work"/*/dev 2>/dev/null; rm -rf --one-file-system "$work"' EXIT
archive=$(apt-get indextargets --format '$(REPO_URI)' 'Codename: bookworm' | head -n 1)

# root SUITE: a new bare system, copied from one that is made once; sets root.
root()
{
    if [ ! -e "$roots/$1/ready" ]; then
        echo "test-package: making a bare $1"
        rm -rf "${roots:?}/$1"
        mkdir -p "$roots/$1"
        debootstrap --variant=minbase "$1" "$roots/$1/root" "$archive" >"$roots/$1/log" 2>&1 || { tail -n 5 "$roots/$1/log"; die "no $1"; }
        touch "$roots/$1/ready"
    fi
    root=$work/$1
    cp -a "$roots/$1/root" "$root"
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    cp /etc/resolv.conf /etc/hosts "$root/etc/"
    mkdir -p "$root/w"
    mkdir -p "$root/w/tests"
    cp -R "$source/examples" "$root/w"
    for folder in install examples; do
        [ ! -e "$source/tests/$folder" ] || cp -R "$source/tests/$folder" "$root/w/tests"
    done
}

# in_root COMMAND: as its root would type it, in /w.
in_root()
{
    chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 TERM=dumb \
        DEBIAN_FRONTEND=noninteractive sh -euc "cd /w; $1" >"$work/said" 2>&1 || { tail -n 30 "$work/said"; die "in $root: failed: $1"; }
}

# says TEXT: the last command said it.
says() { grep -qF -e "$1" "$work/said" || { tail -n 30 "$work/said"; die "the last command did not say: $1"; }; }

echo "test-package: building"
rm -rf "$made"
(cd "$source" && sh ./do package) || die "./do package failed"

echo "test-package: building again, elsewhere, as somebody else"
other=$work/another-folder/with-a-longer-name
mkdir -p "$other"
tar -C "$source" -c --exclude-vcs --exclude=./build --exclude=./runs . | tar -x -C "$other"
user=nobody
[ ! -e "$source/build/sysroot-bullseye/ready" ] || { mkdir -p "$other/build" && cp -a "$source/build/sysroot-bullseye" "$other/build"; }
chmod 755 "$work"
chown -R "$user" "$other"
setpriv --reuid "$user" --clear-groups env -i HOME=/nonexistent PATH="$PATH" TZ=Pacific/Kiritimati LC_ALL=C USER=somebody PAWL_JOBS=3 \
    sh -c 'umask 077; cd "$1" && sh ./do package' sh "$other" || die "./do package failed as $user in $other"
for file in "$made"/*.deb "$made"/*.tar.gz; do
    cmp "$file" "$other/build/package/$(basename "$file")" || die "$(basename "$file") depends on where, when or by whom it is built"
    echo "test-package: the same bytes: $(basename "$file")"
done

lintian --allow-root --fail-on error,warning --tag-display-limit 0 "$made"/*.changes || die "lintian"

root bookworm
rm -f "$root/etc/apt/sources.list"
cp -a /etc/apt/sources.list.d/. "$root/etc/apt/sources.list.d/" 2>/dev/null || :
[ ! -e /etc/apt/sources.list ] || cp /etc/apt/sources.list "$root/etc/apt/"
cp -a /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/"
cp "$made"/*.deb "$root/w/"
in_root 'apt-get update; apt-get install -y --no-install-recommends man-db bash-completion zsh fish >/dev/null; find / -xdev \( -path /w -o -path /proc -o -path /dev -o -path /var/lib/apt -o -path /var/cache -o -path /var/log \) -prune -o -print | sort >/w/before'

echo "test-package: installing the programs"
in_root 'apt-get install -y --no-install-recommends ./pawl_*.deb ./libpawl0.2_*.deb'
in_root 'cd examples/shapes; pawl build shapes.pt -o /tmp/shapes.engine; pawl predict /tmp/shapes.engine pictures --project /tmp/runs'
says 'crosses'
in_root 'pawl doctor; pawl explain L006; yolov5_det 2>&1 || :'
in_root 'man pawl | cat; man yolov5_seg | cat'
says 'yolov5_seg'
in_root 'bash -c "source /usr/share/bash-completion/bash_completion; __load_completion pawl || _comp_load pawl; complete -p pawl"'
says '_pawl pawl'
in_root 'fish -c "complete -C \"pawl build --back\""'
says '--backend'
in_root 'fish -c "complete -C \"pawl pre\""'
says 'predict'
# What zsh offers, by a terminal of its own.
cat >"$root/w/zsh-completes" <<'END'
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'autoload -Uz compinit; compinit -u; PS1=""; zstyle ":completion:*" list-prompt ""; setopt no_list_ambiguous; unsetopt zle_bracketed_paste'
zpty -w shell 'echo ready-now'
zpty -r shell text '*ready-now*ready-now*'
zpty -n -w shell $'pawl build --prec\t'
zpty -n -w shell $'x\n'
zpty -n -w shell $'echo the-\\end\n'
zpty -r shell text '*the-end*'
print -r -- "$text"
END
in_root 'timeout 60 zsh -f zsh-completes'
says '--precision'
in_root 'zsh -n /usr/share/zsh/vendor-completions/_pawl'

echo "test-package: installing what developers need, and building somebody else's project"
in_root 'apt-get install -y --no-install-recommends ./libpawl-dev_*.deb gcc g++ libc6-dev pkg-config cmake ninja-build'
in_root 'mkdir sources-of-pawl; cp -R examples tests sources-of-pawl/; sh sources-of-pawl/tests/install/consume.sh /usr /w/sources-of-pawl pkgconfig find_package'
says 'consume: find_package: built and run'
in_root 'cc examples/c/detect.c -o /tmp/detect $(pkg-config --cflags --libs pawl); /tmp/detect /tmp/shapes.engine examples/shapes/pictures/shapes1.jpg'

echo "test-package: removing"
in_root 'apt-get purge -y pawl libpawl0.2 libpawl-dev; find / -xdev \( -path /w -o -path /tmp -o -path /proc \) -prune -o -name "*pawl*" ! -path "/var/lib/apt/*" ! -path "/var/cache/*" ! -path "/var/log/*" -print; ldconfig -p | grep pawl || :; dpkg -l | grep pawl || echo nothing-left'
[ "$(cat "$work/said" | sed -n '/^\//p')" = "" ] || { cat "$work/said"; die "purge left something"; }
says 'nothing-left'

# The archive.
for suite in bullseye trixie; do
    root "$suite"
    echo "test-package: the archive on $suite"
    cp "$made"/*.tar.gz "$root/w/"
    in_root 'mkdir /opt/any; tar -xzf *.tar.gz -C /opt/any --strip-components=1; PATH=/opt/any/bin:$PATH; cd examples/shapes; ldd --version | head -n 1
        pawl --version; pawl build shapes.pt -o /tmp/shapes.engine; pawl predict /tmp/shapes.engine pictures --project /tmp/runs; pawl doctor'
    says 'crosses'
    in_root 'ldd /opt/any/bin/* /opt/any/lib/libpawl.so'
    if grep -v -e '^/' -e linux-vdso -e ld-linux -e 'libpawl\.so' -e 'lib\(c\|m\|dl\|pthread\|rt\)\.so' "$work/said"; then die "the archive needs more than the C library"; fi
done
echo "test-package: passed"
