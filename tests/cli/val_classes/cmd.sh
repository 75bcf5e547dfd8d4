# SPDX-License-Identifier: Apache-2.0
# Folders named after what the engine says of their pictures: all right; then one picture moved.
mkdir -p set/val/class0 set/val/class1 set/val/class2 set/train
pawl predict "$CLASSIFIER" "$SHAPES/pictures" --nosave --json - -q >lines
while IFS= read -r line; do
    file=$(printf '%s\n' "$line" | sed 's/.*"file":"\([^"]*\)".*/\1/')
    class=$(printf '%s\n' "$line" | sed 's/.*"top":\[{"class_id":\([0-9]*\).*/\1/')
    cp "$file" "set/val/class$class/"
done <lines
pawl val --nosave "$CLASSIFIER" --data set --json v.json --batch 4
grep -o '"images":6.*"metrics":{[^}]*}' v.json
tool json <v.json
moved=$(ls set/val/class*/*.jpg | head -n 1)
case $moved in */class0/*) to=class1 ;; *) to=class0 ;; esac
mv "$moved" set/val/$to/
pawl val --nosave "$CLASSIFIER" --data set | sed -n 2p
printf 'path: set\nval: val\n' >data.yaml
pawl val --nosave "$CLASSIFIER" --data data.yaml | sed -n 2p
pawl val --nosave "$CLASSIFIER" --data set/val | sed -n 2p
echo no picture >set/val/class0/bad.jpg
pawl val --nosave "$CLASSIFIER" --data set | sed -n 2p; echo "$(ls set)"
pawl val --nosave "$CLASSIFIER" --data set >/dev/null; echo "exit $?"
try() { pawl val --nosave "$@" >/dev/null; echo "exit $?"; }
try "$CLASSIFIER" --data set/train
try "$CLASSIFIER" --data v.json
try "$CLASSIFIER" --data set --save-json x.json
try "$CLASSIFIER" --data set --resize area
try "$ENGINE" --data set
mkdir set/val/class3 && cp "$SHAPES/pictures/shapes1.jpg" set/val/class3/
try "$CLASSIFIER" --data set
printf 'nc: 3\n' >data.yaml
try "$CLASSIFIER" --data data.yaml
