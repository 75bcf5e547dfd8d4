# SPDX-License-Identifier: Apache-2.0
# Pictures and labels are found in every form that YOLOv5 takes; a set without labels has no score.
names='names: [circle, square, triangle, star, heart, cross]'
mkdir -p set/images/val set/labels/val other/pictures
cp "$SHAPES/pictures/shapes1.jpg" set/images/val/one.jpg
cp "$case/../../cli/val_labels/shapes1.txt" set/labels/val/one.txt
figures() { grep -o '"images":[0-9]*\|"instances":[0-9]*\|"metrics":{"mAP50-95":[0-9.]*,"mAP50":[0-9.]*' v.json | sed 's/.*://' | tr '\n' ' ' | cut -c 1-10; }
# try NAME ARGUMENTS: one line of what was found
try() {
    name=$1
    shift
    rm -f v.json
    pawl val --nosave "$ENGINE" --conf 0.25 --json v.json -q "$@" </dev/null
    code=$?
    printf '%s: exit %s' "$name" "$code"
    [ ! -e v.json ] || printf ', pictures, objects, mAP50: %s' "$(figures)"
    echo
}
# form NAME YAML: of a data.yaml, in the folder set
form() {
    printf "$2\n$names\n" >set/data.yaml
    try "$1" --data "${3:-set}/data.yaml"
}

form 'below the file' 'val: images/val'
form 'a list' 'val: [images/val]'
form 'the same twice' 'val: [images/val, images]'
form 'an empty path' 'path:\nval: images/val'
form 'path: .' 'path: .\nval: images/val'
form 'no path' 'path: ~\nval: images/val'
form 'path: Null' 'path: Null\nval: images/val'
(HOME=$PWD; export HOME; mkdir set/yaml; printf "path: ~/set\nval: images/val\n$names\n" >set/yaml/data.yaml; try 'from home' --data set/yaml/data.yaml; rm -r set/yaml)
form 'path: from here' 'path: set\nval: images/val'
form 'an absolute path' "path: $PWD/set\nval: images/val"
form 'an alias' 'train: &t images/val\nval: *t'
form 'Roboflow' 'val: ../images/val'
form 'back-slashes' 'val: images\\\\val'
form 'nc that is wrong' 'nc: 99\nval: images/val'
(cd set && printf 'val: images/val\nnames:\n  5: cross\n  0: circle\n  1: square\n  2: triangle\n  3: star\n  4: heart\n' >map.yaml) && try 'a map of names' --data set/map.yaml
cd set
printf "val: images/val\n$names\n" >data.yaml
try 'no folder before the file' --data data.yaml
try 'pictures by --images' --data data.yaml --images images/val
cd images/val
try 'the current folder' --data ../../data.yaml --images .
cd ../../..

printf './one.jpg\nREADME\n\n' >set/images/val/list.txt
form 'a list beside the pictures' 'val: images/val/list.txt'
printf '%s/set/images/val/one.jpg\r\n%s/set/images/val/one.jpg\r\n' "$PWD" "$PWD" >set/list
form 'absolute lines, twice' 'val: list'
printf '%s\n' 'images\val\one.jpg' >set/list
form 'lines of Windows' 'val: list'
echo 'set/images/val/one.jpg' >set/list
form 'lines from the current folder' 'val: list'
form 'of another split' 'val: nowhere\ntest: images/val' >/dev/null
try 'another split' --data set/data.yaml --split test
form 'nowhere' 'val: nowhere/images'
form 'no val' 'train: images/val'

# Links: to the pictures, whose labels lie beside them or beside the link.
mkdir -p link/images
ln -s "$PWD/set/images/val" link/images/val
printf "val: images/val\n$names\n" >link/data.yaml
try 'labels where the link leads' --data link/data.yaml
mv set/labels/val link
mkdir link/labels
mv link/val link/labels
try 'labels beside the link' --data link/data.yaml
rm -r link/labels
try 'no labels' --data link/data.yaml
mkdir -p a/images/b/images/c a/images/b/labels/c
cp set/images/val/one.jpg a/images/b/images/c
cp "$case/../../cli/val_labels/shapes1.txt" a/images/b/labels/c/one.txt
printf "val: images\n$names\n" >a/data.yaml
try 'the last of two folders images' --data a/data.yaml
cp set/images/val/one.jpg other/pictures
cp "$case/../../cli/val_labels/shapes1.txt" other/pictures/one.txt
printf "val: pictures\n$names\n" >other/data.yaml
try 'labels beside the pictures' --data other/data.yaml
ln -s .. other/pictures/up
try 'a link to a folder above' --data other/data.yaml
