# Puts the library, its headers, and the simulator if it was built, where find_package and pkg-config find them.
include(CMakePackageConfigHelpers)

set(config_dir "${CMAKE_INSTALL_LIBDIR}/cmake/fastccg")
install(TARGETS fastccg EXPORT fastccg)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/fastccg" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.hpp")

set(FASTCCG_WITH_SIMULATOR OFF)
if(TARGET fastccg_simulator)
  set(FASTCCG_WITH_SIMULATOR ON)
  install(TARGETS fastccg_simulator EXPORT fastccg)
  # The program finds a shared library of the simulator's beside itself, wherever the tree was put.
  file(RELATIVE_PATH from_bin_to_lib "/${CMAKE_INSTALL_BINDIR}" "/${CMAKE_INSTALL_LIBDIR}")
  set_target_properties(fastccg-sim PROPERTIES INSTALL_RPATH "$ORIGIN/${from_bin_to_lib}")
  install(TARGETS fastccg-sim)
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/simulator/include/" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.hpp")
endif()

# A static library brings its own needs along to whoever links it; a shared one has them inside.
get_target_property(type fastccg TYPE)
if(type STREQUAL "STATIC_LIBRARY")
  set(FASTCCG_STATIC ON)
  set(FASTCCG_PC_REQUIRES "libcurl simdjson")
  set(FASTCCG_PC_LIBS "-lboost_json -pthread")
else()
  set(FASTCCG_STATIC OFF)
  set(FASTCCG_PC_REQUIRES "")
  set(FASTCCG_PC_LIBS "-pthread")
endif()

install(EXPORT fastccg NAMESPACE fastccg:: FILE fastccg-targets.cmake DESTINATION "${config_dir}")
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/fastccg-config.cmake.in"
  "${PROJECT_BINARY_DIR}/fastccg-config.cmake" INSTALL_DESTINATION "${config_dir}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/fastccg-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/fastccg-config.cmake" "${PROJECT_BINARY_DIR}/fastccg-config-version.cmake"
  DESTINATION "${config_dir}")

# The prefix is worked out from where the file lies, so that an installed tree can be moved.
file(RELATIVE_PATH FASTCCG_PC_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" FASTCCG_PC_PREFIX "${FASTCCG_PC_PREFIX}")
configure_file("${CMAKE_CURRENT_LIST_DIR}/fastccg.pc.in" "${PROJECT_BINARY_DIR}/fastccg.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/fastccg.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
