# SPDX-License-Identifier: Apache-2.0
# A file of JSON that is none: where, what, and what to do; no line where there is none.
look() { pawl val --nosave "$ENGINE" --data "$1" --images "$SHAPES/pictures" 2>&1; echo "exit $?"; }
mkdir folder.json
: >empty.json
printf '{"images": [\n {"id": 1,}\n]}' >comma.json
head -c 300 "$SHAPES/truth.json" >cut.json
printf '\377\376{\0}\0' >wide.json
printf '\357\273\277{"images": []}' >mark.json
printf '{"images": "\001"}' >control.json
for file in missing folder empty comma cut wide mark control; do look $file.json; done
{ printf '\357\273\277'; cat "$SHAPES/truth.json"; } >truth.json
look truth.json | sed -n '/^exit/p'
