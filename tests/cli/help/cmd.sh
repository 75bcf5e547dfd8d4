# SPDX-License-Identifier: Apache-2.0
pawl --help | head -n 1
pawl help predict | head -n 1
pawl predict --help | grep -c -e '--conf' -e '--save-txt'
pawl man | grep '^.SS "pawl b'
pawl completion bash | tail -n 1
