#include "protocols/shared/tool_results.hpp"

#include <algorithm>

#include "fastccg/error.hpp"

namespace fastccg::protocols::shared {

namespace {

[[noreturn]] void refuse(std::string why) { throw_error(Error(ErrorKind::invalid_request, std::move(why))); }

}  // namespace

bool has_results(const Message& message) noexcept {
  return std::ranges::any_of(message.parts, [](const Part& part) { return std::holds_alternative<ToolResult>(part); });
}

std::vector<const ToolResult*> results_of(const std::vector<const Message*>& messages, std::size_t assistant,
                                          std::span<const std::pair<std::string, std::string>> calls) {
  std::vector<const ToolResult*> results(calls.size());
  for (auto i = assistant + 1; i < messages.size() && has_results(*messages[i]); ++i) {
    for (const auto& part : messages[i]->parts) {
      const auto* result = std::get_if<ToolResult>(&part);
      if (!result) continue;
      const auto call = std::ranges::find(calls, result->call_id, &std::pair<std::string, std::string>::first);
      if (call == calls.end())
        refuse("the tool result for '" + result->call_id + "' answers no tool call of the assistant's last message");
      auto& place = results[static_cast<std::size_t>(call - calls.begin())];
      if (place) refuse("the tool call '" + result->call_id + "' has more than one result");
      place = result;
    }
    if (messages[i]->role != Role::tool) break;
  }
  const auto missing = std::ranges::find(results, nullptr);
  if (missing != results.end()) {
    const auto& [id, name] = calls[static_cast<std::size_t>(missing - results.begin())];
    refuse("the tool call '" + id + "' (" + name +
           ") has no result; answer all tool calls of a message, for example with Message::tool_results");
  }
  return results;
}

}  // namespace fastccg::protocols::shared
