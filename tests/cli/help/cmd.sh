# SPDX-License-Identifier: Apache-2.0
pawl --help | head -n 1
pawl --help | grep -c -e "pawl man" -e "pawl completion bash"
pawl help predict | head -n 1
pawl predict --help | grep -c -e '--conf' -e '--save-txt'
pawl man | grep '^.SS "pawl b'
pawl completion bash | tail -n 1
# Every exit code that a command can end with is in both.
pawl --help | grep -o -E '\b(0|1|2|3|4|5|6|8|9|130) [a-z]+' | cut -d ' ' -f 1 | tr '\n' ' '
pawl man | sed -n '/EXIT STATUS/,/ENVIRONMENT/s/^.B \([0-9]*\)$/\1/p' | tr '\n' ' '
echo
pawl doctor --help | head -n 1
pawl man | grep '^.SS "pawl d'
