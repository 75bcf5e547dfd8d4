# SPDX-License-Identifier: Apache-2.0
# Counts agree with their words, and ids are known by their numbers.
printf '%s\n' bus square wine\ glass skis bench box >names.txt
cp "$SHAPES/shapes.pt" x.pt
pawl convert -q x.pt x.wts && pawl build -q x.wts --names names.txt -o x.engine
pawl predict x.engine "$SHAPES/pictures" --nosave 2>/dev/null | sed 's/.*jpg: [^ ]* //; s/, [^,]*$//'
pawl predict "$ENGINE" "$SHAPES/pictures/shapes1.jpg" --nosave 2>/dev/null | grep -o '[0-9] cross[a-z]*'
pawl bench x.engine --imgsz 64 --iterations 1 --warmup 0 | grep -o '[0-9]* runs*$'
echo text >a.jpg
pawl verify "$SHAPES/shapes.pt" --images a.jpg 2>&1 | grep -c 'the 1 pictures'
for id in L6 l6 l006 6 pawl-l6 PAWL-L006; do pawl explain $id | head -n 1; done
for id in L L99 L-6 L6x PAWL 6.0; do pawl explain "$id" 2>&1; echo $?; done
COLUMNS=40 pawl explain L6
