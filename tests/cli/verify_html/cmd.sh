# SPDX-License-Identifier: Apache-2.0
# The report of verify: a section an engine, each with its verdict, a plot of the layers and pictures; whole, or not there.
pawl build -q "$SHAPES/shapes.pt" --imgsz 128 -o small.engine
pawl verify -q "$SHAPES/shapes.pt" small.engine "$ENGINE" --imgsz 128 --images "$SHAPES/pictures/shapes1.jpg" "$SHAPES/pictures/shapes2.jpg" --html report.html
echo "exit $?"
grep -o 'verdict: [a-zA-Z]*' report.html
grep -c '<svg ' report.html; grep -o 'data:image/jpeg;base64,' report.html | wc -l
grep -o 'Error of each layer\|relative error\|src="[^d][^"]*"' report.html | sort | uniq -c | sed 's/^ *//'
tail -n 1 report.html
pawl verify -q "$SHAPES/shapes.pt" small.engine --images "$SHAPES/pictures/shapes1.jpg" --html nowhere/report.html; echo "exit $?"
pawl verify -q "$SHAPES/shapes.pt" --images "$SHAPES/pictures/shapes1.jpg" --html report.pt; echo "exit $?"
# An engine that fails has its report, too.
pawl verify -q "$ENGINE" small.engine --imgsz 128 --images "$SHAPES/pictures/shapes1.jpg" --max-error 0 --html failed.html >/dev/null; echo "exit $?"
grep -o 'verdict: [a-zA-Z]*' failed.html
ls | tr '\n' ' '; ls "${TMPDIR:-/tmp}" | grep -c '^pawl-......$' || :
