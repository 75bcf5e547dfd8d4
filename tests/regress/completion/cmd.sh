# SPDX-License-Identifier: Apache-2.0
# What bash completes: commands, options, choices behind a blank and behind '=', words of commands that take one of a list.
command -v bash >/dev/null 2>&1 || exit 77
pawl completion bash >pawl.bash
complete() { # WORDS, the last of them is being typed
    bash -c 'source ./pawl.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _pawl; printf "%s:" "${*:2}"; printf " %s" "${COMPREPLY[@]}"; echo' - "$@"
}
complete pawl pre
complete pawl build --back
complete pawl build --backend ''
complete pawl build --backend = t
complete pawl build --precision fp
complete pawl predict --fallback ''
complete pawl val --resize ''
complete pawl man yolov5_
complete pawl completion ''
complete pawl help ver
complete pawl predict best.engine x
