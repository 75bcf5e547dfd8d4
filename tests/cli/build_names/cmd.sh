# SPDX-License-Identifier: Apache-2.0
pawl convert -q "$SHAPES/shapes.pt" a.wts
printf 'one\ntwo\nthree\nfour\nfive\nsix\n' >names.txt
printf 'nc: 6\nnames:\n  0: uno\n  1: "due"\n  2: tre # three\n  3: quattro\n  4: cinque\n  5: sei\nval: x\n' >map.yaml
printf "names: ['a, b', c, d,\n  e, f, g]\nnc: 6\n" >list.yaml
for names in names.txt map.yaml list.yaml; do
    pawl build -q a.wts -o x.engine --names $names
    pawl inspect x.engine | sed -n 's/^classes *//p'
done
pawl build -q a.wts -o y.engine
pawl predict y.engine "$SHAPES/pictures/shapes4.jpg" --nosave
pawl predict y.engine "$SHAPES/pictures/shapes4.jpg" --nosave --names names.txt
printf 'one\ntwo\n' >short.txt
pawl predict y.engine "$SHAPES/pictures/shapes4.jpg" --nosave --names short.txt
echo $?
pawl build a.wts -o z.engine --names short.txt >/dev/null
echo $?
# YAML as YAML has it: keys in any order, quotes, a # that begins no comment; and a text file of a Windows editor.
printf 'names: {5: f, 4: "e: x", 3: d, 2: c#3, 1: b, 0: "a\\"b"} # c\n' >map2.yaml
printf '\357\273\277one\r\ntwo\r\nthree\r\nfour\r\nfive\r\nsix\r\n' >windows.txt
printf 'names: {0: a, 2: c}\n' >gap.yaml
printf 'nc: 6\n' >none.yaml
for names in map2.yaml windows.txt gap.yaml none.yaml; do
    pawl build -q a.wts -o x.engine --names $names; echo $?
    pawl inspect x.engine | sed -n 's/^classes *//p'
done
