# SPDX-License-Identifier: Apache-2.0
# With stdin, stdout or stderr closed nothing that is printed ends in a file that happens to be opened in its place.
mkdir in
i=0
while [ $i -lt 60 ]; do ln -s "$SHAPES/pictures/shapes1.jpg" in/$i.jpg; i=$((i + 1)); done
pawl predict "$ENGINE" in --imgsz 64 --nosave --json a.jsonl >&- 2>err; echo $?
pawl predict "$ENGINE" in --imgsz 64 --nosave --json b.jsonl >/dev/null 2>&-; echo $?
pawl predict "$ENGINE" in --imgsz 64 --nosave --json c.jsonl <&- >&- 2>&-; echo $?
wc -l ./*.jsonl
cat ./*.jsonl | grep -cv '^{"file"'
cat err
pawl build "$SHAPES/shapes.pt" -o x.engine <&- >&- 2>&-; echo $?
pawl inspect x.engine | sed "s/,.*//; q"
