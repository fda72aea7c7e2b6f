# Compiles src/catalog/models.json into the library. The configuration runs again when the file changes.
set(fastccg_catalog_file "${PROJECT_SOURCE_DIR}/src/catalog/models.json")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${fastccg_catalog_file}")
file(READ "${fastccg_catalog_file}" fastccg_catalog)
configure_file("${PROJECT_SOURCE_DIR}/src/catalog/builtin.cpp.in" "${PROJECT_BINARY_DIR}/catalog/builtin.cpp" @ONLY)
target_sources(fastccg PRIVATE "${PROJECT_BINARY_DIR}/catalog/builtin.cpp")
