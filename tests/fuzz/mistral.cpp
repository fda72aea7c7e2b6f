#include <cstddef>
#include <cstdint>

#include "decoding.hpp"
#include "providers/table.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr const auto* mistral = fastccg::providers::find("mistral");
  fuzzing::decode_anything(mistral->speaks, {reinterpret_cast<const char*>(data), size}, mistral->quirks);
  return 0;
}
