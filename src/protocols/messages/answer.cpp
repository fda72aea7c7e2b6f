#include "protocols/messages/answer.hpp"

#include <utility>
#include <vector>

#include "json/writer.hpp"
#include "protocols/messages/kinds.hpp"

namespace fastccg::protocols::messages {

namespace {

/// Both objects in one: of a member that both have, that of `later` counts, unless it is null.
std::string merged(std::string_view earlier, const json::Node& later) {
  json::BorrowedReader reader;
  const auto before = reader->parse(earlier).value_or(json::Node());
  json::Writer out;
  out.begin_object();
  for (const auto& [name, value] : before.members())
    out.key(name).raw((later[name] ? later[name] : value).serialized());
  for (const auto& [name, value] : later.members())
    if (!before[name] && !before[name].is_null()) out.key(name).raw(value.serialized());
  return out.end_object().take();
}

/// Says why the provider's policy stopped the answer.
void warn_of_refusal(const json::Node& details, ReplyBuilder& reply) {
  std::string text = "the provider's policy stopped the answer";
  if (const auto category = details["category"].text(); !category.empty()) text += " (" + std::string(category) + ")";
  if (const auto why = details["explanation"].text(); !why.empty()) text += ": " + std::string(why);
  reply.warn(Warning({}, std::move(text)));
}

}  // namespace

FinishReason finish_reason(std::string_view raw) noexcept {
  if (raw.empty()) return FinishReason::unknown;
  if (raw == "end_turn" || raw == "stop_sequence") return FinishReason::stop;
  if (raw == "tool_use") return FinishReason::tool_calls;
  if (raw == "max_tokens" || raw == "model_context_window_exceeded") return FinishReason::length;
  if (raw == "pause_turn") return FinishReason::pause;
  if (raw == "refusal") return FinishReason::content_filter;
  return FinishReason::other;
}

Usage read_usage(const json::Node& node) noexcept {
  Usage usage;
  usage.input_cached = node["cache_read_input_tokens"].integer();
  usage.input_cache_write = node["cache_creation_input_tokens"].integer();
  // What was cached is not counted in `input_tokens`.
  if (const auto input = node["input_tokens"].integer())
    usage.input = *input + usage.input_cached.value_or(0) + usage.input_cache_write.value_or(0);
  usage.output = node["output_tokens"].integer();
  usage.output_reasoning = node["output_tokens_details"]["thinking_tokens"].integer();
  return usage;
}

void AnswerReader::head(const json::Node& message, ReplyBuilder& reply) {
  reply.id(message["id"].text());
  reply.model(message["model"].text());
  usage(message["usage"], reply);
}

void AnswerReader::whole(const json::Node& message, ReplyBuilder& reply) {
  head(message, reply);
  const auto content = message["content"];
  reply.text(content.text());
  std::int64_t index = 0;
  for (const auto block : content.elements()) {
    blocks.begin(index, block, reply);
    blocks.end(index++, reply);
  }
  stop(message, reply);
  finish(reply);
}

void AnswerReader::stop(const json::Node& end, ReplyBuilder& reply) {
  if (end["container"].is_object()) container_ = end["container"].serialized();
  const auto reason = end["stop_reason"].text();
  if (reason.empty()) return;
  reply.finish(finish_reason(reason), reason);
  if (reason == "refusal") warn_of_refusal(end["stop_details"], reply);
}

void AnswerReader::usage(const json::Node& usage, ReplyBuilder& reply) {
  if (usage.size() == 0) return;
  if (reply.is_whole()) return reply.usage(read_usage(usage));
  usage_ = usage_.empty() ? usage.serialized() : merged(usage_, usage);
  json::BorrowedReader reader;
  if (const auto all = reader->parse(usage_)) reply.usage(read_usage(*all));
  reply.raw(usage_);
}

void AnswerReader::finish(ReplyBuilder& reply) {
  blocks.end_all(reply);
  if (!container_.empty()) reply.opaque(kinds::container, container_);
  container_.clear();
}

}  // namespace fastccg::protocols::messages
