# SPDX-License-Identifier: Apache-2.0
# Manual pages: of pawl with everything that its commands take, and of each of TensorRTX's programs.
for program in pawl yolov5_det yolov5_seg yolov5_cls; do
    pawl man $program >$program.1
    grep -E '^\.(TH|SH)' $program.1 | sed 's/"pawl [^"]*"/VERSION/'
    sed -n '/SEE ALSO/,$p' $program.1 | tr '\n' ' '
    echo
done
pawl man >again.1
cmp pawl.1 again.1
sed -n '/ENVIRONMENT/,/SEE ALSO/s/^.B //p' pawl.1
# roff finds nothing to complain of, where there is one.
if command -v groff >/dev/null 2>&1; then
    for page in *.1; do groff -man -Tutf8 -ww $page 2>&1 >/dev/null; done
fi
# Every command, every option of its help.
for command in $(pawl --help | sed -n 's/^  \([a-z]*\)  .*/\1/p'); do
    grep -q "^.SS \"pawl $command" pawl.1 || echo "no $command"
    for option in $(pawl help $command | grep -o -E -e '^  ..  ?--[a-z0-9-]+' -e '^  -., --[a-z0-9-]+' | grep -o -E -e '--[a-z0-9-]+' | sort -u); do
        sed 's/\\-/-/g' pawl.1 | grep -q -e "^.B .*$option" || echo "$command: no $option"
    done
done
# A default is told once.
! cat ./*.1 | grep -n -e 'default:.*default:' -e '(\(.*\)).*(default: \1)'
# Each variable that the programs read is there; the others are the system's, and PAWL_TRACE is between pawl and what it traces.
grep -rhoE '[( ]"[A-Z_]+"[,)]' --include='*.c' "$SHAPES/../../apps" "$SHAPES/../../src" | grep -o 'PAWL_[A-Z_]*\|XDG_[A-Z_]*\|TMPDIR\|NO_COLOR\|COLUMNS' |
    grep -v -e PAWL_ERR_ -e PAWL_OUTPUT_ -e PAWL_TRACE | sort -u | while read -r name; do grep -q "^.B $name$" pawl.1 || echo "no $name"; done
# Each example runs as it is printed, where what it names is. What trace runs is a program that uses TensorRT (tests/trace).
mkdir -p examples/bin
printf '#!/bin/sh\nexec %s "$@"\n' "$PAWL" >examples/bin/pawl
chmod +x examples/bin/pawl
sed -n '/^Example:$/,/^\.RE$/{/^pawl\|^source/p;}' pawl.1 | sed 's/\\-/-/g' | grep -v '^pawl trace' >examples/all
cd examples
cp -R "$SHAPES/pictures" .
cp -R pictures photos
cp pictures/shapes1.jpg bus.jpg
cp "$SHAPES/shapes.pt" best.pt
cp "$SHAPES/data.yaml" coco.yaml
cp "$SHAPES/x.npy" .
while IFS= read -r example; do
    shell=sh
    case $example in
    'source '*) shell=bash ;;
    *'| man '*) command -v man >/dev/null 2>&1 || continue ;;
    esac
    command -v $shell >/dev/null 2>&1 || continue
    PATH=$PWD/bin:$PATH $shell -c "$example" >said 2>&1 </dev/null || { echo "failed as printed: $example"; tail -n 3 said; }
done <all
cd ..
grep -c . examples/all
# The documentation's table of exit codes is the page's.
sed -n 's/^| \([0-9]*\) | \(.*\) |$/\1 \2/p' "$SHAPES/../../docs/commands.md" >documented
sed 's/\\-/-/g' pawl.1 | sed -n '/EXIT STATUS/,/ENVIRONMENT/{s/^.B //;/^\./d;p;}' | paste -d ' ' - - >printed
cmp documented printed
# So is its table of other names.
sed -n '/^| here | also |$/,/^$/s/^| `--\([a-z-]*\)`[^|]*| \(`.*`\) |$/\1 \2/p' "$SHAPES/../../docs/commands.md" | sed 's/[`,]//g; s/ --/ /g' | sort -u >documented
sed 's/\\-/-/g' pawl.1 | awk '
    /^\.B .*--/ { sub(/.*--/, ""); sub(/ .*/, ""); name = $0; next }
    name != "" { if (match($0, /; also --.*/)) { also = substr($0, RSTART + 6); gsub(/,|--/, "", also); print name also }; name = "" }' | sort -u >printed
diff documented printed && grep -c . printed
# Usage of the programs is the page's.
${PAWL%pawl}yolov5_seg 2>&1 | grep -o 'n/s/m/l/x or c gd gw'
grep -c 'n/s/m/l/x or c gd gw' yolov5_seg.1
# What does not exist yet is named nowhere: no backend.
! { pawl man && pawl completion bash; } | grep -n -w -e cuda
