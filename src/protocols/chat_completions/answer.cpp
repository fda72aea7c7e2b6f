#include "protocols/chat_completions/answer.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

#include "protocols/shared/usage.hpp"

namespace fastccg::protocols::chat_completions {

namespace {

/// Where the one call of the ancestor of tool calls, `function_call`, is kept.
constexpr std::int64_t legacy_call = -1;

/// The visible text in a list of reasoning details.
void read_details_text(const json::Node& details, ReplyBuilder& reply) {
  for (const auto detail : details.elements()) {
    reply.reasoning(detail["text"].text());
    reply.reasoning(detail["summary"].text());
  }
}

/// Content of a list that is reasoning: a text, or a list of texts.
void read_thinking(const json::Node& thinking, ReplyBuilder& reply) {
  reply.reasoning(thinking.text());
  for (const auto piece : thinking.elements()) reply.reasoning(piece["text"].text());
}

}  // namespace

FinishReason finish_reason(std::string_view raw) noexcept {
  if (raw.empty()) return FinishReason::unknown;
  if (raw == "stop" || raw == "eos" || raw == "stop_sequence" || raw == "end_turn") return FinishReason::stop;
  if (raw == "length" || raw == "model_length" || raw == "max_tokens") return FinishReason::length;
  if (raw == "tool_calls" || raw == "function_call" || raw == "tool_use") return FinishReason::tool_calls;
  if (raw == "content_filter") return FinishReason::content_filter;
  if (raw == "error" || raw == "insufficient_system_resource") return FinishReason::error;
  return FinishReason::other;
}

Usage read_usage(const json::Node& node) noexcept {
  const auto prompt_details = node["prompt_tokens_details"];
  const auto completion_details = node["completion_tokens_details"];
  const auto first_of = [](auto... nodes) {
    std::optional<std::int64_t> value;
    ((value = value ? value : nodes.integer()), ...);
    return value;
  };

  Usage usage;
  usage.input = node["prompt_tokens"].integer();
  usage.output = node["completion_tokens"].integer();
  usage.total = node["total_tokens"].integer();
  usage.input_cached = first_of(prompt_details["cached_tokens"], node["prompt_cache_hit_tokens"],
                                node["num_cached_tokens"], node["cached_tokens"], node["cache_read_input_tokens"]);
  usage.input_cache_write = first_of(prompt_details["cache_write_tokens"], prompt_details["cache_creation_tokens"],
                                     node["cache_creation_input_tokens"]);
  usage.output_reasoning = first_of(completion_details["reasoning_tokens"], node["reasoning_tokens"]);

  // Some servers do not count reasoning among the completion's tokens; the total tells.
  const auto reasoning = usage.output_reasoning.value_or(0);
  if (reasoning > 0 && usage.input && usage.output && usage.total && *usage.input + *usage.output < *usage.total &&
      *usage.input + *usage.output + reasoning == *usage.total)
    *usage.output += reasoning;
  return usage;
}

void AnswerReader::read(const json::Node& root, ReplyBuilder& reply) {
  json::Node usage;
  for (const auto& [name, value] : root.members()) {
    if (name == "choices") {
      for (const auto choice : value.elements()) {
        if (choice["index"].integer().value_or(0) != 0) continue;
        read_choice(choice, reply);
        if (!usage) usage = choice["usage"];  // where one server has it
      }
    } else if (name == "usage") {
      if (value) usage = value;
    } else if (name == "x_groq") {
      if (!usage) usage = value["usage"];
    } else if (name == "id" && !has_identity_) {
      reply.id(value.text());
    } else if (name == "model" && !has_identity_) {
      reply.model(value.text());
      has_identity_ = !value.text().empty();
    } else if (name == "citations" || name == "search_results") {
      kept_.repeated(name, value);
    } else if (name == kinds::moderation) {
      kept_.member(name, value);
    }
  }
  if (usage && usage.size() > 0) shared::report_usage(read_usage(usage), usage, reply);
}

void AnswerReader::read_choice(const json::Node& choice, ReplyBuilder& reply) {
  // One pass, since this is done for each chunk.
  json::Node delta, message, text, logprobs, finish;
  for (const auto& [name, value] : choice.members()) {
    if (name == "delta")
      delta = value;
    else if (name == "message")
      message = value;
    else if (name == "text")
      text = value;
    else if (name == "logprobs")
      logprobs = value;
    else if (name == "finish_reason")
      finish = value;
  }
  // Some servers send both: the one that this is not is empty, or repeats what came before.
  const bool use_delta = delta && (form_ == Form::chunks || !message);
  if (use_delta) {
    read_message(delta, true, reply);
  } else if (message && !reply.has_output()) {
    read_message(message, false, reply);
  } else if (!reply.has_output()) {
    reply.text(text.text());
  }
  if (logprobs) kept_.logprobs(logprobs);
  // Some servers repeat it, and others forget it again.
  if (const auto reason = finish.text(); !reason.empty()) reply.finish(finish_reason(reason), reason);
}

void AnswerReader::read_message(const json::Node& message, bool is_delta, ReplyBuilder& reply) {
  json::Node content, reasoning_content, reasoning, reasoning_text, details, refusal, calls, function;
  for (const auto& [name, value] : message.members()) {
    if (name == "content")
      content = value;
    else if (name == "role")
      continue;
    else if (name == "reasoning_content")
      reasoning_content = value;
    else if (name == "reasoning")
      reasoning = value;
    else if (name == "reasoning_text")
      reasoning_text = value;
    else if (name == "reasoning_details")
      details = value;
    else if (name == "refusal")
      refusal = value;
    else if (name == "tool_calls")
      calls = value;
    else if (name == "function_call")
      function = value;
    else if (name == "audio")
      kept_.audio(value);
    else if (value.is_object() || value.is_array() || name == kinds::reasoning_opaque)
      kept_.member(name, value);
  }

  if (!reasoning_content.text().empty())
    reply.reasoning(reasoning_content.text());
  else if (!reasoning.text().empty())
    reply.reasoning(reasoning.text());
  else if (!reasoning_text.text().empty())
    reply.reasoning(reasoning_text.text());
  else
    read_details_text(details, reply);
  kept_.reasoning_details(details);

  read_content(content, reply);
  reply.refusal(refusal.text());
  read_calls(calls, is_delta, reply);
  if (!function["name"].text().empty() || !function["arguments"].text().empty()) {
    reply.tool_call(legacy_call, {}, function["name"].text());
    reply.tool_arguments(legacy_call, function["arguments"].text());
  }
}

void AnswerReader::read_content(const json::Node& content, ReplyBuilder& reply) {
  if (const auto text = content.string()) return reply.text(*text);
  for (const auto piece : content.elements()) {
    const auto type = piece["type"].text();
    if (type == "text" || type == "output_text" || (type.empty() && piece["text"]))
      reply.text(piece["text"].text());
    else if (type == "thinking")
      read_thinking(piece["thinking"], reply);
    else if (type == "refusal")
      reply.refusal(piece["refusal"].text());
    else if (piece.is_string())
      reply.text(piece.text());
    else if (piece)
      reply.opaque(kinds::content, piece.serialized());
  }
}

void AnswerReader::read_calls(const json::Node& calls, bool is_delta, ReplyBuilder& reply) {
  std::int64_t position = 0;
  for (const auto call : calls.elements()) {
    if (call["type"].text() == "custom" || call["custom"]) {
      kept_.custom_call(call["index"].integer().value_or(position), call);
    } else {
      read_call(call, key_of(call, position, is_delta), reply);
    }
    ++position;
  }
}

void AnswerReader::read_call(const json::Node& call, std::int64_t key, ReplyBuilder& reply) {
  const auto function = call["function"];
  reply.tool_call(key, call["id"].text(), function["name"].text());
  const auto arguments = function["arguments"];
  if (arguments.is_object())
    reply.tool_arguments(key, arguments.serialized());
  else
    reply.tool_arguments(key, arguments.text());
  if (const auto extra = call["extra_content"]) kept_.call_extra(key, extra);
}

/// Which call of the answer a piece belongs to. In a stream the index says so, but there are servers that give no
/// index, and others that send several whole calls with the same one.
std::int64_t AnswerReader::key_of(const json::Node& call, std::int64_t position, bool is_delta) {
  const auto id = call["id"].text();
  const bool named = !call["function"]["name"].text().empty();
  const auto given = call["index"].integer();
  auto known = calls_.end();
  if (is_delta) {
    const auto backwards = std::find_if(calls_.rbegin(), calls_.rend(), [&](const Call& c) {
      return given ? c.index == *given : id.empty() || c.id == id;
    });
    if (backwards != calls_.rend()) known = std::prev(backwards.base());
    // A piece that goes on has no other id and no other name.
    if (known != calls_.end() && named && known->named && !id.empty() && !known->id.empty() && known->id != id)
      known = calls_.end();
    if (known != calls_.end() && !given && id.empty() && named && known->named) known = calls_.end();
  }
  if (known == calls_.end()) {
    calls_.emplace_back(given.value_or(position), id, named);
    return static_cast<std::int64_t>(calls_.size()) - 1;
  }
  if (known->id.empty()) known->id = id;
  known->named = known->named || named;
  return known - calls_.begin();
}

void AnswerReader::finish(ReplyBuilder& reply) { kept_.give_to(reply); }

}  // namespace fastccg::protocols::chat_completions
