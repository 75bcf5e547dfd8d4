# SPDX-License-Identifier: Apache-2.0
# Pictures that are all refused for one reason end a command with its code, whichever command it is: 9 of a limit, 4 of another kind, else 3.
pt=$SHAPES/shapes.pt
mkdir -p many kinds mixed data/images data/labels empty deep/in
cp "$SHAPES"/pictures/shapes[12].jpg many
cp "$SHAPES/pictures/shapes1.jpg" deep/in
cp "$pt" kinds/a.jpg
cp "$pt" mixed/a.jpg
: >mixed/b.jpg
cp "$pt" data/images/a.jpg
echo '0 0.5 0.5 0.1 0.1' >data/labels/a.txt
printf 'val: images\nnames: [circle, square, triangle, star, heart, cross]\n' >data/data.yaml
look() { pawl "$@" -q >/dev/null 2>&1; echo "$1 $?"; }
look verify "$pt" "$ENGINE" --images many/shapes1.jpg --imgsz 64 --max-pixels 1000
look verify "$pt" "$ENGINE" --images many --imgsz 64 --max-pixels 1000
look val "$ENGINE" --data "$SHAPES/data.yaml" --nosave --imgsz 64 --max-pixels 1000
look build "$pt" -o x.engine --precision int8 --calib many --max-pixels 1000
look predict "$ENGINE" many --nosave --imgsz 64 --max-pixels 1000
look verify "$pt" "$ENGINE" --images kinds --imgsz 64
look val "$ENGINE" --data data/data.yaml --nosave --imgsz 64
look build "$pt" -o x.engine --precision int8 --calib kinds
look predict "$ENGINE" kinds --nosave --imgsz 64
look verify "$pt" "$ENGINE" --images mixed --imgsz 64
look build "$pt" -o x.engine --precision int8 --calib mixed
look predict "$ENGINE" mixed --nosave --imgsz 64
# A folder without pictures is no --images that is missing, and --recursive is told to those alone that have it.
look verify "$pt" "$ENGINE" --images empty
pawl verify "$pt" "$ENGINE" --images deep 2>&1
pawl predict "$ENGINE" deep --nosave 2>&1 || :
