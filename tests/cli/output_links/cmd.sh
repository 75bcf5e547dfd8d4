# SPDX-License-Identifier: Apache-2.0
# A link stays a link and what it leads to is written, whether that is there or not yet; a file keeps its mode.
mkdir far
echo old >far/real.json
chmod 640 far/real.json
ln -s far/real.json link.json
ln -s far/new.json dangling.json
ln -s far/new.engine dangling.engine
ln -s loop.json loop.json
pawl inspect "$SHAPES/shapes.pt" --json=link.json
pawl inspect "$SHAPES/shapes.pt" --json=dangling.json
pawl build -q "$SHAPES/shapes.pt" -o dangling.engine
pawl inspect "$SHAPES/shapes.pt" --json=loop.json; echo $?
[ -L link.json ] && [ -L dangling.json ] && [ -L dangling.engine ] && ls . far
cmp far/real.json far/new.json
stat -c %a far/real.json
