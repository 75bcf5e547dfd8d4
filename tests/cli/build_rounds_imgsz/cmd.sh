# SPDX-License-Identifier: Apache-2.0
pawl build "$SHAPES/shapes.pt" -o x.engine --imgsz 330 -v | sed 's/, batch.*//' | tail -n 1
