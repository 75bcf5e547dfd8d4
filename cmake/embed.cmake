# SPDX-License-Identifier: Apache-2.0
# pawl_embed(OUT NAME FILE): a C source in the build folder that holds a file as the text NAME. Run as a script it writes that source.
if(CMAKE_SCRIPT_MODE_FILE)
  file(READ ${FILE} bytes HEX)
  string(REGEX REPLACE "(................................)" "\\1\n" lines "${bytes}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," lines "${lines}")
  file(WRITE ${OUT} "/* Of ${NAME}.h's file, by cmake/embed.cmake. */\nextern const char ${NAME}[];\nconst char ${NAME}[] = {\n${lines}0};\n")
  return()
endif()
set(PAWL_EMBED ${CMAKE_CURRENT_LIST_FILE})
function(pawl_embed out name file)
  set(made ${CMAKE_CURRENT_BINARY_DIR}/${name}.c)
  add_custom_command(OUTPUT ${made} DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${file} ${PAWL_EMBED} VERBATIM
    COMMAND ${CMAKE_COMMAND} -DFILE=${CMAKE_CURRENT_SOURCE_DIR}/${file} -DNAME=${name} -DOUT=${made} -P ${PAWL_EMBED})
  set(${out} ${made} PARENT_SCOPE)
endfunction()
