#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# written.sh PAWL SHAPES WRITER: each kind of file that the program reads, while somebody (WRITER, preloaded) writes into it.
set -u
pawl=$1 shapes=$2 writer=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
cp -r "$shapes/pictures" "$shapes/data.yaml" "$shapes/truth.json" "$shapes/shapes.pt" "$shapes/x.npy" .
chmod -R u+w .
mkdir images labels
cp pictures/*.jpg images && cp pictures/*.txt labels
sed 's/^val:.*/val: images/' data.yaml >yolo.yaml
printf 'a\nb\nc\nd\ne\nf\n' >names.txt
"$pawl" build -q shapes.pt -o e.engine && "$pawl" convert -q shapes.pt w.wts && "$pawl" build -q w.wts -o nameless.engine || exit 1
mkdir kept && cp -r [!k]* kept
failed=0

# told STATUS FILE COMMAND...: it says that FILE changed, and ends with STATUS.
told()
{
    wanted=$1 file=$2
    shift 2
    cp -r kept/. .
    PAWL_TEST_WRITTEN=/$file LD_PRELOAD=$writer "$pawl" "$@" >out 2>err
    status=$?
    [ "$status" = "$wanted" ] || { echo "status $status, not $wanted: pawl $*"; cat err; failed=1; }
    grep -q "$file:* .*changed while it was read" err || { echo "does not tell of $file: pawl $*"; cat err; failed=1; }
}

told 3 e.engine predict e.engine images/shapes1.jpg --nosave
told 3 e.engine inspect e.engine
told 3 shapes.pt build shapes.pt -o no.engine
told 3 w.wts build w.wts -o no.engine
told 3 w.wts convert w.wts -o no.wts
told 3 shapes2.jpg predict e.engine images/shapes2.jpg --nosave
told 8 shapes2.jpg predict e.engine images --nosave --json j.json
[ "$(grep -c '"detections"' j.json)" = 5 ] || { echo "the other pictures were not done"; failed=1; }
told 3 x.npy run e.engine --input x.npy -o no
told 3 names.txt predict nameless.engine images/shapes1.jpg --nosave --names names.txt
told 3 yolo.yaml val e.engine --data yolo.yaml
told 3 truth.json val e.engine --data truth.json --images images
told 8 labels/shapes3.txt val e.engine --data yolo.yaml
[ ! -e no.engine ] && [ ! -e no.wts ] || { echo "something was written"; failed=1; }
exit "$failed"
