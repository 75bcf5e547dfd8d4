# SPDX-License-Identifier: Apache-2.0
# A library that was named and is not there: that is said, not that one should be named.
for name in /nowhere/libnvinfer.so.10 .; do
    PAWL_TENSORRT_LIBRARY=$name pawl build -q "$SHAPES/shapes.pt" --backend tensorrt -o x.engine 2>&1 | sed "s|^.*here: ||"
done
ls
# And each name once a line.
echo 'no library' >libnvinfer.so.10
PAWL_TENSORRT_LIBRARY=./libnvinfer.so.10 pawl doctor >found
grep -c libnvinfer found
grep -c 'libnvinfer.*libnvinfer' found
true
