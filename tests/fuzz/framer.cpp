// Framing gives the same events wherever the bytes are cut, and never crashes. The first byte chooses the cuts.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sse/framer.hpp"

namespace {

class Transcript final : public fastccg::sse::Handler {
 public:
  void on_event(const fastccg::sse::Event& event) override {
    for (const auto text : {event.event, event.data, event.id}) (all += text) += '\x1F';
    all += event.outside_standard ? 'o' : '-';
    all += event.unterminated ? 'u' : '-';
  }
  std::string all;
};

std::string transcript(std::string_view bytes, std::size_t piece) {
  fastccg::sse::Framer framer(256);
  Transcript events;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
    framer.feed(std::string(bytes.substr(0, piece)), events);
  framer.finish(events);
  return events.all + (framer.too_large() ? "too large" : "");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (transcript(bytes, bytes.size()) != transcript(bytes, std::size_t{1} + data[0] % 16)) std::abort();
  return 0;
}
