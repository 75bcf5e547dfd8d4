# SPDX-License-Identifier: Apache-2.0
# Kinds of files that people hand over by mistake: the sentence that each gets as weights, as a model, as a picture.
p=$SHAPES/pictures/shapes1.jpg
zeros() { head -c "$1" /dev/zero; }
printf '\010\010\022\007pytorch\032\0051.9.0:abc' >01.onnx
printf '\034\0\0\0TFL3\0\0\0\0' >02.tflite
printf '\211HDF\r\n\032\n\0\0\0\0' >03.h5
printf 'GGUF\003\0\0\0\0\0\0\0' >04.gguf
printf '7767517\n75 83\n' >05.param
printf 'RKNN\0\0\0\0\0\0\0\0' >06.rknn
printf '<?xml version="1.0"?>\n<net name="yolov5s" version="11">\n' >07.xml
printf '\020\0\0\0\0\0\0\0{"a":{"dtype":1}}' >08.safetensors
printf 'ftrt\0\0\0\0\0\0\0\0' >09.plan
{ printf '\001\0\0\0{"description": "YOLOv5"}'; printf 'ftrt'; } >10.ultralytics
printf '\200\002}q\0.' >11.pkl
printf '\223NUMPY\001\0v\0{}' >12.npy
printf 'PK\005\006'; zeros 18 >13.empty-zip; printf 'PK\005\006' >13.zip; zeros 18 >>13.zip; rm 13.empty-zip
printf 'PK\003\004\024\0\0\0\0\0' >14.cut-zip
printf '\037\213\010\0\0\0\0\0' >15.gz
printf '7z\274\257\047\034' >16.7z
printf 'Rar!\032\007' >17.rar
{ zeros 257; printf 'ustar\0'; zeros 249; } >18.tar
printf '\177ELF\002\001\001\0' >19.so
printf 'version https://git-lfs.github.com/spec/v1\noid sha256:0\n' >20.lfs
printf '<!DOCTYPE html><html>' >21.html
printf '%%PDF-1.4\n' >22.pdf
printf '<svg xmlns="http://www.w3.org/2000/svg"/>' >23.svg
printf '\0\0\0\030ftypisom\0\0\0\0' >24.mp4
printf 'RIFF\0\0\0\0AVI LIST' >25.avi
printf '\032\105\337\243\0\0\0\0' >26.mkv
printf '\0\0\001\272\0\0\0\0' >27.mpg
printf '8BPS\0\001\0\0' >28.psd
printf '\377\012\0\0' >29.jxl
printf '{"images": []}' >30.json
printf 'names: [a, b]\nnc: 2\n' >31.yaml
printf 'person\ncar\n' >32.txt
printf '#!/bin/sh\n' >33.sh
printf 'import torch\n' >34.py
printf '\001\002\003\004\005\006\007\010\011' >35.bytes
: >36.empty
printf '\n\n\n' >37.blank
printf '3\nmodel.0.conv.weight 2  3f800000' >38.wts
cp "$ENGINE" 39.engine
head -c 5000 "$SHAPES/shapes.pt" >40.cut.pt
printf '\3757zXZ\0\0\004' >41.xz
printf 'BZh91AY&SY' >42.bz2
printf '\050\265\057\375\0\0' >43.zst
printf '\377\376a\0\n\0' >44.utf16
printf '\r\n  <HTML><head><title>403 Forbidden</title>' >45.page.pt
printf '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code></Error>' >46.s3.pt
printf '<!-- Virus scan warning --><html>' >47.drive.pt
printf 'MZ\220\0\003\0\0\0' >48.exe
printf 'SQLite format 3\0' >49.db
printf 'FLV\001\005\0\0\0' >50.flv
printf '\107\153\060\001\0\0' >51.ncnn.bin
printf '\0\005\026\007\0\002\0\0Mac OS X' >52._best.pt
printf 'RIFF\044\0\0\0WAVEfmt ' >53.wav
printf '<?xml version="1.0"?>\n<!-- made by a program -->\n<svg/>' >54.xml.svg
mkdir folder
# Whether there is an ffmpeg is the machine's.
say() { (PATH=/nowhere; "$@") >/dev/null 2>said; code=$?; printf '%s ' "$code"; grep -c . said | tr '\n' ' '; sed 's/^pawl: //' said | head -n 1; }
for file in [0-9]* folder; do
    echo "--- $file"
    say pawl build "$file" -o out.engine
    say pawl predict "$file" "$p" --nosave
    say pawl predict "$ENGINE" "$file" --nosave -q
done
ls out.engine 2>&1
