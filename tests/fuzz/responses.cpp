#include <cstddef>
#include <cstdint>

#include "decoding.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzzing::decode_anything(fastccg::protocols::Speaks::responses, {reinterpret_cast<const char*>(data), size});
  return 0;
}
