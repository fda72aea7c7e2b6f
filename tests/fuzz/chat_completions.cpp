#include <cstddef>
#include <cstdint>

#include "decoding.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzzing::decode_anything(fastccg::protocols::Speaks::chat_completions, {reinterpret_cast<const char*>(data), size});
  return 0;
}
