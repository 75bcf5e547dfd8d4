# SPDX-License-Identifier: Apache-2.0
# All ids, and two of them in full: any case, with or without the front part.
pawl explain
pawl explain PAWL-L006 l001
