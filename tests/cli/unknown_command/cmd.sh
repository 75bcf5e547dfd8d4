# SPDX-License-Identifier: Apache-2.0
pawl biuld x.pt
pawl -q build "$SHAPES/shapes.pt"
