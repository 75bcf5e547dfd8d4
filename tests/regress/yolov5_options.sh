#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# docs/yolov5.md against the program: what it calls the same is taken, what it calls another or none is refused with advice (exit code 2), and no option
# of v7.0's three scripts is left out.
set -u
table=$PAWL_SOURCE_DIR/docs/yolov5.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
bad() { echo "$*"; failed=1; }
for option in weights source data imgsz conf-thres iou-thres max-det device view-img save-txt save-conf save-crop nosave classes agnostic-nms augment visualize \
    update project name exist-ok line-thickness hide-labels hide-conf half dnn vid-stride retina-masks; do
    grep -q "^| \`--$option\` |" "$table" || bad "--$option is not in the table"
done
$PAWL predict --help >"$work/help"
grep '^| `--' "$table" | sed -E 's/^\| `--([a-z-]+)` \| [a-z ]+ \| ([a-z]+) \|.*/\1 \2/' >"$work/rows"
while read -r option how; do
    case $how in
    same)
        # Its name, or another name of an option, stands in the help.
        tr '\n' ' ' <"$work/help" | tr -s ' ' | grep -qE -e "--$option( |,|\.|$)" || bad "--$option is called the same, and the help has none" ;;
    other | none)
        $PAWL predict no.engine no.jpg "--$option" 2>"$work/said" && bad "--$option is taken"
        [ "$(wc -l <"$work/said")" = 1 ] && grep -q "there is no --$option: " "$work/said" || bad "--$option: $(cat "$work/said")" ;;
    *) bad "--$option: what is '$how'?" ;;
    esac
done <"$work/rows"
echo "$(wc -l <"$work/rows") options"
exit $failed
