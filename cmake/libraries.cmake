# SPDX-License-Identifier: Apache-2.0
# The libraries of others that we link, found by pkg-config. Each becomes a target of ours, pawl_NAME: an imported target would be unknown in the
# folder of a project that adds this one.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
add_library(pawl_threads INTERFACE)
target_link_libraries(pawl_threads INTERFACE ${CMAKE_THREAD_LIBS_INIT})

# pawl_library(NAME MODULE PACKAGE [HEADERS]): pawl_NAME is pkg-config's MODULE, of Debian's PACKAGE; with HEADERS nothing of it is linked.
function(pawl_library name module package)
  pkg_check_modules(PAWL_${name} QUIET ${module})
  if(NOT PAWL_${name}_FOUND)
    set_property(GLOBAL APPEND PROPERTY PAWL_MISSING ${package})
    return()
  endif()
  add_library(pawl_${name} INTERFACE)
  target_include_directories(pawl_${name} SYSTEM INTERFACE ${PAWL_${name}_INCLUDE_DIRS})
  if(NOT ARGN STREQUAL "HEADERS")
    target_link_libraries(pawl_${name} INTERFACE ${PAWL_${name}_LINK_LIBRARIES})
  endif()
endfunction()

pawl_library(jpeg libjpeg libjpeg-dev)
pawl_library(png libpng libpng-dev)
pawl_library(webp libwebp libwebp-dev)
pawl_library(zlib zlib zlib1g-dev)
pawl_library(xxhash libxxhash libxxhash-dev HEADERS)
if(PAWL_APPS)
  pawl_library(jansson jansson libjansson-dev)
  pawl_library(yaml yaml-0.1 libyaml-dev)
endif()
if(PAWL_TESTS)
  pawl_library(cmocka cmocka libcmocka-dev)
endif()
get_property(missing GLOBAL PROPERTY PAWL_MISSING)
if(missing)
  list(JOIN missing " " missing)
  message(FATAL_ERROR "pawl: pkg-config finds no development files of: ${missing} (Debian's names; ./do installs them with apt)")
endif()

# What a program needs beside libpawl.a, which cmake/install.cmake writes down.
set(PAWL_BESIDE_MODULES libjpeg libpng libwebp zlib)
pkg_check_modules(PAWL_BESIDE REQUIRED QUIET ${PAWL_BESIDE_MODULES})
