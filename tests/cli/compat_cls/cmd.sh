# SPDX-License-Identifier: Apache-2.0
# yolov5_cls as TensorRTX's scripts call it: names by line from imagenet_classes.txt, of which there may be more than classes.
weights=${PAWL_TEST_DATA:-}/zoo/v6.2-cls.pt
[ -e "$weights" ] || exit 77
cls() { ${PAWL%pawl}yolov5_cls "$@"; }
pawl convert -q "$weights" -o cls.wts
cls -s cls.wts cls.engine c 0.33 0.25; echo "exit $?"
mkdir images
cp "$SHAPES/pictures/shapes1.jpg" "$SHAPES/pictures/shapes2.jpg" images
cls -d cls.engine images; echo "exit $?"
for lines in 4 5 1000; do
    seq -f 'thing %g' $lines >imagenet_classes.txt
    cls -d cls.engine images >out; echo "exit $?"
    sed 's/0\.[0-9]*$/P/' out
done
ls
