# SPDX-License-Identifier: Apache-2.0
# One picture, one fault, one sentence.
pawl predict "$ENGINE" nothing.jpg --nosave 2>&1; echo $?
pawl predict "$ENGINE" nothing.jpg nothing.png --nosave 2>&1; echo $?
