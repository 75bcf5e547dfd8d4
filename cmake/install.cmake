# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts where: both libraries, headers, pkg-config files, CMake package, programs, manual pages, completion. Nothing that is
# installed knows its prefix: all find their neighbours from where they lie, so a prefix can be given late and moved.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

install(TARGETS pawl EXPORT pawlTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
if(NOT PAWL_SELF_CONTAINED) # libpawl.a needs the very libraries it was compiled with, which another system has not
  install(TARGETS pawl_static ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}) # described by hand in pawlConfig.cmake.in
endif()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/pawl DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")

# pkg-config: `pawl` is the shared library, `pawl-static` the other. They require no module, or the flags and files of libraries that are none of
# the caller's business would be asked of him.
set(pkgconfig ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH to_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" to_prefix ${to_prefix})
set(PAWL_PC_PREFIX "\${pcfiledir}/${to_prefix}")
foreach(which LIB INCLUDE)
  cmake_path(APPEND PAWL_PC_${which}DIR "\${prefix}" ${CMAKE_INSTALL_${which}DIR}) # one that is absolute stays so
endforeach()
set(folders ${PAWL_BESIDE_STATIC_LIBRARY_DIRS})
list(REMOVE_ITEM folders ${CMAKE_C_IMPLICIT_LINK_DIRECTORIES})
set(libraries ${PAWL_BESIDE_STATIC_LIBRARIES} dl m)
list(REMOVE_DUPLICATES folders)
list(TRANSFORM folders PREPEND -L)
list(TRANSFORM libraries PREPEND -l)
list(JOIN folders " " folders)
list(JOIN libraries " " libraries)
string(STRIP "${folders} ${libraries} -pthread -Wl,-z,nodelete" PAWL_PC_LIBS)
foreach(file pawl pawl-static)
  if(PAWL_SELF_CONTAINED AND file STREQUAL "pawl-static")
    continue()
  endif()
  configure_file(${PROJECT_SOURCE_DIR}/cmake/${file}.pc.in ${PROJECT_BINARY_DIR}/${file}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${file}.pc DESTINATION ${pkgconfig})
endforeach()

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/pawl)
list(JOIN PAWL_BESIDE_MODULES " " PAWL_BESIDE_NAMES)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/pawlConfig.cmake.in ${PROJECT_BINARY_DIR}/pawlConfig.cmake
  INSTALL_DESTINATION ${package} PATH_VARS CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/pawlConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/pawlConfig.cmake ${PROJECT_BINARY_DIR}/pawlConfigVersion.cmake DESTINATION ${package})
install(EXPORT pawlTargets NAMESPACE pawl:: DESTINATION ${package})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/NOTICE ${PROJECT_SOURCE_DIR}/src/image/font-licence.txt
  DESTINATION ${CMAKE_INSTALL_DOCDIR})
file(GLOB examples ${PROJECT_SOURCE_DIR}/examples/c/*.c)
install(FILES ${examples} DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)

if(PAWL_APPS)
  set(programs pawl_program yolov5_det yolov5_seg yolov5_cls)
  file(RELATIVE_PATH to_library ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
  set_target_properties(${programs} PROPERTIES INSTALL_RPATH "$ORIGIN/${to_library}")
  if(TARGET pawl_trace) # beside the library; `pawl trace` looks for them from where it lies
    install(TARGETS pawl_trace pawl_audit LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/pawl)
    target_compile_definitions(pawl_program PRIVATE PAWL_TRACE_FOLDERS="../lib/pawl ${to_library}/pawl")
  endif()
  install(TARGETS ${programs} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  # All are printed from the option tables, by the program itself, so not when it is for another machine.
  set(manual_pages "")
  foreach(page pawl yolov5_det yolov5_seg yolov5_cls)
    list(APPEND manual_pages ${PROJECT_BINARY_DIR}/${page}.1)
    add_custom_command(OUTPUT ${PROJECT_BINARY_DIR}/${page}.1
      COMMAND $<TARGET_FILE:pawl_program> man ${page} > ${PROJECT_BINARY_DIR}/${page}.1 DEPENDS pawl_program VERBATIM)
  endforeach()
  set(completions "")
  foreach(shell bash zsh fish)
    list(APPEND completions ${PROJECT_BINARY_DIR}/pawl.${shell})
    add_custom_command(OUTPUT ${PROJECT_BINARY_DIR}/pawl.${shell}
      COMMAND $<TARGET_FILE:pawl_program> completion ${shell} > ${PROJECT_BINARY_DIR}/pawl.${shell} DEPENDS pawl_program VERBATIM)
  endforeach()
  if(NOT CMAKE_CROSSCOMPILING)
    add_custom_target(pawl_documents ALL DEPENDS ${manual_pages} ${completions})
    install(FILES ${manual_pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
    install(FILES ${PROJECT_BINARY_DIR}/pawl.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME pawl)
    install(FILES ${PROJECT_BINARY_DIR}/pawl.zsh DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions RENAME _pawl)
    install(FILES ${PROJECT_BINARY_DIR}/pawl.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
  endif()
endif()
