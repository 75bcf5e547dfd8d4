#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh CASE: runs CASE/cmd.sh in an empty folder and compares its stdout and its exit status (CASE/status, else 0).
# Lines of CASE/stderr must each occur in what it writes there. Times are replaced by T. With UPDATE=1 the expectations are rewritten.
# The environment gives PAWL (the program), TOOL (cli_tool), SHAPES (examples/shapes), ENGINE (of shapes.pt, batch 1:1:4), and
# SEGMENTER and CLASSIFIER (engines of random weights at 32x32, 3 classes, batch 1:1:4, for the reference backend).
set -u
case=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
mkdir in
cd in || exit 1

# The program by one word, whatever stands before it (an emulator).
pawl() { $PAWL "$@"; }
tool() { "$TOOL" "$@"; }

(. "$case/cmd.sh") >../stdout.raw 2>../stderr
status=$?
[ "$status" != 77 ] || exit 77 # the case lacks what it needs
cd ..
here=$(pwd -P)
sed -E -e 's/[0-9]+(\.[0-9]+)?ms/Tms/g' -e 's/[0-9]+(\.[0-9]+)? (ms|s)$/T/' -e "s|$here/in/||g" -e "s|$SHAPES|SHAPES|g" \
    -e "s|$ENGINE|ENGINE|g" -e "s|$SEGMENTER|SEGMENTER|g" -e "s|$CLASSIFIER|CLASSIFIER|g" stdout.raw >stdout

if [ "${UPDATE:-}" = 1 ]; then
    cp stdout "$case/stdout"
    if [ "$status" = 0 ]; then rm -f "$case/status"; else echo "$status" >"$case/status"; fi
    exit 0
fi

failed=0
wanted=$(cat "$case/status" 2>/dev/null || echo 0)
[ "$status" = "$wanted" ] || { echo "exit status $status, not $wanted"; failed=1; }
diff -u "$case/stdout" stdout || failed=1
if [ -e "$case/stderr" ]; then
    while IFS= read -r line; do
        grep -qF -e "$line" stderr || { echo "stderr lacks: $line"; failed=1; }
    done <"$case/stderr"
fi
[ "$failed" = 0 ] || { echo "--- stderr"; cat stderr; }
exit "$failed"
