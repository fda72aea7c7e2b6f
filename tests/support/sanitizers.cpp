#include "sanitizers.hpp"

namespace fastccg::testing {

bool has_sanitizer(std::string_view name) {
  return std::string_view(FASTCCG_SANITIZE).find(name) != std::string_view::npos;
}

bool time_tells() { return memory_tells(); }

bool memory_tells() { return !has_sanitizer("address") && !has_sanitizer("thread"); }

}  // namespace fastccg::testing
