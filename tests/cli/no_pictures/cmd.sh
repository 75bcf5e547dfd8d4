# SPDX-License-Identifier: Apache-2.0
mkdir empty
pawl predict "$ENGINE" empty
