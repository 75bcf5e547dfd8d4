# SPDX-License-Identifier: Apache-2.0
# Until nobody reads what is written to stdout.
reader_has_gone() { (trap '' PIPE; while echo; do sleep 0.01; done) 2>/dev/null; }
{ reader_has_gone; pawl inspect "$SHAPES/shapes.pt" 2>err; echo $? >code; } | true
cat code err
{ reader_has_gone; pawl predict "$ENGINE" "$SHAPES/pictures" --nosave --json - 2>err; echo $? >code; } | true
cat code
grep -c pawl: err
true
