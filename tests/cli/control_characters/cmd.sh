# SPDX-License-Identifier: Apache-2.0
# A line a picture and a line an error, whatever is in a name; a name cannot speak to the terminal.
name=$(printf 'a\033[31m\n\tb')
ln -s "$SHAPES/pictures/shapes1.jpg" "$name.jpg"
pawl predict "$ENGINE" "$name.jpg" "$name.png" --nosave --conf 1 2>err; echo $?
pawl inspect "$name" 2>>err; echo $?
grep ^pawl: err
