#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The device kernels as text that any NVIDIA driver from CUDA 10.2 on compiles for its GPU: PTX 6.5 for sm_50, by clang 14 (no CUDA toolkit).
#     tools/make_ptx.sh           writes src/gpu/kernels/kernels.ptx
#     tools/make_ptx.sh --check   77 without clang 14; 1 where the file is not what the sources give
set -eu
cd "$(dirname "$0")/.."
out=src/gpu/kernels/kernels.ptx
clang=${PAWL_CLANG:-clang-14}
if ! "$clang" --version 2>/dev/null | grep -q 'version 14\.'; then
    echo "make_ptx: no clang 14 is here (PAWL_CLANG names one): other versions write other text" >&2
    exit 77
fi
made=$(mktemp)
trap 'rm -f "$made" "$made.s"' EXIT
# Products and sums are rounded one by one, as the CPU's generic kernels round them.
"$clang" -x cuda --cuda-device-only --cuda-gpu-arch=sm_50 -nocudainc -nocudalib -Wno-unknown-cuda-version -Xclang -target-feature -Xclang +ptx65 \
    -ffp-contract=off -O2 -Wall -Wextra -Wno-unused-function -Werror -Isrc -S src/gpu/kernels/kernels.cu -o "$made.s"
{
    echo "// SPDX-License-Identifier: Apache-2.0"
    echo "// Made by tools/make_ptx.sh of kernels.cu: not to be edited."
    sed -e 's,[ 	]*//.*$,,' -e '/^[ 	]*$/d' "$made.s"
} >"$made"
# A block has 48 KiB of shared memory without asking for more, and what does not fit into registers would go to memory of a thread's own.
awk '/^\.visible \.entry/ { kernel = $3; shared = 0 }
     /^\t\.local/ { print "make_ptx: " kernel ") has arrays that are in no register: " $0; bad = 1 }
     /^\t\.shared/ { bytes = $0; if (sub(/.*\[/, "", bytes)) shared += bytes; else shared += $4 ~ /64$/ ? 8 : 4
                     if (shared > 49152) { print "make_ptx: " kernel ") has " shared " bytes of shared memory, of 49152"; bad = 1 } }
     END { exit bad }' "$made" >&2
if [ "${1:-}" = --check ]; then
    cmp -s "$made" "$out" && exit 0
    echo "make_ptx: $out is not what its sources give: run tools/make_ptx.sh" >&2
    exit 1
fi
cp "$made" "$out"
chmod 644 "$out"
