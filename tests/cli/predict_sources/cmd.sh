# SPDX-License-Identifier: Apache-2.0
# Patterns, folders with all below, lists, standard input: as detect.py names them, and a little more.
p=$SHAPES/pictures
export PAWL_FFMPEG=none PAWL_FFPROBE=none # whether it is here or not
mkdir -p a/b/c a/.hidden '[x]'
for n in 1 2 3; do cp "$p/shapes$n.jpg" a/$n.jpg; done
cp a/1.jpg a/b/4.jpg; cp a/1.jpg a/b/c/5.jpg; cp a/1.jpg a/.hidden/6.jpg; cp a/1.jpg '[x]/7.jpg'; cp a/1.jpg 'a/*.jpg'
echo words >a/b/words.txt
ln -s ../.. a/b/loop
files() { pawl predict -q "$ENGINE" "$@" --nosave --imgsz 64 --json - | sed -E 's/.*"file":"([^"]*)".*/\1/'; }
echo '--- patterns'
files 'a/?.jpg'
files 'a/**/*.jpg'
files '**/[45].jpg'
files 'a/**'
files 'a/b/*'
files 'a/*.jpg' # a file of that name is there
files '[x]/7.jpg'
files '[x]/*.jpg' # a pattern: x is no folder
pawl predict "$ENGINE" 'a/*.png' 2>&1
pawl predict "$ENGINE" 'a/img_%03d.png' 2>&1
echo '--- folders'
files a --recursive
mkdir top; mv '[x]' top/x
pawl predict "$ENGINE" top --nosave 2>&1
echo '--- lists'
printf 'a/1.jpg\r\n\n  a/2.jpg  \na/b\na/b/c/*.jpg\n' >list.txt
files list.txt
printf '1.jpg\n2.jpg\n' >a/own.txt
files a/own.txt # counts from the list's folder
printf 'a/1.jpg\nmissing.jpg\n' >half.txt
pawl predict -q "$ENGINE" half.txt --nosave 2>&1; echo "exit $?"
printf '\n' >none.txt
pawl predict "$ENGINE" none.txt --nosave 2>&1; echo "exit $?"
printf 'rtsp://camera/1\n' >streams.txt
pawl predict "$ENGINE" streams.txt 2>&1; echo "exit $?"
printf '\001\002\200\n' >bytes.txt
pawl predict "$ENGINE" bytes.txt 2>&1; echo "exit $?"
pawl predict "$ENGINE" cameras.streams 2>&1; echo "exit $?"
echo '--- standard input'
files - <a/1.jpg
find a -name '[12].jpg' | LC_ALL=C sort | files -
pawl predict "$ENGINE" - --project p --name n --save-txt --save-crop --nosave <a/1.jpg 2>/dev/null
find p -name '*stdin*' | LC_ALL=C sort | head -n 3
files - </dev/null
echo hello | pawl predict "$ENGINE" - 2>&1; echo "exit $?"
# A list is one whatever its first line: of what is missing, after blank ones, a pattern, with a mark, in UTF-16, to the last name.
printf 'gone.jpg\na/1.jpg\n' | pawl predict -q "$ENGINE" - --nosave 2>&1; echo "exit $?"
printf '\n \r\n\ta/1.jpg' | files -
printf 'a/b/c/*.jpg\n' | files -
printf '\357\273\277a/1.jpg\r\na/2.jpg\r\n' | files -
printf '\376\377\0a\0/\0\061\0.\0j\0p\0g\0\n' | files -
printf 'a/1.jpg\0a/2.jpg\0' | pawl predict "$ENGINE" - 2>&1; echo "exit $?"
printf 'a/1.jpg\nend\0a/2.jpg\n' | pawl predict "$ENGINE" - 2>&1; echo "exit $?"
printf '<p>a.jpg</p>\n' | pawl predict -q "$ENGINE" - 2>&1; echo "exit $?"
