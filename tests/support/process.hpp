#pragma once

#include <cstddef>

namespace fastccg::testing {

/// What this process holds at a moment.
class Held {
 public:
  double resident_mib = 0;
  std::size_t descriptors = 0;
  std::size_t threads = 0;
};

Held held_now();

/// Allows as many open files as the system lets, and returns how many these are.
std::size_t raise_file_limit();

}  // namespace fastccg::testing
