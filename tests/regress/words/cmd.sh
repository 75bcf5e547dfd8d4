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
# One is no many.
echo only >one.txt && pawl build x.wts -o y.engine --names one.txt 2>&1 | grep -o 'has 1 name.*'
mkdir -p black one/images/val && printf 'P5 2 2 255\n\0\0\0\0' >black/b.pgm
pawl build x.pt -o y.engine --precision int8 --calib black 2>&1 | grep -o 'black: 1 .* each'
echo no >one/images/val/a.jpg
pawl build x.pt -o y.engine --precision int8 --calib one/images/val -q 2>&1
printf 'val: images/val\nnames: [a, b, c, d, e, f]\n' >one/data.yaml
pawl val x.engine --data one/data.yaml --nosave 2>&1 | grep -o 'none of its .* file'
mkdir -p one/labels/val && echo '0 0.5 0.5 0.1 0.1' >one/labels/val/a.txt
pawl val x.engine --data one/data.yaml --nosave -q 2>&1
# A precision in capitals is no word of ours, and is told here, not by the library.
for word in INT8 FP16; do pawl build x.pt -o y.engine --precision $word 2>&1 | sed 's/; see .*//'; done
pawl build x.pt -o y.engine --backend CUDA 2>&1 | sed 's/; see .*//'
# Which of all the files that are called best.pt.
mkdir -p exp3/weights && head -c 5000 "$SHAPES/shapes.pt" >exp3/weights/best.pt && : >exp3/weights/best.wts
for command in build convert export inspect; do pawl $command exp3/weights/best.pt 2>&1 | cut -d ' ' -f 1-3; pawl $command ./exp3/weights/best.wts 2>&1 | cut -d ' ' -f 1-3; done
