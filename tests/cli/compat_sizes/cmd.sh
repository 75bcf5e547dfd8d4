# SPDX-License-Identifier: Apache-2.0
# A size on the command line that is not the file's is explained, however it is given.
weights=${PAWL_TEST_DATA:-}/yolov5n.wts
[ -e "$weights" ] || exit 77
for size in n 'c 0.33 0.25' s n6 'c 0.67 0.75' 'c 0.5 0.5' 'c6 0.33 0.25'; do
    # shellcheck disable=SC2086
    ${PAWL%pawl}yolov5_det -s "$weights" n.engine $size 2>&1 | grep -v -e '^Loading' -e '^Building' | sed 's/^.*yolov5n.wts //'
done
# What a bare .wts of v3.0 leaves open only pawl build can be told.
pawl convert -q "$PAWL_TEST_DATA/zoo/v3.0-det.pt" full.wts
sed -e 1d -e '/^pawl\./d' full.wts >tensors
{ wc -l <tensors; cat tensors; } >bare.wts
${PAWL%pawl}yolov5_det -s bare.wts bare.engine s; echo "exit $?"
