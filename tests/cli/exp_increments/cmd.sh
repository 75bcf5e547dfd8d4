# SPDX-License-Identifier: Apache-2.0
one=$SHAPES/pictures/shapes1.jpg
for i in 1 2 3; do pawl predict -q "$ENGINE" "$one"; done
pawl predict -q "$ENGINE" "$one" --name exp2 --exist-ok
pawl predict -q "$ENGINE" "$one" --name other
pawl predict -q "$ENGINE" "$one" --nosave
ls runs/predict
for i in 1 2; do pawl predict -q "$ENGINE" "$one" --project deep/er --name day/one; done
ls deep/er/day
# As pathlib joins them: slashes and dots that say nothing are left out, and a name that begins with a slash stands alone.
for name in a/ ./a a//; do pawl predict -q "$ENGINE" "$one" --project ./tidy// --name "$name"; done
pawl predict -q "$ENGINE" "$one" --project tidy --name .
pawl predict -q "$ENGINE" "$one" --project tidy --name "$PWD/alone"
pawl predict -q "$ENGINE" "$one" --project tidy --name a --exist-ok
ls -d tidy/* tidy2 alone
pawl predict "$ENGINE" "$one" --project tidy/ --name a// --exist-ok 2>&1 >/dev/null | grep saved
: >file
pawl predict "$ENGINE" "$one" --project file/in 2>&1
echo $?
