# SPDX-License-Identifier: Apache-2.0
# An output that cannot be written is told before the work whose result it is to hold, and nothing is left.
try() { echo "--- $*"; "$@" 2>&1; echo "exit $?"; [ -z "$(ls -A)" ] || find . | sort; }
build() { try pawl build "$SHAPES/shapes.pt" "$@"; }
int8="--precision int8 --calib $SHAPES/pictures"
truth="--data $SHAPES/truth.json --images $SHAPES/pictures"
build $int8 -o no/x.engine
build $int8 -o /dev/null
build $int8 -o x.engine --calib-cache no/x.calib
build $int8 -o x.engine --max-map-drop 0.1 $truth --curve no/x.svg
build -o x.engine --fp16-audit no/x.json
build -o x.engine --lifetimes no/x.svg
try pawl val "$ENGINE" $truth --json no/x.json --nosave
try pawl val "$ENGINE" $truth --save-json no/x.json --nosave
try pawl bench "$ENGINE" --trace no/x.json
try pawl bench "$ENGINE" --probe-file no/x.json
try pawl predict "$SHAPES/shapes.pt" "$SHAPES/pictures" --save-engine no/x.engine
# Where no engine is written, its place is not looked at; nor is that of a cache that is there.
pawl build -q "$SHAPES/shapes.pt" -o no/x.engine --dry-run && echo dry
# The run's folder is made before, and goes again where nothing comes into it.
pawl val -q "$ENGINE" $truth --project out --name run --json out/run/x.json && ls out/run | grep json
try pawl val "$ENGINE" $truth --project out --save-txt --json no/x.json | grep -v '^./out/run'
# What has the name of the output and is no weights is refused as that.
cp "$ENGINE" n.engine
try pawl build n.engine | sed '/^\./d'
echo text >t.onnx
try pawl export t.onnx | sed '/^\./d'
pawl convert -q "$SHAPES/shapes.pt" w.wts
try pawl convert w.wts | sed '/^\./d'
