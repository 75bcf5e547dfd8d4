# SPDX-License-Identifier: Apache-2.0
pawl predict "$ENGINE" "$SHAPES/pictures"
find runs | LC_ALL=C sort
