# SPDX-License-Identifier: Apache-2.0
# Another name of what stdout goes to is stdout: nothing is replaced, nothing that is in it is lost. The link stands for
# /dev/stdout, which root would replace with a file.
ln -s /proc/self/fd/1 stdout
one=$SHAPES/pictures/shapes1.jpg
echo before >file
pawl inspect "$SHAPES/shapes.pt" --json=stdout >>file
pawl predict "$ENGINE" "$one" --nosave -q --json stdout >>file
pawl predict "$ENGINE" "$one" --nosave -q --save-coco stdout | tail -n 1 >>file
cut -c 1-8 file
pawl predict "$ENGINE" "$one" --nosave --json stdout 2>err | cut -c 1-8
grep -c ^image err
[ -L stdout ] && ls
pawl predict "$ENGINE" "$one" --nosave --save-coco - 2>err | cut -c 1-8 | sort -u
grep -c ^image err
pawl predict "$ENGINE" "$one" --nosave --save-coco stdout --json - | cat; echo end
# An engine and a .wts are files.
pawl build "$SHAPES/shapes.pt" -o -; echo $?
pawl convert "$SHAPES/shapes.pt" -; echo $?
{ pawl convert "$SHAPES/shapes.pt" stdout; echo $?; } | cat
{ pawl export "$SHAPES/shapes.pt" -o stdout; echo $?; } | cat
ls
