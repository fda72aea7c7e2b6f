#include "fastccg/reply.hpp"

namespace fastccg {

std::string_view to_string(FinishReason reason) noexcept {
  switch (reason) {
    case FinishReason::unknown: return "unknown";
    case FinishReason::stop: return "stop";
    case FinishReason::length: return "length";
    case FinishReason::tool_calls: return "tool_calls";
    case FinishReason::content_filter: return "content_filter";
    case FinishReason::pause: return "pause";
    case FinishReason::error: return "error";
    case FinishReason::other: return "other";
  }
  return "unknown";
}

std::vector<ToolCall> Reply::tool_calls() const {
  std::vector<ToolCall> calls;
  for (const auto& part : message.parts)
    if (const auto* call = std::get_if<ToolCall>(&part)) calls.push_back(*call);
  return calls;
}

std::string Reply::reasoning() const {
  std::string all;
  for (const auto& part : message.parts)
    if (const auto* reasoning = std::get_if<Reasoning>(&part)) all += reasoning->text;
  return all;
}

std::string Reply::refusal() const {
  std::string all;
  for (const auto& part : message.parts)
    if (const auto* refusal = std::get_if<Refusal>(&part)) all += refusal->text;
  return all;
}

}  // namespace fastccg
