#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test_hostile.sh PAWL CC CXX SOURCE DOUBLE OTHER_DOUBLE: programs that use no TensorRT, two, one of an unknown version; that fork, exec, close what is open, are killed, exit from a thread, leave
# a call by an exception, are static, setuid or no programs. A sentence each, and output and exit code as without pawl trace.
set -eu
pawl=$1 cc=$2 cxx=$3 source=$4 other=$6
export TINY_LIBRARY="$5"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck disable=SC2086 # flags
"$cxx" -g -O1 -w ${TINY_FLAGS:-} -I "$source/tests/trace" -I "$source/src" "$source/tests/trace/hostile.cpp" -o "$work/hostile" -ldl -lpthread
faults=0
fail() { echo "failed: $*"; sed 's/^/    /' "$work/err"; faults=$((faults + 1)); }

# like EXPECTED_TEXT OPTIONS -- COMMAND: the same output and exit code, and the text in the report
like()
{
    text=$1
    shift
    options=
    while [ "$1" != -- ]; do options="$options $1"; shift; done
    shift
    plain=0 traced=0
    "$@" >"$work/plain" 2>"$work/plain.err" || plain=$?
    # shellcheck disable=SC2086 # options
    "$pawl" trace $options -- "$@" >"$work/out" 2>"$work/err" || traced=$?
    [ "$plain" = "$traced" ] || fail "$*: exit $traced, untraced $plain"
    cmp -s "$work/plain" "$work/out" || fail "$*: the output differs"
    grep -q -e "$text" "$work/err" || fail "$*: there is no '$text'"
}

hostile=$work/hostile
like 'called no factory of a shared TensorRT library' -- "$hostile" nothing
like 'html; no factory .*nothing to follow' -o "$work/nothing.html" -- "$hostile" nothing
like '1 defect in .*html$' -o "$work/defect.html" -- "$hostile" defect
like 'PAWL-T001  IBuilder #1 is ended before IBuilderConfig #2' -- "$hostile" defect
like '1 program that it started was not followed\|2 objects, 1 defect' -- "$hostile" fork
like '3 objects, 1 defect' --follow-children -- "$hostile" fork
# shellcheck disable=SC2086 # flags
"$cc" -g -O1 -w ${TINY_FLAGS:-} -I "$source/tests/trace" -I "$source/src" "$source/tests/trace/fork_held.c" -o "$work/fork_held" -ldl -lpthread
like '0 of [1-9]' -- "$work/fork_held"
like '0 of [1-9]' --follow-children -- "$work/fork_held"
like 'replaced .* by another program (exec)' -- "$hostile" exec
like 'PAWL-T001' -- "$hostile" closed
like 'one process uses two TensorRT libraries' -- "$hostile" twice "$other"
like 'PAWL-T012  the library reports an error in IRuntime::deserializeCudaEngine()' -- "$hostile" throw
grep -q 'from the logger' "$work/out" || fail 'throw: nothing was thrown'
like 'PAWL-T012' -- "$hostile" jump
grep -q jumped "$work/out" || fail 'jump: nothing jumped'
like '24000 objects, 0 defects' -- "$hostile" threads
like '12000 objects, 0 defects' -- "$hostile" reclaim
like 'objects, 0 defects' -- "$hostile" disk
like 'was ended by signal 11' -- "$hostile" segv
grep -q 'PAWL-T001' "$work/err" || fail "segv: the report so far is lost"
like 'was ended by signal 9' -- "$hostile" kill
grep -q 'PAWL-T001' "$work/err" || fail "kill: the report so far is lost"
like 'did not come to its exit()' -- "$hostile" _exit
like 'PAWL-T001' -- "$hostile" thread_exit
like 'was within IRuntime::deserializeCudaEngine()' -- "$hostile" in_call
like 'PAWL-T001' -- sh -c "exec '$hostile' defect"
like 'programs\? that it started w.* not followed' -- sh -c "'$hostile' defect; true"
like 'PAWL-T001' --follow-children -- sh -c "'$hostile' defect; true"

# Many at once: objects, processes; more than a log has room for.
like '100006 objects, 0 defects' -- "$hostile" contexts 100000
like 'is ended before .*(200 times, in 200 processes)' --follow-children -- "$hostile" children 200
[ "$(grep -vc '^\[E\]' "$work/err")" -lt 20 ] || fail 'a line for each of many processes'
for words in '' 1 12345678 1234567890123456 123456789012345678901234 12345678901234567890123456789012 1234567890123456789012345678901234567890; do
    like 'later events were not recorded' -- "$hostile" fill $words
    grep -q ' 0 defects' "$work/err" || fail 'an end that the log had no room for is taken for none'
done

# What lies where, and when: exit() further out than the frames that are told, a plugin in the place of another, of a path from
# where the program was; a library that makes its objects before main() and before the witness is constructed.
like 'PAWL-T010' --max-depth 1 -- "$hostile" static
printf '#include "NvInferTiny.h"\nvoid work(void) { tiny_open(); Tiny *b = createInferBuilder(), *c = createConfig(b); end(c); end(b); }\n' >"$work/right.c"
sed 's/end(c); end(b)/end(b); end(c)/; s/work/&/' "$work/right.c" >"$work/wrong.c"
for each in right wrong; do
    # shellcheck disable=SC2086 # flags
    "$cc" -g -O1 -w ${TINY_FLAGS:-} -I "$source/tests/trace" -I "$source/src" -shared -fPIC "$work/$each.c" -o "$work/$each.so" -ldl -lpthread
done
(faults=0; cd "$work" && like 'in work (wrong.c:2)' -- "$hostile" reload ./right.so ./wrong.so && [ "$faults" = 0 ]) || faults=$((faults + 1))
printf '#include "NvInferTiny.h"\nstatic Tiny *b, *c;\n__attribute__((constructor)) static void begin(void) { tiny_open(); b = createInferBuilder(); c = createConfig(b); }\nvoid finish(void) { end(b); end(c); }\n' >"$work/early.c"
printf 'void finish(void);\nint main(void) { finish(); return 0; }\n' >"$work/late.c"
# shellcheck disable=SC2086 # flags
"$cc" -g -O1 -w ${TINY_FLAGS:-} -I "$source/tests/trace" -I "$source/src" -shared -fPIC "$work/early.c" -o "$work/libearly.so" -ldl -lpthread
# shellcheck disable=SC2086 # flags
"$cc" -g ${TINY_FLAGS:-} "$work/late.c" -o "$work/late" -L "$work" -learly -Wl,-rpath,"$work"
like 'in finish (early.c:4)' -- "$work/late"

# Without symbols a place is the program's own address, not a line of the C library that calls main().
cp "$hostile" "$work/bare" && strip "$work/bare"
like 'made from it, in bare+0x' -- "$work/bare" defect
"$pawl" trace --report json -- "$work/bare" defect 2>&1 >"$work/out" | grep -q '"suppression":"PAWL-T001 IBuilder bare"' || fail 'what would suppress it is too much'

# A signal that pawl alone is sent goes to the program.
"$pawl" trace -- "$hostile" term >"$work/out" 2>"$work/err" && fail "term: exit 0" || :
grep -q 'was ended by signal 15' "$work/err" || fail "SIGTERM is not passed on"

# A library of a version that nobody knows: as it is, with its own objects.
printf 'int getInferLibVersion(void) { return 130000; }\nstatic void *t[] = {0, 0, 0, 0};\nstatic void *o[] = {t, 0};\nvoid *createInferBuilder_INTERNAL(void *l, int v) { return l != 0 && v != 0 ? o : 0; }\n' >"$work/new.c"
"$cc" -shared -fPIC -o "$work/libnvinfer.so.13" "$work/new.c"
printf '#include <dlfcn.h>\n#include <stdio.h>\nint main(int c, char **a) { void *h = dlopen(a[1], 1); void *(*f)(void *, int) = dlsym(h, "createInferBuilder_INTERNAL"); puts(f(a, c) ? "made" : "none"); return 0; }\n' >"$work/use.c"
"$cc" -w -o "$work/use" "$work/use.c" -ldl
like 'is none that pawl trace knows' -- "$work/use" "$work/libnvinfer.so.13"

# A driver that gives its functions by name, and the shape that the caller's version has: each argument arrives.
cat >"$work/driver.c" <<'END'
int cuStreamDestroy_v2(void *s) { return s != 0 ? 0 : 400; }
static int other(void *s) { return cuStreamDestroy_v2(s); } /* another entry of the same function */
int cuGetProcAddress(const char *n, void **f, int v, unsigned long long g) { *f = n[2] == 'S' ? (void *)cuStreamDestroy_v2 : (void *)cuGetProcAddress; return v == 11040 && g == 7 ? 0 : 1; }
int cuGetProcAddress_v2(const char *n, void **f, int v, unsigned long long g, int *s) { *s = v + (int)g; *f = n[2] == 'S' ? v == 13000 ? (void *)other : (void *)cuStreamDestroy_v2 : v < 12000 ? (void *)cuGetProcAddress : (void *)cuGetProcAddress_v2; return 0; }
END
cat >"$work/ask.c" <<'END'
#include <dlfcn.h>
#include <stdio.h>
typedef int (*old)(const char *, void **, int, unsigned long long);
typedef int (*new)(const char *, void **, int, unsigned long long, int *);
int main(int c, char **a)
{
    void *h = dlopen(a[1], RTLD_NOW), *f = 0, *g = 0;
    int status[3] = {0, 0, 0};
    new ask = (new)dlsym(h, "cuGetProcAddress_v2");
    ask("cuGetProcAddress", &f, 13000, 1, &status[0]);
    ((new)f)("cuStreamDestroy", &g, 13000, 2, &status[1]);
    printf("%d\n", ((int (*)(void *))g)(h));
    ask("cuGetProcAddress", &f, 11040, 0, &status[2]);
    printf("%d", ((old)f)("cuStreamDestroy", &g, 11040, 7));
    printf(" %d %d %d\n", status[0], status[1], status[2]);
    printf("%d\n", g == dlsym(h, "cuStreamDestroy_v2")); /* CUDA 11's way leads to the same as the linker's */
    return c == 9;
}
END
"$cc" -w -shared -fPIC -o "$work/libcuda.so.1" "$work/driver.c"
"$cc" -w -o "$work/ask" "$work/ask.c" -ldl
like 'called no factory' -- "$work/ask" "$work/libcuda.so.1"
[ "$(cat "$work/out")" = "0
0 13001 13002 11040
1" ] || fail "the driver's functions by name: $(cat "$work/out")"

# Objects that a library of its own makes for TensorRT's: 8.x's shapes of a parser and a refitter.
cat >"$work/companions.c" <<'END'
#include <stdlib.h>
typedef struct object { void **vtable; struct object *inner; } object;
static void nothing(object *self) { (void)self; }
static int none(object *self) { return self == 0; }
static object *make(int end, object *inner)
{
    void **table = calloc(80, sizeof *table);
    object *made = calloc(4, sizeof *made);
    for (int i = 2; i < 40; i++)
        table[i] = (void *)none;
    table[2 + end] = (void *)nothing;
    table[2 + end + 1] = (void *)free;
    made->vtable = table + 2;
    made->inner = inner;
    return made;
}
object *createNvOnnxParser_INTERNAL(object *network, void *logger, int version) { return network && logger && version ? make(9, 0) : 0; }
object *createInferRefitter_INTERNAL(object *engine, void *logger, int version) { return engine && logger && version ? make(0, make(30, 0)) : 0; }
END
"$cc" -w -shared -fPIC -o "$work/libcompanions.so" "$work/companions.c"
like 'objects, 0 defects' -- "$hostile" in_order "$work/libcompanions.so" companions
like 'PAWL-T005.*IParser' -- "$hostile" parser_gone "$work/libcompanions.so" companions
like 'PAWL-T001  INetworkDefinition #. is ended before IParser' -- "$hostile" network_first "$work/libcompanions.so" companions
like 'PAWL-T004  ICudaEngine #7 is given to createInferRefitter() after its end' -- "$hostile" engine_gone "$work/libcompanions.so" companions
[ "$(cat "$work/out")" = '0 errors' ] || fail "engine_gone: $(cat "$work/out")"

# What no library can be brought into.
printf '#include <stdio.h>\nint main(void) { puts("static"); return 4; }\n' >"$work/static.c"
for kind in -static -static-pie; do
    if "$cc" $kind -o "$work/static" "$work/static.c" 2>/dev/null; then like 'is statically linked' -- "$work/static"; fi
done
# The dynamic linker as the command: it is its program that is traced. (Sanitizers do not bear being loaded so.)
linker=$(readelf -l "$hostile" 2>/dev/null | sed -n 's/.*program interpreter: \(.*\)]/\1/p')
if [ -x "$linker" ] && [ -z "${TINY_FLAGS:-}" ]; then
    like 'PAWL-T001  IBuilder #1 is ended before IBuilderConfig #2' -- "$linker" "$hostile" defect
    like '(hostile.cpp:' -- "$linker" --library-path /nowhere "$hostile" defect
    "$pawl" trace -- "$linker" --list "$hostile" >"$work/out" 2>"$work/err"
    ! grep -q 'statically' "$work/err" || fail 'the dynamic linker is called statically linked'
fi
if [ "$(id -u)" = 0 ]; then
    cp "$work/use" "$work/setuid" && chown 1 "$work/setuid" && chmod 4755 "$work/setuid"
    like "runs with another's rights" -- "$work/setuid" "$work/libnvinfer.so.13"
fi
for pair in "127 $work/absent" "126 $work/new.c"; do
    code=0
    "$pawl" trace -- "${pair#* }" 2>"$work/err" || code=$?
    [ "$code" = "${pair%% *}" ] && [ "$(wc -l <"$work/err")" = 1 ] || fail "$pair: exit $code"
done

# Options.
code=0
"$pawl" trace --error-exitcode 99 "$hostile" defect >"$work/out" 2>"$work/err" || code=$?
[ "$code" = 99 ] || fail "--error-exitcode: $code"
printf '# none of these\n\nPAWL-T001 IBuilder defect*\n' >"$work/supp"
code=0
"$pawl" trace --error-exitcode 99 --suppressions "$work/supp" -- "$hostile" defect >"$work/out" 2>"$work/err" || code=$?
[ "$code" = 3 ] && grep -q '0 defects' "$work/err" && grep -q '1 defect was suppressed' "$work/err" || fail "--suppressions: $code"
printf 'IBuilder\n' >"$work/supp"
code=0
"$pawl" trace --suppressions "$work/supp" -- "$hostile" defect >"$work/out" 2>"$work/err" || code=$?
[ "$code" = 3 ] && grep -q 'supp:1: a suppression begins with an id' "$work/err" || fail "bad suppressions: $code"
[ ! -s "$work/out" ] || fail "the program ran before a mistake in --suppressions was told"
printf 'PAWL-T002 IBuilder\n\n# none\nPAWL-T099\n' >"$work/supp"
code=0
"$pawl" trace --suppressions "$work/supp" -- "$hostile" defect >"$work/out" 2>"$work/err" || code=$?
[ "$code" = 3 ] && grep -q 'supp:4: there is no PAWL-T099' "$work/err" && [ ! -s "$work/out" ] || fail "an id that is none: $code"
"$pawl" trace -o "$work/nowhere/report.html" -- "$hostile" defect >"$work/out" 2>"$work/err" && fail "nowhere: exit 0" || :
[ ! -s "$work/out" ] && grep -q 'there is no folder .*nowhere' "$work/err" || fail "the program ran before a report that cannot be written was told"
mkdir "$work/nowhere"
"$pawl" trace -o "$work/nowhere/report.html" -- sh -c 'rmdir "$1" && exec "$2" defect' sh "$work/nowhere" "$hostile" >"$work/out" 2>"$work/err" && fail "gone: exit 0" || :
grep -q 'PAWL-T001' "$work/err" && grep -q 'nowhere' "$work/err" || fail "a report that cannot be written is lost"
"$pawl" trace --repair -- "$hostile" defect >"$work/out" 2>"$work/err" && fail "exit 0" || :
grep -q 'postponed by --repair' "$work/err" && ! grep -q '^\[E\]' "$work/err" || fail "--repair"
for format in svg html json txt; do
    rm -f "$work/report.$format"
    "$pawl" trace -o "$work/report.$format" -- "$hostile" defect >"$work/out" 2>"$work/err" || :
    grep -q 'too early' "$work/report.$format" || grep -q '"early"' "$work/report.$format" || fail "-o report.$format"
done
rm -rf "$work/tmp dir:x" && mkdir "$work/tmp dir:x"
TMPDIR="$work/tmp dir:x" "$pawl" trace -- "$hostile" defect >"$work/out" 2>"$work/err" || :
grep -q 'PAWL-T001' "$work/err" || fail "a TMPDIR with blanks"
[ -z "$(find "$work/tmp dir:x" /tmp -maxdepth 1 -name 'pawl-trace-*' -newer "$work/static.c" 2>/dev/null | head -n 1)" ] || echo "logs of another run are there"
echo "$faults faults"
[ "$faults" = 0 ]
