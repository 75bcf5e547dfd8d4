# SPDX-License-Identifier: Apache-2.0
pawl predict "$ENGINE" x.jpg --cnof 0.3
