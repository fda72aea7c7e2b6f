#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/reply_builder.hpp"
#include "protocols/protocols.hpp"
#include "sse/framer.hpp"

namespace fastccg::protocols {

inline const Protocol& chat() { return find(Speaks::chat_completions); }
inline constexpr Dialect plain("test", Quirk::none);

/// What came of an answer: the reply, and the error if there was one.
class Outcome {
 public:
  Reply reply;
  std::optional<Error> error;
  std::string heard;  ///< What the listener was told, in order.
};

class Notes final : public ReplyBuilder::Listener {
 public:
  void on_text(std::string_view text) override { note("text", text); }
  void on_reasoning(std::string_view text) override { note("reasoning", text); }
  void on_refusal(std::string_view text) override { note("refusal", text); }
  void on_tool_call(std::size_t index, std::string_view id, std::string_view name) override {
    note("call" + std::to_string(index), std::string(id) + "," + std::string(name));
  }
  void on_tool_arguments(std::size_t index, std::string_view fragment) override {
    note("arguments" + std::to_string(index), fragment);
  }
  std::string text;

 private:
  void note(std::string_view what, std::string_view value) {
    text += what;
    text += '(';
    text += value;
    text += ')';
  }
};

inline Outcome outcome_of(ReplyBuilder& builder, const Notes& notes) {
  Outcome outcome;
  outcome.error = builder.failure();
  outcome.reply = builder.take();
  outcome.heard = notes.text;
  return outcome;
}

inline Outcome decode(std::string_view body, const Dialect& dialect = plain, const Protocol& protocol = chat()) {
  Notes notes;
  ReplyBuilder builder(std::string(dialect.provider), &notes);
  protocol.decode(body, dialect, builder);
  return outcome_of(builder, notes);
}

inline Outcome decode_pieces(const std::vector<std::string_view>& pieces, const Dialect& dialect,
                             const Protocol& protocol = chat()) {
  class Feeder final : public sse::Handler {
   public:
    Feeder(StreamDecoder& decoder, ReplyBuilder& builder) : decoder_(decoder), builder_(builder) {}
    void on_event(const sse::Event& event) override { decoder_.on_event(event, builder_); }

   private:
    StreamDecoder& decoder_;
    ReplyBuilder& builder_;
  };
  Notes notes;
  ReplyBuilder builder(std::string(dialect.provider), &notes);
  const auto decoder = protocol.decode_stream(dialect);
  Feeder feeder(*decoder, builder);
  sse::Framer framer;
  for (const auto piece : pieces) framer.feed(piece, feeder);
  framer.finish(feeder);
  decoder->on_end(builder);
  return outcome_of(builder, notes);
}

/// Everything of an outcome that must not depend on where the bytes were cut.
inline std::string summary(const Outcome& outcome) {
  std::string all =
      outcome.heard + '|' + outcome.reply.content + '|' + outcome.reply.raw_finish_reason + '|' + outcome.reply.raw;
  for (const auto& call : outcome.reply.tool_calls()) all += '|' + call.id + ',' + call.name + ',' + call.arguments;
  for (const auto& part : outcome.reply.message.parts)
    if (const auto* opaque = std::get_if<Opaque>(&part)) all += '|' + opaque->kind + '=' + opaque->json;
  if (outcome.error)
    all += "|error " + std::string(to_string(outcome.error->kind)) + ' ' + outcome.error->describe() + ' ' +
           outcome.error->body;
  return all;
}

/// The outcome of a stream; a difference for any cut in two, or for single bytes, is written into `heard`.
inline Outcome decode_stream(std::string_view body, const Dialect& dialect = plain, const Protocol& protocol = chat()) {
  auto whole = decode_pieces({body}, dialect, protocol);
  const auto expected = summary(whole);
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < body.size(); ++i) {
    bytes.push_back(body.substr(i, 1));
    if (summary(decode_pieces({body.substr(0, i), body.substr(i)}, dialect, protocol)) != expected)
      whole.heard = "differs when cut at " + std::to_string(i);
  }
  if (summary(decode_pieces(bytes, dialect, protocol)) != expected) whole.heard = "differs byte by byte";
  return whole;
}

/// A stream of these events.
inline std::string events(const std::vector<std::string>& data) {
  std::string all;
  for (const auto& one : data) all += "data: " + one + "\n\n";
  return all;
}

/// A chunk whose only choice has this delta.
inline std::string chunk(const std::string& delta, const std::string& finish = "null") {
  return R"({"id":"c1","model":"m-2","choices":[{"index":0,"delta":)" + delta + R"(,"finish_reason":)" + finish + "}]}";
}

}  // namespace fastccg::protocols
