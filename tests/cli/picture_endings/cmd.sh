# SPDX-License-Identifier: Apache-2.0
# An annotated picture keeps its name wherever that is a format we write.
mkdir in
for ending in bmp jpe jpeg jpg JPG png pgm pnm ppm webp; do cp "$SHAPES/pictures/shapes1.jpg" in/a.$ending; done
pawl predict -q "$ENGINE" in --imgsz 64
LC_ALL=C ls runs/predict/exp
${PAWL%pawl}yolov5_det -d "$ENGINE" in 2>/dev/null | wc -l
LC_ALL=C ls _*
