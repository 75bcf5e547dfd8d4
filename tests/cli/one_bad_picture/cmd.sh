# SPDX-License-Identifier: Apache-2.0
# One picture, one fault, one sentence.
pawl predict "$ENGINE" nothing.jpg --nosave 2>&1; echo $?
pawl predict "$ENGINE" nothing.jpg nothing.png --nosave 2>&1; echo $?
# Too large is a limit, not a fault of the file.
printf 'P6\n70000 10\n255\n' >large.ppm
pawl predict "$ENGINE" large.ppm --nosave; echo $?
pawl predict "$ENGINE" large.ppm large.ppm --nosave; echo $?
pawl predict "$ENGINE" large.ppm nothing.jpg --nosave; echo $?
