# SPDX-License-Identifier: Apache-2.0
# What detect.py, val.py, export.py, gen_wts.py, trtexec, yolo and TensorRTX take: each is told what it is called here, by meaning.
try() { "$@" 2>&1 >/dev/null | sed -e 's/^pawl: //' -e "s/; see 'pawl .*//"; }
try pawl detect --weights best.pt
try pawl detect.py --source 0
try pawl segment/predict.py
try pawl export --include engine
try pawl gen_wts.py -w best.pt
try pawl train
try pawl trtexec --onnx=best.onnx
try pawl yolo detect predict
try pawl -s best.wts best.engine s
try pawl -d best.engine pictures
try pawl --loadEngine=best.engine
try pawl --onnx=best.onnx --saveEngine=best.engine --fp16
try pawl best.pt
try pawl best.engine bus.jpg
try pawl bus.jpg
try pawl predict --weights best.engine --source pictures
try pawl predict best.engine bus.jpg --half
try pawl predict best.engine bus.jpg --device cpu
try pawl predict best.engine bus.jpg --device cuda:0
try pawl predict best.engine bus.jpg --device 0,1
try pawl predict best.engine bus.jpg --int8
try pawl predict best.engine bus.jpg --dnn
try pawl predict best.engine bus.jpg --save-frames
try pawl predict best.engine bus.jpg --save_txt
try pawl predict best.engine conf=0.4 bus.jpg
try pawl predict best.engine bus.jpg save_txt=True
try pawl predict model=best.engine source=bus.jpg
try pawl predict best.engine bus.jpg –conf 0.4
try pawl predict best.engine bus.jpg -conf 0.4
try pawl predict best.engine bus.jpg -o out
try pawl predict best.engine bus.jpg --precision fp16
try pawl build best.pt --half
try pawl build best.pt --saveEngine=best.engine
try pawl build best.pt --int8
try pawl build best.pt --dynamic
try pawl build best.pt --minShapes=images:1x3x320x320
try pawl build best.pt --project runs
try pawl build best.pt --backend trt
try pawl build best.pt --precision half
try pawl build best.pt -output best.engine
try pawl build best.pt s
try pawl build best.pt n6
try pawl bench best.engine --shapes=images:1x3x64x64
try pawl convert -w best.pt
try pawl convert best.pt -t detect
try pawl val best.engine --data data.yaml --task test
try pawl val best.engine --data data.yaml --workers 8
try pawl val best.engine --data data.yaml --task study
try pawl bench best.engine --warmUp=200
try pawl bench best.engine --percentile=99
try pawl bench best.engine --exportTimes=t.json
# Only what is nobody's word is judged by its spelling.
try pawl predict best.engine bus.jpg --cnof 0.4
try pawl biuld best.pt
try pawl predict best.engine bus.jpg --qwerty
try pawl predict best.engine bus.jpg --bacth 2
try pawl predict best.engine bus.jpg --imsgz 320
# Half of a short word is another word.
try pawl predict best.engine bus.jpg --opset 17
try pawl predict best.engine bus.jpg --nms
try pawl predict best.engine bus.jpg --oqset 17
try pawl predict best.engine bus.jpg --tracker x
try pawl val best.engine --data data.yaml --augment
try pawl quantize best.pt
try pawl task=detect mode=predict model=best.pt
try pawl model=best.pt
pawl detect; echo $?
# What is advised exists: every option and command that an answer names is in the manual page.
pawl man | sed 's/\\-/-/g' >page
for command in convert build predict run bench inspect val verify; do
    for word in weights source half device dnn onnx saveEngine loadEngine fp16 int8 best calib include format dynamic minShapes explicitBatch nms opset tracker save-vid \
        simplify cache timingCacheFile builderOptimizationLevel memPoolSize versionCompatible hardwareCompatibilityLevel stripWeights dumpLayerInfo \
        dumpProfile exportTimes exportOutput loadInputs warmUp avgRuns streams loadRefOutputs view-img save save-csv save-json save-crop augment visualize \
        update line-thickness vid-stride rect task split workers single-cls epochs project nc output; do
        pawl $command a b --$word 2>&1 | grep -o -E -e "--[a-zA-Z][a-zA-Z0-9-]*|'pawl [a-z]+" | sed "s/^'//" | sort -u >named
        while IFS= read -r name; do
            case $name in
            --"$word" | --help) ;;
            *) grep -q -F -e "$name" page || echo "$command --$word: $name does not exist" ;;
            esac
        done <named
    done
done
# And each command line that an answer prints runs, once its words in capitals are files.
cp "$SHAPES/shapes.pt" best.pt
cp "$ENGINE" best.engine
cp -R "$SHAPES/pictures" photos
grep -rhoE "'pawl [a-z]+ [^'%|]+'" "$SHAPES/../../apps" --include='*.c' | tr -d "'" | grep -v -e '^pawl verify -v$' -e COMMAND -e trtexec | sort -u >lines
while IFS= read -r line; do
    said=$(echo "$line" | sed -e 's/ \[OUT.wts\]//' -e 's/OUT\.wts/o.wts/' -e 's/-o \(ENGINE\|best.engine\)/-o o.engine/' -e 's/WEIGHTS/best.pt/' -e 's/ENGINE\|MODEL/best.engine/' \
        -e 's/\(SOURCE\|PICTURE\)\.\.\.\|bus\.jpg/photos\/shapes1.jpg/' -e 's/FOLDER\|DIR/photos/' -e 's/X\.npy/x.npy/' -e 's/PREFIX/y/' \
        -e "s|--data FILE|--data $SHAPES/truth.json --images photos|" -e 's/FILE/best.pt/')
    cp "$SHAPES/x.npy" .
    # shellcheck disable=SC2086 # words
    $PAWL ${said#pawl } >out 2>&1 </dev/null || { echo "$line: $said"; cat out; }
done <lines
grep -c . lines
