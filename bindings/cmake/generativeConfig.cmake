# find_package(generative) defines the target generative::generative, and generative::static if libgenerative.a is
# installed.
#
# This file lies in LIBDIR/cmake/generative; the library and the header are found from there, so that an installed
# tree can be moved.
if(NOT TARGET generative::generative)
  get_filename_component(_generative_libdir "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)
  find_path(generative_INCLUDE_DIR generative.h
    PATHS "${_generative_libdir}/../include" "${_generative_libdir}/../../include" NO_DEFAULT_PATH)
  if(NOT generative_INCLUDE_DIR)
    set(generative_FOUND FALSE)
    set(generative_NOT_FOUND_MESSAGE "generative.h is not in an include folder beside ${_generative_libdir}")
    return()
  endif()
  add_library(generative::generative SHARED IMPORTED)
  set_target_properties(generative::generative PROPERTIES
    IMPORTED_LOCATION "${_generative_libdir}/libgenerative.so"
    INTERFACE_INCLUDE_DIRECTORIES "${generative_INCLUDE_DIR}")
  if(EXISTS "${_generative_libdir}/libgenerative.a")
    add_library(generative::static STATIC IMPORTED)
    set_target_properties(generative::static PROPERTIES
      IMPORTED_LOCATION "${_generative_libdir}/libgenerative.a"
      IMPORTED_LINK_INTERFACE_LANGUAGES C
      INTERFACE_INCLUDE_DIRECTORIES "${generative_INCLUDE_DIR}"
      INTERFACE_LINK_LIBRARIES "m;pthread;dl")
  endif()
  unset(_generative_libdir)
endif()
