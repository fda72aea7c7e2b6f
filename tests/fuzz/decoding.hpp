#pragma once

#include <cstdlib>
#include <string>
#include <string_view>

#include "core/reply_builder.hpp"
#include "fastccg/error.hpp"
#include "json/writer.hpp"
#include "protocols/protocols.hpp"
#include "sse/framer.hpp"

namespace fuzzing {

using namespace fastccg;

class Feeder final : public sse::Handler {
 public:
  Feeder(protocols::StreamDecoder& decoder, ReplyBuilder& reply) : decoder_(decoder), reply_(reply) {}
  void on_event(const sse::Event& event) override { decoder_.on_event(event, reply_); }

 private:
  protocols::StreamDecoder& decoder_;
  ReplyBuilder& reply_;
};

inline Reply closed(ReplyBuilder& reply) {
  if (reply.is_open()) std::abort();
  return reply.take();
}

/// Sends an answer back, with results of all its tool calls and another question.
inline void send_back(const protocols::Protocol& protocol, const protocols::Dialect& dialect, const Reply& reply) {
  const auto question = Message::user("?");
  std::vector<ToolResult> results;
  for (const auto& call : reply.tool_calls()) results.emplace_back(call.id, "r");
  const auto answers = Message::tool_results(std::move(results));
  Request request;
  request.messages = {&question, &reply.message, &answers, &question};
  request.model.id = std::string("m");  // g++ 12 warns wrongly of what assigning the literal would inline
  try {
    if (!json::is_object(protocol.render(request, dialect).body)) std::abort();
  } catch (const FastCCGError&) {
    std::abort();  // an answer can always be sent back
  }
}

/// Whatever a server sends, decoding ends in a reply or an error, and never in a crash.
inline void decode_anything(protocols::Speaks speaks, std::string_view bytes,
                            protocols::Quirk quirks = protocols::Quirk::none) {
  const protocols::Dialect dialect("test", quirks);
  const auto& protocol = protocols::find(speaks);

  ReplyBuilder streamed("test");
  const auto decoder = protocol.decode_stream(dialect);
  Feeder feeder(*decoder, streamed);
  sse::Framer framer;
  framer.feed(bytes, feeder);
  framer.finish(feeder);
  decoder->on_end(streamed);
  send_back(protocol, dialect, closed(streamed));

  ReplyBuilder whole("test");
  protocol.decode(bytes, dialect, whole);
  send_back(protocol, dialect, closed(whole));

  for (const int status : {307, 400, 404, 429, 500}) protocol.classify(status, {}, bytes, dialect);
}

}  // namespace fuzzing
