# SPDX-License-Identifier: Apache-2.0
# A file of another kind that is recognised ends with 4 wherever it is given, with its name; what nothing recognises with 3.
p=$SHAPES/pictures/shapes1.jpg
export PAWL_FFMPEG=/nowhere/ffmpeg # whether there is one is the machine's
cp "$SHAPES/shapes.pt" a.pt
cp "$ENGINE" a.engine
cp "$p" a.jpg
pawl convert -q a.pt
tool npy 1 64 64 >a.npy
printf '\010\010\022\007pytorch\032\0051.9.0:abc' >a.onnx
printf 'ftrt\0\0\0\0\0\0' >plan.engine
printf '\0\0\0\030ftypisom\0\0\0\0' >a.mp4
printf '8BPS\0\1\0\0' >a.psd
printf '%%PDF-1.4\n' >a.pdf
printf '{"images": []}' >a.json
printf 'hello, world\n' >words
printf '\1\2\3\4\5\6\7\10\11' >bytes
: >empty
mkdir folder
codes() { # COMMAND WORDS with FILE in the place of each
    printf '%s:' "$1"
    for file in a.pt a.wts a.engine a.jpg a.npy a.onnx plan.engine a.mp4 a.psd a.pdf a.json words bytes empty folder nowhere; do
        # shellcheck disable=SC2046
        pawl $(printf '%s' "$1" | sed "s/FILE/$file/g") >/dev/null 2>said
        code=$?
        [ $code = 0 ] || [ -s said ] || echo "nothing is said of $file"
        printf ' %s=%s' $file $code
    done
    echo
}
codes 'convert FILE -o out'
codes 'build FILE -o out'
codes 'inspect FILE'
codes 'predict FILE a.jpg --nosave'
codes 'predict a.engine FILE --nosave'
codes 'run FILE a.npy -o out'
codes 'run a.engine FILE -o out'
codes 'bench FILE --imgsz 64 --iterations 1 --warmup 0'
codes 'bench a.engine --input FILE --iterations 1 --warmup 0'
codes 'val FILE --data a.json'
codes 'val a.engine --data FILE'
codes 'verify FILE a.jpg --imgsz 64'
codes 'verify a.pt FILE --images a.jpg --imgsz 64'
pawl build -q a.wts -o nameless.engine
codes 'predict nameless.engine a.jpg --nosave --names FILE'
pawl predict a.npy a.jpg 2>&1
pawl predict a.onnx a.jpg 2>&1
pawl predict a.engine a.pt --nosave 2>&1
pawl run a.engine a.jpg 2>&1
pawl build bytes 2>&1
pawl val a.engine --data a.jpg 2>&1
