# SPDX-License-Identifier: Apache-2.0
# Of a bare .wts nothing says the activation: that one is assumed is told to whoever asks, and only where it is so.
pawl convert -q "$SHAPES/shapes.pt" bare.wts
build() { pawl build --imgsz 64 -o x.engine "$@" 2>&1 >/dev/null | grep "^pawl: .*activation" || true; }
echo bare; build -v bare.wts
echo quiet; build bare.wts
echo said; build -v bare.wts --activation leaky
echo checkpoint; build -v "$SHAPES/shapes.pt"
