#include "answers.hpp"

#include <algorithm>
#include <memory>
#include <random>

#include "core/reply_builder.hpp"
#include "protocols/protocols.hpp"
#include "sse/framer.hpp"

namespace recordings {

using fastccg::ReplyBuilder;
namespace sse = fastccg::sse;
namespace protocols = fastccg::protocols;

namespace {

constexpr int random_cuts = 20;
constexpr std::size_t largest_cut_at_every_byte = 24 * 1024;

class Feeder final : public sse::Handler {
 public:
  Feeder(protocols::StreamDecoder& decoder, ReplyBuilder& builder) : decoder_(decoder), builder_(builder) {}
  void on_event(const sse::Event& event) override {
    if (!event.outside_standard) ++events;
    decoder_.on_event(event, builder_);
  }
  std::size_t events = 0;

 private:
  protocols::StreamDecoder& decoder_;
  ReplyBuilder& builder_;
};

Observed finished(ReplyBuilder& builder) {
  Observed observed;
  observed.error = builder.failure();
  observed.reply = builder.take();
  return observed;
}

}  // namespace

bool is_stream(const Exchange& exchange) {
  const auto* stream = exchange.expected.if_contains("is_stream");
  return stream && stream->is_bool() && stream->as_bool();
}

std::string Observed::summary() const {
  std::string all = reply.content + '\n' + reply.reasoning() + '\n' + reply.refusal() + '\n' + reply.raw_finish_reason +
                    '\n' + reply.raw + '\n' + reply.id + '\n' + reply.provider_model + '\n' + std::to_string(events);
  for (const auto& part : reply.message.parts) {
    all += '\n' + std::to_string(part.index());
    if (const auto* call = std::get_if<fastccg::ToolCall>(&part))
      all += call->id + ' ' + call->name + ' ' + call->arguments;
    if (const auto* opaque = std::get_if<fastccg::Opaque>(&part)) all += opaque->kind + ' ' + opaque->json;
    if (const auto* reasoning = std::get_if<fastccg::Reasoning>(&part))
      all += reasoning->text + ' ' + reasoning->payload;
  }
  if (error) all += "\nerror " + error->describe() + error->body;
  return all;
}

Observed observe(const Exchange& exchange, const Api& api) {
  if (is_stream(exchange)) return observe_cut(exchange, api, {});
  const auto& protocol = protocols::find(api.speaks);
  const auto dialect = dialect_of(exchange.provider);
  if (exchange.status >= 300) {
    Observed observed;
    observed.error = protocol.classify(exchange.status, exchange.headers, exchange.body, dialect);
    return observed;
  }
  ReplyBuilder builder(exchange.provider, nullptr, 1);
  protocol.decode(exchange.body, dialect, builder);
  return finished(builder);
}

Observed observe_cut(const Exchange& exchange, const Api& api, const std::vector<std::size_t>& cuts) {
  const auto dialect = dialect_of(exchange.provider);
  const auto decoder = protocols::find(api.speaks).decode_stream(dialect);
  ReplyBuilder builder(exchange.provider, nullptr, 1);
  Feeder feeder(*decoder, builder);
  sse::Framer framer;
  std::size_t begin = 0;
  for (const auto cut : cuts) {
    // A buffer of its own, so that a sanitizer sees every look beyond a piece.
    const std::string piece = exchange.body.substr(begin, cut - begin);
    framer.feed(piece, feeder);
    begin = cut;
  }
  framer.feed(std::string_view(exchange.body).substr(begin), feeder);
  framer.finish(feeder);
  decoder->on_end(builder);
  auto observed = finished(builder);
  observed.events = feeder.events;
  return observed;
}

std::string check_cuts(const Exchange& exchange, const Api& api, const Observed& whole) {
  const auto expected = whole.summary();
  const auto size = exchange.body.size();
  std::mt19937_64 random(size);
  for (int round = 0; round < random_cuts; ++round) {
    std::vector<std::size_t> cuts(1 + random() % 50);
    for (auto& cut : cuts) cut = random() % (size + 1);
    std::ranges::sort(cuts);
    if (observe_cut(exchange, api, cuts).summary() != expected)
      return "cut at random in " + std::to_string(cuts.size()) + " places (round " + std::to_string(round) + ")";
  }
  if (size > largest_cut_at_every_byte) return {};
  std::vector<std::size_t> every(size);
  for (std::size_t i = 0; i < size; ++i) every[i] = i;
  return observe_cut(exchange, api, every).summary() == expected ? std::string() : "byte by byte";
}

}  // namespace recordings
