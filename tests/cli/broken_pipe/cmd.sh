# SPDX-License-Identifier: Apache-2.0
{ sleep 0.3; pawl inspect "$SHAPES/shapes.pt" 2>err; echo $? >code; } | true
cat code err
{ sleep 0.3; pawl predict "$ENGINE" "$SHAPES/pictures" --nosave --json - 2>err; echo $? >code; } | true
cat code
grep -c pawl: err
true
