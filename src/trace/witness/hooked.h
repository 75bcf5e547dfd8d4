/* SPDX-License-Identifier: Apache-2.0 */
/* The functions that are replaced where a program binds them; the auditor's and the witness's common list. */
#ifndef PW_TRACE_HOOKED_H
#define PW_TRACE_HOOKED_H

/* X(symbol, interface it makes, what a program's source calls it, whether its first argument is the object it is made for) */
#define PW_TRACE_FACTORY_MAP(X)                                                                    \
    X(createInferBuilder_INTERNAL, IBuilder, createInferBuilder, 0)                                \
    X(createInferRuntime_INTERNAL, IRuntime, createInferRuntime, 0)                                \
    X(createInferRefitter_INTERNAL, IRefitter, createInferRefitter, 1)                             \
    X(createNvOnnxParser_INTERNAL, IParser, createParser, 1)                                       \
    X(createNvOnnxParserRefitter_INTERNAL, IParserRefitter, createParserRefitter, 1)

#define PW_TRACE_DRIVER_MAP(X) \
    X(cuMemFree_v2)            \
    X(cuMemFreeAsync)          \
    X(cuStreamDestroy_v2)      \
    X(cuGetProcAddress)        \
    X(cuGetProcAddress_v2)

#endif
