# SPDX-License-Identifier: Apache-2.0
# Layers left in float32 until labelled pictures show no larger loss: the worst first, the same each time, told by inspect; what is wrong is said.
shapes=$SHAPES
build() { pawl build "$shapes/shapes.pt" --imgsz 320 --precision int8 --calib-cache a.calib "$@"; }
pawl build -q "$shapes/shapes.pt" --imgsz 320 --precision int8 --calib "$shapes/pictures" --calib-cache a.calib -o all.engine
layers() { pawl inspect -v "$1" | grep -c ' i8'; }
figure() { pawl inspect --json "$1" | sed 's/.*"accuracy":{"drop_limit":\([^,]*\),"fp32":\([^,]*\),"int8":\([^,]*\),"built":\([^}]*\)}.*/\1 \2 \3 \4/'; }

# Entropy costs this network much: some layers must stay, and then the limit holds, as val finds it too.
build --calib-method entropy --max-map-drop 0.02 --data "$shapes/truth.json" --images "$shapes/pictures" -o some.engine >said 2>tried
sed -n -e 's/; .*//' -e 's/[0-9]\{1,\}\.[0-9]*/N/g' -e 's/[0-9]\{1,\} of 60/K of 60/p' -e '/^curve/p' said
[ "$(layers some.engine)" -lt "$(layers all.engine)" ] && echo 'fewer integers'
[ "$(pawl inspect some.engine | grep -c '^accuracy  ')" = 1 ] && echo told
figure some.engine >figures
pawl val some.engine --data "$shapes/truth.json" --images "$shapes/pictures" --nosave --json v.json >/dev/null 2>&1
python3 - <<'END'
import json, re
limit, fp32, int8, built = map(float, open("figures").read().split())
found = json.load(open("v.json"))["metrics"]["AP"] if "AP" in json.load(open("v.json"))["metrics"] else None
print(int8 < fp32 - limit, built >= fp32 - limit - 1e-6, found is None or abs(found - built) < 1e-6)
tried = [int(k) for k in re.findall(r"^  (\d+) of 60 layers", open("tried").read(), re.M)]
print(tried[:2], len(tried) == len(set(tried)))
END
head -c 4 some.curve.svg; echo
build -q --calib-method entropy --max-map-drop 0.02 --data "$shapes/truth.json" --images "$shapes/pictures" --curve other.svg -o twice.engine && cmp some.engine twice.engine && echo alike
# All that the map fixes stays.
printf '*.m.* int8\nmodel.2* int8\n' >map
build -q --calib-method entropy --max-map-drop 0.02 --data "$shapes/data.yaml" --precision-map map -o x.engine; echo "exit $?"
echo 'model.*.cv[12].conv fp32' >map
build -q --precision-map map -o m.engine && pawl inspect -v m.engine | grep 'cv[12].conv' | grep -c ' i8'
[ -e x.engine ] || echo 'no engine'
# Stopped, nothing is written.
why() { "$@" 2>&1 >/dev/null; }
# shellcheck disable=SC2086 # a program and its arguments
$PAWL build "$shapes/shapes.pt" --imgsz 320 --precision int8 --calib-cache a.calib --max-map-drop 0 --data "$shapes/data.yaml" -o stopped.engine >/dev/null 2>going &
until grep -q 'of 60 layers' going || ! kill -0 $!; do sleep 0.05; done
kill -s INT $!; wait $!; [ $? = 130 ] && [ ! -e stopped.engine ] && echo stopped
echo usage
why build --max-map-drop 0.01 -o x.engine
why build --max-map-drop 0.01 --data nowhere.yaml -o x.engine
why build --max-map-drop 5 --data "$shapes/data.yaml" -o x.engine
why build --curve c.svg -o x.engine
why pawl build "$shapes/shapes.pt" --max-map-drop 0.01 --data "$shapes/data.yaml" -o x.engine
