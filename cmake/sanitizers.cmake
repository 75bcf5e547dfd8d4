# SPDX-License-Identifier: Apache-2.0
if(PAWL_SANITIZE)
  add_compile_options(-fsanitize=${PAWL_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${PAWL_SANITIZE})
  add_compile_definitions(PAWL_SANITIZED=1)
  if(PAWL_SANITIZE STREQUAL "thread") # gcc expands small copies after it has instrumented the code, and so would not see their races
    add_compile_options(-fno-builtin-memcpy -fno-builtin-memmove -fno-builtin-memset)
  endif()
endif()
if(PAWL_COVERAGE)
  add_compile_options($<$<COMPILE_LANGUAGE:C>:--coverage>)
  add_link_options(--coverage)
  set(counted_exit ${PROJECT_BINARY_DIR}/counted_exit.o) # made here, for all that is linked needs it
  execute_process(COMMAND ${CMAKE_C_COMPILER} -O2 -fPIC -c ${CMAKE_CURRENT_LIST_DIR}/counted_exit.c -o ${counted_exit} COMMAND_ERROR_IS_FATAL ANY)
  add_link_options(${counted_exit} -Wl,--wrap=_exit)
endif()
if(PAWL_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
