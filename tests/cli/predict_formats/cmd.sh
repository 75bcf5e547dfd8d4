# SPDX-License-Identifier: Apache-2.0
# Kinds of pictures that the library leaves to ffmpeg: here is one that writes down how it is called. And a truncated JPEG.
p=$SHAPES/pictures/shapes1.jpg
mkdir bin
cat >bin/ffmpeg <<'END'
#!/bin/sh
echo "$*" >>calls
case $* in
*good*) printf 'P6 2 2 255\n' && head -c 12 /dev/zero ;;
*slow*) echo 'cannot guess' >&2; exit 1 ;;
*junk*) echo junk ;;
esac
END
chmod +x bin/ffmpeg
jp2() { printf '\0\0\0\014jP  \r\n\207\n' >"$1"; }
jp2 good.jp2; jp2 slow.jp2; jp2 junk.jp2; jp2 none.jp2
look() { pawl predict "$ENGINE" --nosave -q "$@" 2>&1; echo "exit $?"; }
(PATH=$PWD/bin:$PATH; look good.jp2; look slow.jp2; look junk.jp2; look none.jp2; look -- -good.jp2; look 'http:good.jp2')
cp good.jp2 ./-good.jp2; cp good.jp2 'http:good.jp2'
(PATH=$PWD/bin:$PATH; look -- -good.jp2; look 'http:good.jp2'; look ./http:good.jp2)
cat calls
# What is no picture is not handed on, and where there is no ffmpeg that is said.
printf '%%PDF-1.4\n' >a.pdf
rm calls
(PATH=$PWD/bin:$PATH; look a.pdf; look "$ENGINE"); ls calls 2>&1
(PATH=/nowhere; look good.jp2)
# A JPEG that ends too early.
head -c 9000 "$p" >cut.jpg
look cut.jpg
pawl predict "$ENGINE" cut.jpg --accept-truncated --nosave --conf 0.999 2>&1 | grep truncated
