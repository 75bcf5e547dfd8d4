# SPDX-License-Identifier: Apache-2.0
# A limit of file sizes is a write that fails, not a death that leaves half a file.
tool npy 1 64 64 >x.npy
(
    ulimit -f 8
    pawl build -q "$SHAPES/shapes.pt" -o x.engine; echo $?
    pawl convert -q "$SHAPES/shapes.pt" x.wts; echo $?
    pawl predict -q "$ENGINE" "$SHAPES/pictures/shapes1.jpg"; echo $?
    pawl run -q "$ENGINE" --input x.npy --output x; echo $?
    pawl inspect "$SHAPES/shapes.pt" --json=x.json; echo $?
)
find . -type f
