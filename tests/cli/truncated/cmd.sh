# SPDX-License-Identifier: Apache-2.0
pawl convert -q "$SHAPES/shapes.pt" whole.wts
for size in 0 100 100000 1000000; do
    head -c $size "$SHAPES/shapes.pt" >a.pt
    head -c $size whole.wts >a.wts
    head -c $size "$ENGINE" >a.engine
    pawl build a.pt -o x.engine; one=$?
    pawl build a.wts -o x.engine; two=$?
    pawl predict a.engine "$SHAPES/pictures" --nosave; three=$?
    echo "$size: $one $two $three"
done
ls
