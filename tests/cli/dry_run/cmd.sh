# SPDX-License-Identifier: Apache-2.0
# A build that writes nothing and tells what it would take: the file within a hundredth, the memory as planned; TensorRT's without TensorRT.
pawl build "$SHAPES/shapes.pt" --dry-run --imgsz 320 -o out.engine --threads 1 >said
sed -e '1d' -e 's/[0-9.]* [kM]\{0,1\}B/N/g' -e 's/about [0-9.]* m\{0,1\}s$/about T/' said
pawl build -q "$SHAPES/shapes.pt" --imgsz 320 -o out.engine
python3 -c "
import os, re
told = float(re.search('about ([0-9.]*) MB', open('said').read()).group(1)) * 1e6
print(abs(os.path.getsize('out.engine') / told - 1) < 0.04)"
rm out.engine
pawl build "$SHAPES/shapes.pt" --dry-run -o out.engine --tune full --threads 1 | tail -n 1 | sed "s/about .* on/about T on/"
pawl build "$SHAPES/shapes.pt" --dry-run -o out.engine --backend tensorrt --precision fp16 | sed -n '3p;$p' | sed 's/about [0-9.]* MB/about N/'
pawl build "$SHAPES/shapes.pt" --dryRun 2>&1 | sed "s/; see.*//"
pawl build nothing.pt --dry-run; echo "exit $?"
ls
