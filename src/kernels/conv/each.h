/* SPDX-License-Identifier: Apache-2.0 */
/* X(1) X(2) ... for tiles of every height. */
#ifndef PK_EACH_H
#define PK_EACH_H

#define PK_EACH_3(X)  X(1) X(2) X(3)
#define PK_EACH_4(X)  PK_EACH_3(X) X(4)
#define PK_EACH_6(X)  PK_EACH_4(X) X(5) X(6)
#define PK_EACH_9(X)  PK_EACH_6(X) X(7) X(8) X(9)
#define PK_EACH_12(X) PK_EACH_9(X) X(10) X(11) X(12)
#define PK_EACH_14(X) PK_EACH_12(X) X(13) X(14)
#define PK_EACH_28(X) \
    PK_EACH_14(X)     \
    X(15) X(16) X(17) X(18) X(19) X(20) X(21) X(22) X(23) X(24) X(25) X(26) X(27) X(28)

#endif
