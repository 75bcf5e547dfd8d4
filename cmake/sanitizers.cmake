# SPDX-License-Identifier: Apache-2.0
if(PAWL_SANITIZE)
  add_compile_options(-fsanitize=${PAWL_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${PAWL_SANITIZE})
  add_compile_definitions(PAWL_SANITIZED=1)
  if(PAWL_SANITIZE STREQUAL "thread") # gcc expands small copies after it has instrumented the code, and so would not see their races
    add_compile_options(-fno-builtin-memcpy -fno-builtin-memmove -fno-builtin-memset)
  endif()
endif()
if(PAWL_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
