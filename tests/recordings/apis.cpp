#include <algorithm>
#include <optional>

#include "generate.hpp"
#include "messages.hpp"
#include "requests.hpp"
#include "responses.hpp"

namespace recordings {

Json normalised_chat_request(boost::json::object body);

namespace {

std::optional<std::int64_t> number(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (!value || !value->is_number()) return std::nullopt;
  return value->to_number<std::int64_t>();
}

fastccg::Usage chat_usage(const boost::json::object& expected) {
  const auto raw = object(expected, "usage");
  const auto own_words = object(expected, "usage_raw");
  fastccg::Usage usage;
  usage.input = number(raw, "input_tokens");
  usage.input_cached = number(raw, "cached_tokens");
  usage.input_cache_write = number(object(own_words, "prompt_tokens_details"), "cache_write_tokens");
  if (!usage.input_cache_write) usage.input_cache_write = number(own_words, "cache_creation_input_tokens");
  usage.output = number(raw, "output_tokens");
  usage.output_reasoning = number(raw, "reasoning_tokens");
  usage.total = number(raw, "total_tokens");
  const auto reasoning = usage.output_reasoning.value_or(0);
  if (usage.input && usage.output && usage.total && reasoning > 0 &&
      *usage.input + *usage.output + reasoning == *usage.total)
    *usage.output += reasoning;
  if (usage.input && usage.input_cached && *usage.input_cached > *usage.input) usage.input_cached = usage.input;
  return usage;
}

fastccg::Usage responses_usage(const boost::json::object& expected) {
  const auto raw = object(expected, "usage");
  fastccg::Usage usage;
  usage.input = number(raw, "input_tokens");
  usage.input_cached = number(raw, "cached_tokens");
  usage.input_cache_write = number(object(object(expected, "usage_raw"), "input_tokens_details"), "cache_write_tokens");
  usage.output = number(raw, "output_tokens");
  usage.output_reasoning = number(raw, "reasoning_tokens");
  usage.total = number(raw, "total_tokens");
  if (usage.input && usage.input_cached) usage.input_cached = std::min(*usage.input_cached, *usage.input);
  return usage;
}

/// Gemini counts thoughts and what provider-side tools read apart.
fastccg::Usage gemini_usage(const boost::json::object& expected) {
  const auto raw = object(expected, "usage");
  const auto sum = [&raw](std::string_view one, std::string_view other) {
    const auto a = number(raw, one);
    const auto b = number(raw, other);
    return a || b ? std::optional(a.value_or(0) + b.value_or(0)) : std::nullopt;
  };
  fastccg::Usage usage;
  usage.input = sum("input_tokens", "tool_use_prompt_tokens");
  usage.input_cached = number(raw, "cached_tokens");
  usage.output = sum("output_tokens", "reasoning_tokens");
  usage.output_reasoning = number(raw, "reasoning_tokens");
  usage.total = number(raw, "total_tokens");
  return usage;
}

}  // namespace

const std::vector<Api>& apis() {
  using fastccg::protocols::Speaks;
  static const std::vector<Api> all{
      {"openai_chat", Speaks::chat_completions, chat_usage, read_chat_request, normalised_chat_request},
      {"mistral_chat", Speaks::chat_completions, chat_usage, read_chat_request, normalised_chat_request},
      {"anthropic_messages", Speaks::messages, messages_usage, read_messages_request, normalised_messages_request},
      {"gemini_generate", Speaks::generate_content, gemini_usage, read_generate_request, normalised_generate_request},
      {"openai_responses", Speaks::responses, responses_usage, read_responses_request, normalised_responses_request},
      {"openai_compatible_chat", Speaks::chat_completions, chat_usage, read_chat_request, normalised_chat_request},
  };
  return all;
}

}  // namespace recordings
