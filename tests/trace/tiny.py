# SPDX-License-Identifier: Apache-2.0
"""NvInferTiny.h for Python: TensorRT through ctypes, by the same names."""
import atexit
import ctypes
import os
import re
import threading

_roles = open(os.environ["TINY_ROLES"], encoding="utf-8").read()
_library = ctypes.CDLL(os.environ["TINY_LIBRARY"], mode=2)
_version = _library.getInferLibVersion()
_family = 0 if _version < 10000 else 4 if _version < 10500 else 5 if _version < 20000 else 1 if _version < 110000 else 3
_driver = ctypes.CDLL(os.environ["PAWL_CUDA_LIBRARY"]) if "PAWL_CUDA_LIBRARY" in os.environ else None
P, I32, U32, SIZE, CHAR, TEXT = ctypes.c_void_p, ctypes.c_int32, ctypes.c_uint32, ctypes.c_size_t, ctypes.c_byte, ctypes.c_char_p
_slots = {}
for owner, method, cells in re.findall(r"X\((\w+), (\w+), [A-Z]+, \w+, \d, \d+, \d, \d, (.*)\)", _roles):
    cell = re.findall(r"AT\((\d+), \d+\)|(-?\d+)", cells)[_family]
    if int(cell[0] or cell[1]) >= 0:
        _slots.setdefault((owner, method), int(cell[0] or cell[1]))  # of overloads the first


def _word(address):
    return ctypes.c_void_p.from_address(address).value


def _call(thing, owner, method, result, types, *values):
    inner = _word(thing + 8)
    function = ctypes.CFUNCTYPE(result, P, *types)(_word(_word(inner) + 8 * _slots[owner, method]))
    return function(inner, *values)


class _Info(ctypes.Structure):
    _fields_ = [("kind", TEXT), ("major", I32), ("minor", I32)]


_kept = []


def _logger():
    log = ctypes.CFUNCTYPE(None, P, I32, TEXT)(lambda self, severity, message: None)
    nothing = ctypes.CFUNCTYPE(None, P)(lambda self: None)
    language = ctypes.CFUNCTYPE(I32, P)(lambda self: 0)
    entries = [log, nothing, nothing]
    if _version >= 110000:  # its interface info comes back in two registers, which ctypes cannot give from Python
        raise SystemExit("no logger of this shape in Python")
    _kept.extend([log, nothing, language])
    table = (P * 5)(None, None, *[ctypes.cast(entry, P).value for entry in entries])
    thing = (P * 1)(ctypes.addressof(table) + 16)
    _kept.extend([table, thing])
    return ctypes.addressof(thing)


_own = _logger()


def _factory(name):
    function = ctypes.CFUNCTYPE(P, P, I32)((name, _library))
    return lambda: function(_own, _version)


createInferBuilder = _factory("createInferBuilder_INTERNAL")
createInferRuntime = _factory("createInferRuntime_INTERNAL")
createConfig = lambda b: _call(b, "VBuilder", "createBuilderConfig", P, [])
createNetwork = lambda b: _call(b, "VBuilder", "createNetworkV2", P, [U32], 2 if 10300 <= _version < 10500 else 1)
createProfile = lambda b: _call(b, "VBuilder", "createOptimizationProfile", P, [])
createCache = lambda c: _call(c, "VBuilderConfig", "createTimingCache", P, [P, SIZE], None, 0)
setCache = lambda c, cache: _call(c, "VBuilderConfig", "setTimingCache", CHAR, [P, CHAR], cache, 0)
setFlag = lambda c: _call(c, "VBuilderConfig", "setFlag", None, [I32], 2)
build = lambda b, n, c: _call(b, "VBuilder", "buildSerializedNetwork", P, [P, P], n, c)
planData = lambda p: _call(p, "VHostMemory", "data", P, [])
planSize = lambda p: _call(p, "VHostMemory", "size", SIZE, [])
deserialize = lambda r, data, size: _call(r, "VRuntime", "deserializeCudaEngine", P, [P, SIZE, P], data, size, None)
createContext = lambda e: _call(e, "VCudaEngine", "createExecutionContext", P, [I32], 0)
createInspector = lambda e: _call(e, "VCudaEngine", "createEngineInspector", P, [])
setThreads = lambda r: _call(r, "VRuntime", "setMaxThreads", CHAR, [I32], 2)
tensorName = lambda t: _call(t, "VTensor", "getName", TEXT, [])
end = lambda thing: ctypes.CFUNCTYPE(None, P)(_word(_word(thing) + 8))(thing)


class _Dims(ctypes.Structure):
    _fields_ = [("count", I32), ("d", (I32 if _version < 10000 else ctypes.c_int64) * 8)]


def input(n):  # noqa: A001
    dims = _Dims(4, (1, 3, 8, 8))
    if _version < 10000:
        return _call(n, "VNetworkDefinition", "addInput", P, [TEXT, I32, _Dims], b"in", 0, dims)
    return _call(n, "VNetworkDefinition", "addInput", P, [TEXT, I32, P], b"in", 0, ctypes.addressof(dims))


def relu(n, t):
    layer = _call(n, "VNetworkDefinition", "addActivation", P, [P, I32], t, 0)
    return _call(layer, "VLayer", "getOutput", P, [I32], 0)


name = lambda t, text: _call(t, "VTensor", "setName", None, [TEXT], text.encode())
markOutput = lambda n, t: _call(n, "VNetworkDefinition", "markOutput", None, [P], t)
