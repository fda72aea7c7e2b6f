#include "protocols/responses/answer.hpp"

#include "json/writer.hpp"
#include "protocols/shared/usage.hpp"

namespace fastccg::protocols::responses {

namespace {

FinishReason finish_reason(std::string_view status, std::string_view incomplete) noexcept {
  if (status == "completed") return FinishReason::stop;
  if (status == "failed") return FinishReason::error;
  if (status == "incomplete") {
    if (incomplete == "max_output_tokens") return FinishReason::length;
    if (incomplete == "content_filter") return FinishReason::content_filter;
  }
  return status.empty() ? FinishReason::unknown : FinishReason::other;
}

}  // namespace

Usage read_usage(const json::Node& node) noexcept {
  Usage usage;
  usage.input = node["input_tokens"].integer();
  usage.input_cached = node["input_tokens_details"]["cached_tokens"].integer();
  usage.input_cache_write = node["input_tokens_details"]["cache_write_tokens"].integer();
  usage.output = node["output_tokens"].integer();
  usage.output_reasoning = node["output_tokens_details"]["reasoning_tokens"].integer();
  usage.total = node["total_tokens"].integer();
  return usage;
}

void AnswerReader::read_frame(const json::Node& response, ReplyBuilder& reply) {
  reply.id(response["id"].text());
  reply.model(response["model"].text());
  // Snapshots of an answer under way have null here, and must not undo what came before.
  if (const auto usage = response["usage"]; usage.size() > 0) shared::report_usage(read_usage(usage), usage, reply);
}

void AnswerReader::read_end(const json::Node& response, ReplyBuilder& reply) {
  const auto status = response["status"].text();
  reply.finish(finish_reason(status, response["incomplete_details"]["reason"].text()), status);
}

AnswerReader::Item& AnswerReader::open(std::int64_t index, ReplyBuilder& reply) {
  if (index != current_) reply.end_part();
  current_ = index;
  return items_[index];
}

void AnswerReader::begin_item(std::int64_t index, const json::Node& item, ReplyBuilder& reply) {
  open(index, reply);
  const auto type = item["type"].text();
  if (type == "function_call") reply.tool_call(index, item["call_id"].text(), item["name"].text());
  if (type == "message")
    if (const auto phase = item["phase"]; phase.is_string()) reply.opaque(kinds::phase, phase.serialized());
}

void AnswerReader::text(std::int64_t index, std::string_view delta, ReplyBuilder& reply) {
  open(index, reply).content = true;
  reply.text(delta);
}

void AnswerReader::refusal(std::int64_t index, std::string_view delta, ReplyBuilder& reply) {
  open(index, reply).content = true;
  reply.refusal(delta);
}

void AnswerReader::reasoning(std::int64_t index, std::string_view delta, ReplyBuilder& reply) {
  open(index, reply).content = true;
  reply.reasoning(delta);
}

void AnswerReader::arguments(std::int64_t index, std::string_view delta, ReplyBuilder& reply) {
  open(index, reply).arguments = true;
  reply.tool_arguments(index, delta);
}

void AnswerReader::whole_item(std::int64_t index, const json::Node& item, ReplyBuilder& reply) {
  begin_item(index, item, reply);
  end_item(index, item, reply);
}

void AnswerReader::end_item(std::int64_t index, const json::Node& item, ReplyBuilder& reply) {
  const bool begun = items_.contains(index);
  auto& seen = open(index, reply);
  if (seen.ended) return;
  seen.ended = true;
  if (!begun) begin_item(index, item, reply);

  const auto type = item["type"].text();
  if (type == "message")
    read_message(item, seen, reply);
  else if (type == "reasoning")
    read_reasoning(item, seen, reply);
  else if (type == "function_call")
    read_call(index, item, seen, reply);
  else if (item.is_object())
    reply.opaque(type, item.serialized());
  reply.end_part();
}

void AnswerReader::final_items(const json::Node& output, ReplyBuilder& reply) {
  const bool is_first_sight = items_.empty();
  std::int64_t index = 0;
  for (const auto item : output.elements()) {
    const auto known = items_.find(index);
    if (is_first_sight || (known != items_.end() && !known->second.ended)) end_item(index, item, reply);
    ++index;
  }
}

void AnswerReader::read_message(const json::Node& item, Item& seen, ReplyBuilder& reply) {
  for (const auto part : item["content"].elements()) {
    const auto type = part["type"].text();
    if (!seen.content) {
      if (type == "refusal")
        reply.refusal(part["refusal"].text());
      else
        reply.text(part["text"].text());
    }
    if (const auto annotations = part["annotations"]; annotations.size() > 0)
      reply.opaque(kinds::annotations, annotations.serialized());
    if (const auto logprobs = part["logprobs"]; logprobs.size() > 0)
      reply.opaque(kinds::logprobs, logprobs.serialized());
  }
}

void AnswerReader::read_reasoning(const json::Node& item, Item& seen, ReplyBuilder& reply) {
  if (!seen.content) {
    for (const auto part : item["summary"].elements()) reply.reasoning(part["text"].text());
    for (const auto part : item["content"].elements()) reply.reasoning(part["text"].text());
  }
  reply.reasoning_payload(item.serialized());
}

void AnswerReader::read_call(std::int64_t index, const json::Node& item, Item& seen, ReplyBuilder& reply) {
  reply.tool_call(index, item["call_id"].text(), item["name"].text());
  if (!seen.arguments) {
    const auto arguments = item["arguments"];
    reply.tool_arguments(index, arguments.is_string() ? arguments.text() : arguments ? arguments.serialized() : "");
  }
  if (const auto space = item["namespace"]; space.is_string()) {
    json::Writer extra;
    extra.begin_object().member("call_id", item["call_id"].text()).member("namespace", space.text()).end_object();
    reply.opaque(kinds::call_extra, extra.text());
  }
}

}  // namespace fastccg::protocols::responses
