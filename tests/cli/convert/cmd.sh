# SPDX-License-Identifier: Apache-2.0
pawl convert "$SHAPES/shapes.pt"  out.wts
head -n 1 out.wts
sed -n 2p out.wts | cut -c 1-40
cp "$SHAPES/shapes.pt" best.pt
pawl -q convert best.pt 2>/dev/null || pawl convert -q best.pt
tool same best.wts out.wts
mkdir folder
pawl convert -q best.pt -o folder
ls folder
