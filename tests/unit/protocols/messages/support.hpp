#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fastccg/error.hpp"

#include "../support.hpp"

namespace fastccg::protocols::messages {

inline const Protocol& protocol() { return find(Speaks::messages); }
inline constexpr Dialect anthropic("anthropic", Quirk::none);

inline Outcome decoded(std::string_view body) { return decode(body, anthropic, protocol()); }
inline Outcome streamed(std::string_view body) { return decode_stream(body, anthropic, protocol()); }

/// The outcome of a stream without the check of every cut, for streams that are cut themselves.
inline Outcome streamed_whole(std::string_view body) { return decode_pieces({body}, anthropic, protocol()); }

/// An event as the provider frames it.
inline std::string event(const std::string& type, const std::string& members = {}) {
  return "event: " + type + "\ndata: {\"type\":\"" + type + '"' + (members.empty() ? "" : "," + members) + "}\n\n";
}

inline std::string start_event() {
  return event("message_start",
               R"("message":{"id":"msg_7","type":"message","role":"assistant","model":"claude-x-1","content":[],)"
               R"("stop_reason":null,"usage":{"input_tokens":20,"cache_read_input_tokens":5,"output_tokens":3}})");
}

inline std::string block_start(int index, const std::string& block) {
  return event("content_block_start", "\"index\":" + std::to_string(index) + ",\"content_block\":" + block);
}

inline std::string delta(int index, const std::string& type, const std::string& members) {
  return event("content_block_delta",
               "\"index\":" + std::to_string(index) + R"(,"delta":{"type":")" + type + "\"," + members + '}');
}

inline std::string block_stop(int index) { return event("content_block_stop", "\"index\":" + std::to_string(index)); }

inline std::string text_block(int index, const std::string& text) {
  return block_start(index, R"({"type":"text","text":""})") + delta(index, "text_delta", "\"text\":\"" + text + '"') +
         block_stop(index);
}

inline std::string end_events(const std::string& reason = "end_turn",
                              const std::string& usage = R"({"output_tokens":9})") {
  return event("message_delta",
               R"("delta":{"stop_reason":")" + reason + R"(","stop_sequence":null},"usage":)" + usage) +
         event("message_stop");
}

/// A whole answer with this content.
inline std::string answer(const std::string& content, const std::string& reason = "\"end_turn\"") {
  return R"({"id":"msg_7","type":"message","role":"assistant","model":"claude-x-1","content":)" + content +
         R"(,"stop_reason":)" + reason + R"(,"stop_sequence":null,"usage":{"input_tokens":20,"output_tokens":9}})";
}

template <class T>
std::vector<T> parts_of(const Message& message) {
  std::vector<T> found;
  for (const auto& part : message.parts)
    if (const auto* one = std::get_if<T>(&part)) found.push_back(*one);
  return found;
}

/// The error that a call throws; of kind `usage` and without a message if it throws none.
template <class Call>
Error error_of(Call call) {
  try {
    call();
  } catch (const FastCCGError& error) {
    return error.error();
  }
  return Error();
}

}  // namespace fastccg::protocols::messages
