// Whatever a server of chat completions sends, decoding ends in a reply or an error, and never in a crash.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/reply_builder.hpp"
#include "protocols/protocols.hpp"
#include "sse/framer.hpp"

namespace {

using namespace fastccg;

class Feeder final : public sse::Handler {
 public:
  Feeder(protocols::StreamDecoder& decoder, ReplyBuilder& reply) : decoder_(decoder), reply_(reply) {}
  void on_event(const sse::Event& event) override { decoder_.on_event(event, reply_); }

 private:
  protocols::StreamDecoder& decoder_;
  ReplyBuilder& reply_;
};

void expect_closed(ReplyBuilder& reply) {
  if (reply.is_open()) std::abort();
  reply.take();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr protocols::Dialect dialect("test", protocols::Quirk::none);
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto& protocol = protocols::find(protocols::Speaks::chat_completions);

  ReplyBuilder streamed("test");
  const auto decoder = protocol.decode_stream(dialect);
  Feeder feeder(*decoder, streamed);
  sse::Framer framer;
  framer.feed(bytes, feeder);
  framer.finish(feeder);
  decoder->on_end(streamed);
  expect_closed(streamed);

  ReplyBuilder whole("test");
  protocol.decode(bytes, dialect, whole);
  expect_closed(whole);

  protocol.classify(400, {}, bytes, dialect);
  return 0;
}
