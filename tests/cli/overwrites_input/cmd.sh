# SPDX-License-Identifier: Apache-2.0
cp "$SHAPES/shapes.pt" a.bin
pawl build a.bin -o a.bin
echo $?
ln -s a.bin b.bin
pawl convert a.bin b.bin
echo $?
tool same a.bin "$SHAPES/shapes.pt"
