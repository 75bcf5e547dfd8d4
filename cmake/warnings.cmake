# SPDX-License-Identifier: Apache-2.0
# One set of warnings for all our C, errors by default.
add_library(pawl_warnings INTERFACE)
target_compile_options(pawl_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wcast-qual -Wvla -Wundef
  -Wframe-larger-than=8192)
if(PAWL_WERROR)
  target_compile_options(pawl_warnings INTERFACE -Werror)
endif()
