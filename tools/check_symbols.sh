#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check_symbols.sh BUILD_DIR: libpawl.so exports pawl_* and nothing else, and is at most 2.4 MB stripped.
set -eu
library=$(find "$1" -name 'libpawl.so*' -type f | head -n 1)
[ -n "$library" ] || { echo "check_symbols: no libpawl.so under $1" >&2; exit 1; }

exported=$(nm -D --defined-only "$library" | awk '$2 ~ /^[A-Z]$/ { sub(/@.*/, "", $3); print $3 }' | grep -v '^PAWL_0$' || :)
strange=$(printf '%s\n' "$exported" | grep -v '^pawl_' || :)
[ -z "$strange" ] || { printf 'check_symbols: exported without being public:\n%s\n' "$strange" >&2; exit 1; }

# Every function that a public header declares is there.
headers=$(dirname "$0")/../include/pawl
declared=$(sed -e '/^#/d' "$headers"/*.h | grep -o 'PAWL_API[^;]*(' | grep -o 'pawl_[a-z0-9_]*(' | tr -d '(' | sort -u)
for name in $declared; do
    printf '%s\n' "$exported" | grep -qx "$name" || { echo "check_symbols: $name is declared and not exported" >&2; exit 1; }
done

stripped=$(mktemp)
trap 'rm -f "$stripped"' EXIT
strip -o "$stripped" "$library"
size=$(wc -c <"$stripped")
[ "$size" -le 2400000 ] || { echo "check_symbols: $size bytes stripped, the cap is 2400000" >&2; exit 1; }
echo "check_symbols: $(printf '%s\n' "$exported" | wc -l) symbols, $size bytes stripped"
