#pragma once

/// The version of the library that these headers belong to.
/// The build checks that it agrees with the version of the CMake project.
#define FASTCCG_VERSION_MAJOR 0
#define FASTCCG_VERSION_MINOR 1
#define FASTCCG_VERSION_PATCH 0

namespace fastccg {

/// The version of the linked library, such as "0.1.0". The text lives as long as the program.
const char* version() noexcept;

}  // namespace fastccg
