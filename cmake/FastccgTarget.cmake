set(FASTCCG_WARNINGS -Wall -Wextra -Wpedantic -Wconversion -Werror)
set(FASTCCG_SANITIZER_FLAGS "")
if(FASTCCG_SANITIZE)
  set(FASTCCG_SANITIZER_FLAGS "-fsanitize=${FASTCCG_SANITIZE}")
endif()

# What all targets of this project have in common.
function(fastccg_target target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  if(FASTCCG_DEVELOPER_MODE)
    target_compile_options(${target} PRIVATE ${FASTCCG_WARNINGS})
  endif()
  if(FASTCCG_SANITIZE)
    target_compile_options(${target} PRIVATE
      ${FASTCCG_SANITIZER_FLAGS} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    # What the sanitizers add makes g++ see what is not there: uninitialized reads in Boost, and in a test that replaces
    # `operator new` and `delete`, memory that is freed by another function than the one that goes with its own.
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized -Wno-mismatched-new-delete)
    endif()
    target_link_options(${target} PUBLIC ${FASTCCG_SANITIZER_FLAGS})
    # Calls through the coroutine frames of Asio look like calls of a wrong function type to clang.
    if(FASTCCG_SANITIZE MATCHES "undefined" AND CMAKE_CXX_COMPILER_ID MATCHES "Clang")
      target_compile_options(${target} PRIVATE -fno-sanitize=function)
    endif()
    # g++ warns of the fences in Asio's headers, which the thread sanitizer does not see.
    if(FASTCCG_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      target_compile_options(${target} PRIVATE -Wno-tsan)
    endif()
  endif()
  if(FASTCCG_FUZZ)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
endfunction()

# The version stands in the header, for the preprocessor, and in the project, for CMake: they have to agree.
function(fastccg_check_version header)
  file(READ "${header}" text)
  set(version "")
  foreach(part IN ITEMS MAJOR MINOR PATCH)
    string(REGEX MATCH "FASTCCG_VERSION_${part} ([0-9]+)" _ "${text}")
    list(APPEND version "${CMAKE_MATCH_1}")
  endforeach()
  list(JOIN version "." version)
  if(NOT version VERSION_EQUAL PROJECT_VERSION)
    message(FATAL_ERROR "${header} says version ${version}, the CMake project says ${PROJECT_VERSION}")
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${header}")
endfunction()

# A compiler cache, if there is one and the user has not chosen another launcher.
if(FASTCCG_DEVELOPER_MODE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(FASTCCG_CCACHE ccache)
  mark_as_advanced(FASTCCG_CCACHE)
  if(FASTCCG_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${FASTCCG_CCACHE}")
  endif()
endif()
