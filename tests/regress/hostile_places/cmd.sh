# SPDX-License-Identifier: Apache-2.0
# Folders that lead back to themselves, links that lead nowhere, files that go, folders that cannot be read or written, and very many files.
one=$SHAPES/pictures/shapes1.jpg
see() { pawl predict "$ENGINE" --nosave --conf 1 "$@" 2>&1 | grep -v '^Speed'; }
mkdir -p in/deep/er
ln -s "$one" in/a.jpg
ln -s "$one" in/deep/er/b.jpg
ln -s . in/loop
ln -s ../.. in/deep/er/up
ln -s c.jpg in/c.jpg          # itself
ln -s nowhere in/d.jpg        # what was there when the folder was listed is gone
echo 'loops'
see in --recursive
see 'in/**/b.jpg'
see in/loop/loop/loop/a.jpg
mkdir set set/images set/labels
ln -s ../images set/images/again
ln -s "$one" set/images/x.jpg
ln -s x.txt set/labels/x.txt
printf 'val: set/images\nnames: [a, b, c, d, e, f]\n' >data.yaml
pawl val "$ENGINE" --data data.yaml --nosave 2>&1 | grep '^pawl'
echo 'deep'
(i=0; while [ $i -lt 60 ]; do mkdir $(printf '%0100d' 0) && cd $(printf '%0100d' 0) || exit; i=$((i + 1)); done; ln -s "$one" deep.jpg) 2>/dev/null
see . --recursive | grep -c 'er/b.jpg'
pawl predict "$ENGINE" . --recursive --nosave --conf 1 2>&1 | grep -c "warning: cannot read the folder .*: File name too long; what is in it is left out"
chmod -R u+w 0* && rm -rf 0*
echo 'many'
mkdir many
(cd many && seq -f '%05g.jpg' 1 4000 | xargs touch)
see many | sed -E 's/[0-9]{5}\.jpg/N.jpg/' | uniq -c | sed 's/^ *//'
echo 'nobody'
# As somebody who may not: root may everything.
as_nobody() { if [ "$(id -u)" = 0 ]; then setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; else "$@"; fi; }
mkdir shut locked && cp "$one" shut/a.jpg && chmod 755 . in && chmod 0 shut && chmod 555 locked
cp "$ENGINE" e.engine && chmod 644 e.engine
as_nobody $PAWL predict e.engine shut --nosave 2>&1; echo $?
as_nobody $PAWL predict e.engine in/a.jpg --project locked 2>&1; echo $?
(cd locked && as_nobody $PAWL build "$SHAPES/shapes.pt" -o x.engine 2>&1; echo $?)
(cd locked && as_nobody $PAWL predict ../e.engine ../in/a.jpg --nosave --json x.jsonl 2>&1; echo $?)
chmod 755 shut
ls locked
