# SPDX-License-Identifier: Apache-2.0
# An id that there is not, beside one that there is: nothing is printed.
pawl explain PAWL-L001 PAWL-L999
