#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh BUILD SOURCE DOCUMENT: runs each command of a document's `sh` blocks as it is printed, in order and in one shell, where a clone's root would
# be (there is ./do, and a copy of the examples), with the programs of BUILD. A comment "exit code N" allows that one, too.
# In the copy ./do is SOURCE's, with BUILD as what it builds, and /opt/pawl is a folder of the test's; ./do test is left to itself.
set -eu
build=$1 source=$2 document=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tree"
cp -R "$source/examples" "$work/tree"
mkdir -p "$work/tree/examples/shapes/runs/predict/exp" "$work/tree/examples/shapes/runs/val/exp" # another page was read before
cat >"$work/tree/do" <<END
#!/bin/sh
[ "\$1" != test ] || exit 0
PAWL_BUILD='$build' exec sh '$source/do' "\$@"
END
chmod +x "$work/tree/do"

awk '
    /^```/ { inside = $0 == "```sh"; next }
    here != "" { print; if ($0 == here) here = ""; next } # in a here-document
    !inside || /^ *(#|$)/ { next }
    {
        commands++
        if (match($0, /<<.?[A-Z]+/)) {
            here = substr($0, RSTART, RLENGTH)
            gsub(/[^A-Z]/, "", here)
        }
        printf "echo \"%s:%d\" >\"$said\"\n", FILENAME, FNR
        if (match($0, /# .*exit code [0-9]+/)) {
            code = $0
            sub(/.*exit code /, "", code)
            sub(/[^0-9].*/, "", code)
            print "{ " substr($0, 1, RSTART - 1) "; } || [ $? = " code " ]"
        } else
            print
    }
    END { if (!commands) exit 1 }' "$document" | sed "s|/opt/pawl|$work/opt|g" >"$work/script"
[ -s "$work/script" ] || { echo "$document has no commands"; exit 1; }

cd "$work/tree"
if ! said="$work/said" PATH="$build/bin:$PATH" sh -eu "$work/script" >"$work/out" 2>"$work/err"; then
    tail -n 20 "$work/out" "$work/err"
    echo "$(cat "$work/said"): failed as it is printed"
    exit 1
fi
