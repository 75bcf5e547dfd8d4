# SPDX-License-Identifier: Apache-2.0
# What is taken from a folder: pictures by their endings, sorted; nothing hidden, no folder.
mkdir -p in/sub.jpg
cp "$SHAPES/pictures/shapes1.jpg" in/b.JPG
cp "$SHAPES/pictures/shapes1.jpg" in/a.jpeg
cp "$SHAPES/pictures/shapes1.jpg" in/sub.jpg/c.jpg
echo resource fork >in/._a.jpeg
echo text >in/readme.txt
pawl predict "$ENGINE" in --nosave --conf 1; echo $?
