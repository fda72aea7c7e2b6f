#include "engine/engine.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "engine/schema.hpp"
#include "engine/tokens.hpp"
#include "model/text.hpp"

namespace fastccg::sim {
namespace {

namespace json = boost::json;

// Keeps as much of the text as the budget of tokens allows, and takes it off the budget.
bool cut(std::string& text, std::size_t& budget) {
  std::size_t kept = 0;
  const std::string_view all = text;
  for (const auto token : tokenize(all)) {
    if (budget == 0) {
      text.resize(kept);
      return true;
    }
    kept += token.size();
    --budget;
  }
  return false;
}

void apply_stop(Answer& answer, const std::vector<std::string>& stops) {
  auto first = std::string::npos;
  for (const auto& stop : stops) {
    if (stop.empty()) continue;
    const auto at = answer.text.find(stop);
    if (at >= first) continue;
    first = at;
    answer.stop_sequence = stop;
  }
  if (first != std::string::npos) answer.text.resize(first);
}

void apply_limit(Answer& answer, std::size_t budget) {
  const auto thinking = std::min(answer.usage.reasoning, budget);
  const bool thought_too_long = thinking < answer.usage.reasoning;
  answer.usage.reasoning = thinking;
  if (!answer.reasoning.empty()) {
    auto kept = thinking;
    cut(answer.reasoning, kept);
  }
  auto left = budget - thinking;
  bool too_long = cut(answer.text, left) || thought_too_long;
  if (cut(answer.refusal, left)) too_long = true;
  for (auto call = answer.tool_calls.begin(); call != answer.tool_calls.end(); ++call) {
    if (left == 0) {
      answer.tool_calls.erase(call, answer.tool_calls.end());
      too_long = true;
      break;
    }
    if (cut(call->arguments, left)) too_long = true;
  }
  if (!too_long) return;
  answer.finish = Finish::length;
  answer.stop_sequence.clear();
}

std::size_t count_output_tokens(const Answer& answer) {
  auto count = answer.usage.reasoning + count_tokens(answer.text) + count_tokens(answer.refusal);
  for (const auto& call : answer.tool_calls) count += count_tokens(call.name) + count_tokens(call.arguments);
  return count;
}

Answer answer_once(const Conversation& conversation, std::uint64_t identity) {
  Answer result;
  if (conversation.thinks) result.usage.reasoning = 16 * (1 + Random(identity).below(8));
  const auto* last = conversation.last_user();
  result.tool_calls = choose_tool_calls(conversation);
  if (!result.tool_calls.empty()) {
    result.finish = Finish::tool_calls;
  } else if (conversation.format == Format::json_schema) {
    const Hints hints(last == nullptr ? "" : last->text);
    result.text = json::serialize(instance_of(conversation.schema, hints));
  } else if (conversation.format == Format::json_object) {
    result.text = json::serialize(json::object{{"answer", compose_text(conversation, identity)}});
  } else {
    result.text = compose_text(conversation, identity);
  }
  return result;
}

}  // namespace

std::vector<Answer> answer(const Conversation& conversation, std::uint64_t identity) {
  std::vector<Answer> answers;
  for (std::size_t i = 0; i < std::max<std::size_t>(conversation.choices, 1); ++i) {
    answers.push_back(answer_once(conversation, identity + i));
    finish(answers.back(), conversation);
  }
  return answers;
}

void finish(Answer& answer, const Conversation& conversation) {
  // Thoughts that a script has written down are counted; others are only a number.
  if (!answer.reasoning.empty()) answer.usage.reasoning = count_tokens(answer.reasoning);
  apply_stop(answer, conversation.stop);
  if (conversation.max_tokens) apply_limit(answer, *conversation.max_tokens);
  answer.usage.input = count_input_tokens(conversation);
  answer.usage.output = count_output_tokens(answer);
}

std::string thought_of(const Answer& answer, const Conversation& conversation) {
  if (!answer.reasoning.empty() || !conversation.thinks) return answer.reasoning;
  const auto* last = conversation.last_user();
  return "I am asked: " + std::string(last == nullptr ? "" : prefix(last->text, 200)) +
         " I think of what I know of it.";
}

std::size_t count_input_tokens(const Conversation& conversation) {
  constexpr std::size_t per_message = 4;
  constexpr std::size_t per_attachment = 85;
  std::size_t count = 3;
  for (const auto& turn : conversation.turns)
    count += per_message + count_tokens(turn.text) + per_attachment * turn.attachments.size();
  for (const auto& tool : conversation.tools)
    count += per_message + count_tokens(tool.name) + count_tokens(tool.description) +
             count_tokens(json::serialize(tool.schema));
  return count;
}

}  // namespace fastccg::sim
