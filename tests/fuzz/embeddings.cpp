#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "decoding.hpp"

namespace {

/// Whatever a server sends, decoding ends in all vectors or an error.
void decode(fastccg::protocols::Speaks speaks, std::string_view bytes, std::optional<int> dimensions,
            fastccg::protocols::Quirk quirks) {
  constexpr std::size_t count = 2;
  const auto outcome = fastccg::protocols::find_embedding(speaks)->decode(
      bytes, fastccg::ExpectedVectors(count, dimensions), fastccg::protocols::Dialect("test", quirks));
  if (outcome && (outcome->dimensions == 0 || outcome->values.size() != count * outcome->dimensions)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using fastccg::protocols::Quirk;
  using fastccg::protocols::Speaks;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  decode(Speaks::chat_completions, bytes, {}, Quirk::none);
  decode(Speaks::chat_completions, bytes, 2, Quirk::int8_vectors);
  decode(Speaks::generate_content, bytes, {}, Quirk::none);
  return 0;
}
