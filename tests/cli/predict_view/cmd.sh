# SPDX-License-Identifier: Apache-2.0
# --view by each of its ways, which PAWL_VIEW names where there is no terminal to ask.
p=$SHAPES/pictures/shapes1.jpg
size() { LC_ALL=C grep -a -o "$1" "$2" | head -n 1 | LC_ALL=C tr -d '\033'; }
PAWL_VIEW=kitty pawl predict "$ENGINE" "$p" --nosave --view >kitty 2>/dev/null
size 'Ga=T,f=24,s=[0-9]*,v=[0-9]*,m=1' kitty
# Every piece but the last says that more follow, and none is longer than kitty takes.
LC_ALL=C tr '\033' '\n' <kitty | awk '/^_G/ { n++; sub(/^_G[^;]*;/, ""); if (length > 4096) print "too long"; total += length }
    END { printf "%d pieces, %d bytes of pixels\n", n, total / 4 * 3 }'
LC_ALL=C tr '\033' '\n' <kitty | grep -c '^_Gm=0;'
PAWL_VIEW=sixel pawl predict "$ENGINE" "$p" --nosave --view-img >sixel 2>/dev/null
size 'Pq"1;1;[0-9]*;[0-9]*' sixel
# A letter for each column of each colour in each band.
LC_ALL=C tr -d '\n' <sixel | LC_ALL=C sed -e 's/.*Pq"1;1;\([0-9]*\);[0-9]*/\1 /' | awk '{ width = $1; text = $2; sub(/\033.*/, "", text)
    while (match(text, /#[0-9]+;2;[0-9]+;[0-9]+;[0-9]+/)) text = substr(text, RSTART + RLENGTH)
    parts = split(text, part, "$")
    for (i = 1; i < parts; i++) { line = part[i]; sub(/^-?#[0-9]+/, "", line); n = 0
        while (line != "") { if (match(line, /^![0-9]+/)) { n += substr(line, 2, RLENGTH - 1); line = substr(line, RLENGTH + 2) } else { n++; line = substr(line, 2) } }
        if (n != width) print "a colour has " n " columns of " width } }'
mkdir bin
printf '#!/bin/sh\necho opened "$@"\necho "$@" >opened\n' >bin/xdg-open
chmod +x bin/xdg-open
(PATH=$PWD/bin:$PATH; PAWL_VIEW=folder pawl predict -q "$ENGINE" "$p" --view --project p --name n); cat opened
(PATH=/nowhere; PAWL_VIEW=folder pawl predict "$ENGINE" "$p" --view --project p --name n 2>&1 >/dev/null) | grep xdg
(unset DISPLAY WAYLAND_DISPLAY; PAWL_VIEW=none pawl predict "$ENGINE" "$p" --view --nosave 2>&1 >/dev/null) | grep view
