# SPDX-License-Identifier: Apache-2.0
# An ending that is no format is refused before anything is done.
pawl build "$SHAPES/shapes.pt" -o x.engine --lifetimes x.png
pawl build "$SHAPES/shapes.pt" -o x.engine --lifetimes x
status=$?
ls
exit $status
