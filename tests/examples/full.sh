#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# full.sh FOLDER ENGINE PICTURE: answers that cannot be written are an error of each example, and sides that are no numbers are none.
folder=$1 engine=$2 picture=$3
[ -w /dev/full ] || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
faults=0
refused() { # NAME COMMAND WORDS: exit 1 and a sentence of it
    name=$1 code=0
    shift
    "$@" >/dev/full 2>"$work/err" <"$work/in" || code=$?
    [ "$code" = 1 ] && grep -q 'cannot be written to stdout' "$work/err" || { echo "$name: exit $code, and says"; cat "$work/err"; faults=1; }
}
: >"$work/in"
refused detect "$folder/example_detect" "$engine" "$picture"
refused threads "$folder/example_threads" "$engine" "$picture"
printf '\0\0\0\4none' >"$work/in"
refused worker "$folder/example_worker" "$engine" 1
# Everything scores above 0: there is a box of anything.
head -c 6144 /dev/zero >"$work/in"
refused video "$folder/example_video" "$engine" 64 64 0
for sides in '320x240 240' '320 4294967297' '-3 4' '3 ' "'' 4"; do
    code=0
    # shellcheck disable=SC2086 # two words
    "$folder/example_video" "$engine" $sides </dev/null >/dev/null 2>&1 || code=$?
    [ "$code" = 2 ] || { echo "video $sides: exit $code"; faults=1; }
done
exit "$faults"
