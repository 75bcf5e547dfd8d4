# SPDX-License-Identifier: Apache-2.0
# A picture without boxes: why, where that can be found out.
disc() { # R G B of the disc on grey
    awk -v rgb="$1" 'BEGIN { print "P3 320 320 255"; for (y = 0; y < 320; y++) for (x = 0; x < 320; x++)
        print (x - 160) ^ 2 + (y - 160) ^ 2 < 4900 ? rgb : "100 100 100" }'
}
disc '230 100 100' >red.ppm
disc '100 100 230' >blue.ppm
printf 'P5 64 48 255 ' >black.pgm; head -c 3072 /dev/zero >>black.pgm
printf 'P5 64 48 255 ' >white.pgm; head -c 3072 /dev/zero | tr '\0' '\377' >>white.pgm
look() { echo "--- $*"; pawl predict "$@" --nosave 2>&1 | grep -vE 'Speed|built in'; }
look "$ENGINE" black.pgm white.pgm
look "$ENGINE" "$SHAPES/pictures/shapes1.jpg" --conf 0.999
# What is left out by its class; what is left out by its score is of the classes that are asked for.
look "$ENGINE" "$SHAPES/pictures/shapes3.jpg" --classes 3
# Only the first three; none with -q.
look "$ENGINE" "$SHAPES/pictures" --conf 1 | grep -c 'scores above'
look "$ENGINE" "$SHAPES/pictures" --conf 1 -q
# A network that sees blue alone, and a picture whose channels are swapped.
pawl convert -q "$SHAPES/shapes.pt" shapes.wts
awk '$1 == "model.0.conv.weight" { printf "%s %s ", $1, $2; for (i = 3; i <= NF; i++) printf " %s", int((i - 3) / 36) % 3 == 2 ? $i : "00000000"; print ""; next } { print }' shapes.wts >blue.wts
look blue.wts blue.ppm red.ppm --conf 0.1
# Weights that are no numbers: the layer in which that begins.
awk '$1 == "model.4.cv1.conv.weight" { $9 = "7fc00000" } { print }' shapes.wts >nan.wts
look nan.wts "$SHAPES/pictures/shapes1.jpg"
awk '$1 == "model.4.cv1.bn.weight" { $5 = "7f800000" } { print }' shapes.wts >inf.wts
look inf.wts "$SHAPES/pictures/shapes1.jpg"
# The masks of a batch's other pictures are still made.
pawl predict "$SEGMENTER" "$SHAPES/pictures/shapes1.jpg" black.pgm --conf 0 --json - --nosave 2>/dev/null | grep -c mask
