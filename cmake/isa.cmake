# SPDX-License-Identifier: Apache-2.0
# What the processor family offers. Each ISA is one object library with its own flags (pawl_kernels in src/kernels).
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  set(PAWL_X86 ON)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
  set(PAWL_ARM64 ON)
endif()
