# SPDX-License-Identifier: Apache-2.0
# Help fits the terminal: no line is wider than it, but for words that cannot be broken.
longest() { awk '{ if (length($0) > n) n = length($0) } END { print n }'; }
for command in '' convert build predict run bench inspect doctor val verify explain help man completion version; do
    for width in 40 60 72 80 100 200; do
        # An example is one line: it is copied.
        COLUMNS=$width pawl help $command | sed '/^Example/,$d' | longest |
            { read -r n; [ "$n" -le $width ] && [ "$n" -le 100 ] || echo "$command: $n columns of $width"; }
    done
done
COLUMNS=nonsense pawl help build | longest
COLUMNS=-3 pawl help build | longest
COLUMNS=100 pawl help trace | head -n 1
