# SPDX-License-Identifier: Apache-2.0
mkdir a b
cp "$SHAPES/pictures/shapes1.jpg" a/x.jpg
cp "$SHAPES/pictures/shapes4.jpg" b/x.jpg
cp "$SHAPES/pictures/shapes4.jpg" b/x.png
pawl predict -q "$ENGINE" a b --save-txt
find runs -type f | LC_ALL=C sort
