#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fastccg/error.hpp"
#include "session/session.hpp"

/// Whatever the file: it is refused with a `SessionError`, or what was read is saved and read again without a change.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fastccg;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  session::State state;
  try {
    state = session::parse(text);
  } catch (const SessionError&) {
    return 0;
  }
  const auto saved = session::render(state);
  if (session::render(session::parse(saved)) != saved) std::abort();
  return 0;
}
