# SPDX-License-Identifier: Apache-2.0
pawl convert -q "$SHAPES/shapes.pt" a.wts
pawl build -q "$SHAPES/shapes.pt" -o pt.engine --imgsz 64
pawl build -q a.wts -o wts.engine --imgsz 64
tool npy 1 64 96 >x.npy
pawl run pt.engine --input x.npy --output pt
pawl run wts.engine --input x.npy --output wts
tool same pt.output0.npy wts.output0.npy
