# SPDX-License-Identifier: Apache-2.0
pawl --help | head -n 1
pawl --help | grep -c -E "^  (man|completion|help|version) "
pawl help predict | head -n 1
pawl predict --help | grep -c -e '--conf ' -e '--save-txt '
pawl man | grep '^.SS "pawl b'
pawl completion bash | tail -n 1
# Every exit code that a command can end with is in both.
pawl --help | sed -n '/^Exit codes/,$s/^ *\([0-9][0-9]*\)  [a-z].*/\1/p' | tr '\n' ' '
pawl man | sed -n '/EXIT STATUS/,/ENVIRONMENT/s/^.B \([0-9]*\)$/\1/p' | tr '\n' ' '
echo
pawl doctor --help | head -n 1
pawl man | grep '^.SS "pawl d'
