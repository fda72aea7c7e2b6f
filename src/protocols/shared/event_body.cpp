#include "protocols/shared/event_body.hpp"

#include "sse/framer.hpp"

namespace fastccg::protocols::shared {

namespace {

class Feeder final : public sse::Handler {
 public:
  Feeder(StreamDecoder& decoder, ReplyBuilder& reply) : decoder_(decoder), reply_(reply) {}
  void on_event(const sse::Event& event) override { decoder_.on_event(event, reply_); }

 private:
  StreamDecoder& decoder_;
  ReplyBuilder& reply_;
};

}  // namespace

bool is_event_stream(std::string_view body) noexcept {
  return body.starts_with("data:") || body.starts_with("event:") || body.starts_with(':');
}

void decode_events(std::string_view body, StreamDecoder& decoder, ReplyBuilder& reply) {
  Feeder feeder(decoder, reply);
  sse::Framer framer(body.size());
  framer.feed(body, feeder);
  framer.finish(feeder);
  decoder.on_end(reply);
}

}  // namespace fastccg::protocols::shared
