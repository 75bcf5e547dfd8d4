# SPDX-License-Identifier: Apache-2.0
# The program ends its objects in the right order: the strict level has nothing to refuse.
PAWL_LIFETIME=strict pawl build -q "$SHAPES/shapes.pt" -o x.engine -v
PAWL_LIFETIME=strict pawl predict x.engine "$SHAPES/pictures/shapes4.jpg" --nosave
