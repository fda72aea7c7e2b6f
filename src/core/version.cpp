#include "fastccg/version.hpp"

#define FASTCCG_TEXT_(x) #x
#define FASTCCG_TEXT(x) FASTCCG_TEXT_(x)

namespace fastccg {

const char* version() noexcept {
  return FASTCCG_TEXT(FASTCCG_VERSION_MAJOR) "." FASTCCG_TEXT(FASTCCG_VERSION_MINOR) "." FASTCCG_TEXT(
      FASTCCG_VERSION_PATCH);
}

}  // namespace fastccg
