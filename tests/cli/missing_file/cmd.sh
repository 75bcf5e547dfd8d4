# SPDX-License-Identifier: Apache-2.0
pawl predict nothing.engine "$SHAPES/pictures"; echo $?
pawl build nothing.pt; echo $?
pawl inspect nothing.pt; echo $?
pawl run "$ENGINE" --input nothing.npy; echo $?
pawl predict "$ENGINE" nothing.jpg; echo $?
pawl bench nothing.engine; echo $?
pawl convert nothing.pt; echo $?
ls
