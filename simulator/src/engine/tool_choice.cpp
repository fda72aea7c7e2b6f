#include <algorithm>
#include <boost/json/serialize.hpp>

#include "engine/engine.hpp"
#include "engine/schema.hpp"
#include "model/text.hpp"

namespace fastccg::sim {
namespace {

namespace json = boost::json;

constexpr std::size_t most_calls = 8;

// "getWeather_now" has the words get, weather and now.
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words(1);
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool starts_word = is_upper(name[i]) && i > 0 && is_lower(name[i - 1]);
    if (!is_word(name[i]) || starts_word) words.emplace_back();
    if (is_word(name[i])) words.back() += lower(name[i]);
  }
  return words;
}

bool is_telling(const std::string& word) {
  for (const auto* common : {"call", "current", "data", "fetch", "find", "function", "from", "info", "list", "make",
                             "read", "send", "show", "tell", "this", "tool", "with", "what", "your"})
    if (word == common) return false;
  return word.size() >= 4;
}

bool mentions(const std::string& prompt, const Tool& tool) {
  if (prompt.find(to_lower(tool.name)) != std::string::npos) return true;
  const auto words = words_of(tool.name);
  return std::any_of(words.begin(), words.end(), [&prompt](const std::string& word) {
    return is_telling(word) && prompt.find(word) != std::string::npos;
  });
}

void call(std::vector<ToolCall>& calls, const Tool& tool, const Hints& hints, bool several) {
  const auto count = several && asks_for_place(tool.schema)
                         ? std::clamp<std::size_t>(hints.places.size(), 1, most_calls)
                         : std::size_t{1};
  for (std::size_t i = 0; i < count; ++i) {
    auto arguments = instance_of(tool.schema, hints, i);
    if (!arguments.is_object()) arguments = json::object();
    calls.emplace_back(tool.name, json::serialize(arguments));
  }
}

}  // namespace

std::vector<ToolCall> choose_tool_calls(const Conversation& conversation) {
  std::vector<ToolCall> calls;
  if (conversation.tools.empty() || conversation.tool_choice == ToolChoice::none) return calls;
  const auto* user = conversation.last_user();
  const Hints hints(user == nullptr ? "" : user->text);
  if (conversation.tool_choice == ToolChoice::named) {
    for (const auto& tool : conversation.tools)
      if (tool.name == conversation.chosen_tool) call(calls, tool, hints, conversation.parallel_tool_calls);
    return calls;
  }
  const bool forced = conversation.tool_choice == ToolChoice::required;
  const bool has_results = !conversation.turns.empty() && conversation.turns.back().role == Role::tool;
  if (has_results && !forced) return calls;
  const auto prompt = to_lower(hints.prompt);
  for (const auto& tool : conversation.tools) {
    if (!calls.empty() && (!conversation.parallel_tool_calls || calls.size() >= most_calls)) break;
    if (mentions(prompt, tool)) call(calls, tool, hints, conversation.parallel_tool_calls);
  }
  if (calls.empty() && forced) call(calls, conversation.tools.front(), hints, false);
  return calls;
}

}  // namespace fastccg::sim
