# SPDX-License-Identifier: Apache-2.0
# Untuned builds are alike; tuned ones by the same cache too. A cache in any state is said, and no build fails by it.
export XDG_CACHE_HOME="$PWD/caches"
build() { pawl build -q "$SHAPES/shapes.pt" --imgsz 64 --threads 1 "$@"; }
build -o a.engine
build -o b.engine
cmp a.engine b.engine && [ ! -e caches ] && echo alike
pawl inspect a.engine | grep -o -e '[0-9]* tactics' -e '^built.*'
build -o c.engine --tune quick
build -o d.engine --tune quick
cmp c.engine d.engine && ls caches/pawl
pawl inspect c.engine | grep '^built'
pawl inspect -v c.engine | grep -q -E '^ *[0-9a-f]{16} .*, 1 thread.*conv.* us$' && echo timed
pawl inspect c.engine --json - | grep -o '"tuning": *1'
pawl verify -q "$SHAPES/shapes.pt" c.engine --images "$SHAPES/pictures/shapes1.jpg" --imgsz 64 && echo right

pawl build "$SHAPES/shapes.pt" -o e.engine --imgsz 64 --threads 1 --tune quick --timing-cache t.cache >/dev/null
sed -i '2s/conv/comv/' t.cache
pawl build "$SHAPES/shapes.pt" -o e.engine --imgsz 64 --threads 1 --tune quick --timing-cache t.cache 2>&1 >/dev/null | cut -c 1-47
echo mine >other.cache
pawl build "$SHAPES/shapes.pt" -o e.engine --imgsz 64 --threads 1 --tune quick --timing-cache other.cache 2>&1 >/dev/null | cut -c 1-47
cat other.cache
pawl build "$SHAPES/shapes.pt" -o e.engine --imgsz 64 --threads 1 --tune quick --timing-cache no/t.cache 2>&1 >/dev/null | cut -c 1-47
(unset HOME XDG_CACHE_HOME; pawl build "$SHAPES/shapes.pt" -o f.engine --imgsz 64 --tune quick 2>&1 >/dev/null)

# An engine of another machine: its times are not used, and that is said.
export PAWL_MAX_ISA=generic
pawl bench c.engine --duration 0.1 2>&1 >/dev/null | cut -c 1-56
unset PAWL_MAX_ISA

tool interrupt '[ -s g.txt ]' $PAWL build "$SHAPES/shapes.pt" -o g.engine --tune full --imgsz 1280 >g.txt 2>/dev/null; tail -n 1 g.txt
build -o h.engine --timing-cache t.cache 2>/dev/null
echo $?
ls ./*.engine
