# SPDX-License-Identifier: Apache-2.0
cp "$SHAPES/pictures/shapes1.jpg" 000000000139.jpg
pawl predict -q "$ENGINE" 000000000139.jpg --nosave --save-coco coco.json --conf 0.999
cat coco.json
pawl predict -q "$ENGINE" 000000000139.jpg --nosave --save-coco coco.json --max-det 1
sed -E 's/[0-9]+\.[0-9]+/F/g' coco.json
