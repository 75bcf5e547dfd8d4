# SPDX-License-Identifier: Apache-2.0
# What any pickle names is listed, whatever it is a pickle of, and one name that is not known to be harmless makes the exit code 4.
look() { pawl inspect "$@"; echo "exit $?"; }

# os.system by every way to name it: GLOBAL, INST, OBJ, STACK_GLOBAL, escapes of protocol 0, a dotted name behind a harmless module.
printf 'cos\nsystem\n(S"true"\ntR.' >global
printf '(S"true"\nios\nsystem\n.' >inst
printf '(cos\nsystem\nS"true"\no.' >obj
printf '\200\004\214\002os\214\006system\223\214\004true\205R.' >stack
printf "S'\\\\x6fs'\nVsyste\\\\u006d\n\223." >escapes
printf '\200\004\214\015utils.general\214\011os.system\223.' >dotted
# A module that a harmless one imports; getattr, the way from any class to everything; a function that loads what it is given.
printf 'cutils.general\nos\n.' >import
printf 'c__builtin__\ngetattr\n(cmodels.common\nConv\nS"__init__"\ntR.' >getattr
printf 'ctorch.storage\n_load_from_bytes\n.' >loads
for file in global inst obj stack escapes dotted import getattr loads; do look $file; done
# Segment holds Detect.forward so: harmless.
printf 'c__builtin__\ngetattr\n(cmodels.yolo\nDetect\nS"forward"\ntR.' >method
look method
# So does a layer that fuse() changed, its own; not one of another's, nor anything else of it.
printf 'c__builtin__\ngetattr\n(cmodels.common\nConv\n)\201S"forward_fuse"\ntR.' >fused
printf 'c__builtin__\ngetattr\n(cother.common\nConv\n)\201S"fuseforward"\ntR.' >fused_other
printf 'c__builtin__\ngetattr\n(cmodels.common\nConv\n)\201S"__class__"\ntR.' >fused_class
printf 'c__builtin__\ngetattr\n)R.' >fused_nothing
for file in fused fused_other fused_class fused_nothing; do look $file; done
# The same from protocol 4 on; a dot leads nowhere else.
printf '\200\004\214\013models.yolo\214\016Detect.forward\223.' >method4
printf '\200\004\214\013models.yolo\214\012os.forward\223.' >method_os
printf '\200\004\214\013models.yolo\214\014Detect.apply\223.' >method_other
look method4 && look method_os && look method_other
# Damaged behind the name: Python would have called it by then. Control characters are spelled out.
printf 'cos\nsystem\n(S"true"\ntR\177' >damaged
printf 'co\033[31ms\nsys\007tem\n.' >escape
look damaged
look escape
# Behind what is not read to its end may stand anything: here more names than are listed.
awk 'BEGIN { printf "("; for (i = 0; i < 65537; i++) printf "cmodels.x\nA%d\n", i; printf "cos\nsystem\nt." }' >many
look many 2>&1 | grep -v '^pawl: '
pawl inspect damaged --json | sed 's/"message":"[^"]*"/"message":M/g'
# An archive of torch.save is read whole: the pickle that torch would take need not be the one with the shortest path.
tool zip a/data.pkl method long/data.pkl global >two.pt
look two.pt
tool zip a/data.pkl method >one.pt
look one.pt
pawl inspect one.pt --json | sed 's/"message":"[^"]*"/"message":M/g'
# What is no pickle is none, and a checkpoint that is a YOLOv5 and names more than it needs is shown whole.
echo hello >text
look text
pawl inspect "$SHAPES/shapes.pt" | tail -n 1
pawl inspect "$SHAPES/shapes.pt" | wc -l
pawl inspect "$ENGINE" | wc -l
pawl inspect -v "$SHAPES/shapes.pt" 2>/dev/null | grep -c 'models.common.Conv$'
