#pragma once

#include <cstdint>
#include <random>

namespace fastccg::property {

/// Choices that follow from a seed, the same on every machine.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  /// From 0 up to, and without, `limit`.
  unsigned below(unsigned limit) { return static_cast<unsigned>(engine_() % limit); }
  bool one_in(unsigned n) { return below(n) == 0; }
  std::uint64_t next() { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

}  // namespace fastccg::property
