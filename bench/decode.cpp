// Decoding alone, without a socket: bytes of a stream in, a reply out.

#include <benchmark/benchmark.h>

#include <string>

#include "core/reply_builder.hpp"
#include "protocols/protocols.hpp"
#include "sse/framer.hpp"

namespace fastccg {
namespace {

constexpr int text_events = 1000;

std::string make_stream() {
  const std::string head = R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1787000000,)"
                           R"("model":"gpt-4o-2024-08-06","service_tier":"default","system_fingerprint":"fp_1",)"
                           R"("choices":[{"index":0,"delta":{"content":")";
  std::string bytes;
  for (int i = 0; i < text_events; ++i)
    bytes += head + " word" + std::to_string(i % 100) +
             R"("},"logprobs":null,"finish_reason":null}],"obfuscation":"abcdefgh"})" + "\n\n";
  bytes += R"(data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})"
           "\n\ndata: [DONE]\n\n";
  return bytes;
}

class Feed final : public sse::Handler {
 public:
  Feed(protocols::StreamDecoder& decoder, ReplyBuilder& builder) : decoder_(decoder), builder_(builder) {}
  void on_event(const sse::Event& event) override { decoder_.on_event(event, builder_); }

 private:
  protocols::StreamDecoder& decoder_;
  ReplyBuilder& builder_;
};

/// The argument is how many bytes arrive at once.
void decode_chat_completions(benchmark::State& state) {
  const auto bytes = make_stream();
  const auto piece = static_cast<std::size_t>(state.range(0));
  const protocols::Dialect dialect("openai", protocols::Quirk::none);
  const auto& protocol = protocols::find(protocols::Speaks::chat_completions);
  for (auto _ : state) {
    ReplyBuilder builder("openai");
    sse::Framer framer;
    const auto decoder = protocol.decode_stream(dialect);
    Feed feed(*decoder, builder);
    for (std::size_t at = 0; at < bytes.size(); at += piece)
      framer.feed(std::string_view(bytes).substr(at, piece), feed);
    if (!builder.is_complete()) state.SkipWithError("the stream was not understood");
    benchmark::DoNotOptimize(builder.take());
  }
  state.SetItemsProcessed(state.iterations() * text_events);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}
BENCHMARK(decode_chat_completions)->Arg(16384)->Arg(1400)->Arg(100);

}  // namespace
}  // namespace fastccg
