# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts where: both libraries, headers, pkg-config file, CMake package, program, manual page, completion.
include(CMakePackageConfigHelpers)

install(TARGETS pawl EXPORT pawlTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS pawl_static ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}) # described by hand in pawlConfig.cmake.in
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/pawl DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")

set(PAWL_PC_LIBS_PRIVATE "-lm -ldl -pthread")
set(PAWL_PC_REQUIRES_PRIVATE "libjpeg libpng libwebp zlib")
configure_file(${PROJECT_SOURCE_DIR}/cmake/pawl.pc.in ${PROJECT_BINARY_DIR}/pawl.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/pawl.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/pawl)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/pawlConfig.cmake.in ${PROJECT_BINARY_DIR}/pawlConfig.cmake
  INSTALL_DESTINATION ${package} PATH_VARS CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/pawlConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/pawlConfig.cmake ${PROJECT_BINARY_DIR}/pawlConfigVersion.cmake DESTINATION ${package})
install(EXPORT pawlTargets NAMESPACE pawl:: DESTINATION ${package})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/NOTICE ${PROJECT_SOURCE_DIR}/src/image/font-licence.txt
  DESTINATION ${CMAKE_INSTALL_DOCDIR})

if(TARGET pawl_program)
  install(TARGETS pawl_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  # Both are printed from the option tables, by the program itself, so not when it is for another machine.
  add_custom_command(OUTPUT ${PROJECT_BINARY_DIR}/pawl.1 ${PROJECT_BINARY_DIR}/pawl.bash
    COMMAND $<TARGET_FILE:pawl_program> man > ${PROJECT_BINARY_DIR}/pawl.1
    COMMAND $<TARGET_FILE:pawl_program> completion bash > ${PROJECT_BINARY_DIR}/pawl.bash
    DEPENDS pawl_program VERBATIM)
  if(NOT CMAKE_CROSSCOMPILING)
    add_custom_target(pawl_documents ALL DEPENDS ${PROJECT_BINARY_DIR}/pawl.1 ${PROJECT_BINARY_DIR}/pawl.bash)
    install(FILES ${PROJECT_BINARY_DIR}/pawl.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
    install(FILES ${PROJECT_BINARY_DIR}/pawl.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME pawl)
  endif()
endif()
