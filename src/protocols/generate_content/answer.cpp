#include "protocols/generate_content/answer.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "json/writer.hpp"
#include "protocols/generate_content/inline_data.hpp"
#include "protocols/generate_content/kinds.hpp"
#include "protocols/shared/usage.hpp"

namespace fastccg::protocols::generate_content {

namespace {

template <class... Names>
bool is_any_of(std::string_view text, Names... names) noexcept {
  return ((text == names) || ...);
}

std::string json_text(std::string_view text) {
  json::Writer writer;
  writer.string(text);
  return writer.take();
}

/// The sum of the counters that are there; nothing if none is.
template <class... Nodes>
std::optional<std::int64_t> sum(Nodes... nodes) noexcept {
  std::optional<std::int64_t> total;
  const auto add = [&total](std::optional<std::int64_t> count) {
    if (count) total = total.value_or(0) + *count;
  };
  (add(nodes.integer()), ...);
  return total;
}

/// The member that says what the part is.
std::string_view name_of(const json::Node& part) noexcept {
  for (const auto& [name, value] : part.members())
    if (!is_any_of(name, "text", "thought", "thoughtSignature", "videoMetadata", "mediaResolution")) return name;
  return kinds::part;
}

/// A picture, a sound or a document that the model made; nothing if it cannot be read as one.
std::optional<Part> media_of(const json::Node& part) {
  if (const auto file = part["fileData"]; !file["fileUri"].text().empty())
    return File::from_url(std::string(file["fileUri"].text()), std::string(file["mimeType"].text()));
  const auto data = part["inlineData"]["data"].string();
  auto bytes = data ? read_base64(*data) : std::nullopt;
  if (!bytes) return std::nullopt;
  const std::string mime(part["inlineData"]["mimeType"].text());
  if (mime.starts_with("image/")) return Image::from_bytes(*std::move(bytes), mime);
  if (mime.starts_with("audio/")) return Audio(*std::move(bytes), mime.substr(6));
  return File::from_bytes(*std::move(bytes), mime, {});
}

}  // namespace

FinishReason finish_reason(std::string_view raw) noexcept {
  if (raw.empty()) return FinishReason::unknown;
  if (raw == "STOP") return FinishReason::stop;
  if (raw == "MAX_TOKENS") return FinishReason::length;
  if (is_any_of(raw, "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE", "IMAGE_SAFETY",
                "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION"))
    return FinishReason::content_filter;
  if (is_any_of(raw, "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS"))
    return FinishReason::error;
  return FinishReason::other;
}

Usage read_usage(const json::Node& node) noexcept {
  Usage usage;
  // What hosted tools put into the prompt, and what the model thought, are counted apart from the rest.
  usage.input = sum(node["promptTokenCount"], node["toolUsePromptTokenCount"]);
  usage.input_cached = node["cachedContentTokenCount"].integer();
  usage.output = sum(node["candidatesTokenCount"], node["thoughtsTokenCount"]);
  usage.output_reasoning = node["thoughtsTokenCount"].integer();
  usage.total = node["totalTokenCount"].integer();
  return usage;
}

void AnswerReader::read(const json::Node& root, ReplyBuilder& reply) {
  reply.id(root["responseId"].text());
  reply.model(root["modelVersion"].text());
  read_feedback(root["promptFeedback"], reply);
  for (const auto candidate : root["candidates"].elements())
    if (candidate["index"].integer().value_or(0) == 0) read_candidate(candidate, reply);
  // A running count: each one replaces the one before, whether it is larger or smaller.
  if (const auto usage = root["usageMetadata"]; usage.size() > 0) shared::report_usage(read_usage(usage), usage, reply);
}

/// The prompt itself may be refused, with a status of success and without any candidate.
void AnswerReader::read_feedback(const json::Node& feedback, ReplyBuilder& reply) {
  const auto reason = feedback["blockReason"].text();
  if (reason.empty()) return;
  reply.finish(FinishReason::content_filter, reason);
  finish_message_ = feedback["blockReasonMessage"].text();
}

void AnswerReader::read_candidate(const json::Node& candidate, ReplyBuilder& reply) {
  for (const auto part : candidate["content"]["parts"].elements()) read_part(part, reply);
  // There may be several in one stream, with more content after the first: the last one counts.
  if (const auto reason = candidate["finishReason"].text(); !reason.empty()) {
    reply.finish(finish_reason(reason), reason);
    finish_message_ = candidate["finishMessage"].text();
  }
  for (const auto name : kinds::beside_content) keep(name, candidate[name]);
}

void AnswerReader::read_part(const json::Node& part, ReplyBuilder& reply) {
  if (!part.is_object()) return;
  if (const auto text = part["text"].string()) return read_text(part, *text, reply);

  const auto call = part["functionCall"];
  const bool is_call = !call["name"].text().empty();
  const bool is_thought = part["thought"].boolean().value_or(false);
  auto media = is_call || is_thought ? std::nullopt : media_of(part);
  if (is_call)
    read_call(call, reply);
  else if (media)
    reply.part(*std::move(media));
  else if (part.size() > 0)
    return reply.opaque(name_of(part), part.serialized());

  if (const auto signature = part["thoughtSignature"].text(); !signature.empty())
    reply.opaque(kinds::signature, json_text(signature));
}

/// Text that goes on in the next part is joined with it, unless there is a signature: that covers one part alone.
void AnswerReader::read_text(const json::Node& part, std::string_view text, ReplyBuilder& reply) {
  const auto signature = part["thoughtSignature"].text();
  const bool is_thought = part["thought"].boolean().value_or(false);
  if (!signature.empty()) reply.end_part();
  if (is_thought) {
    reply.reasoning(text);
    if (!signature.empty()) reply.reasoning_payload(json_text(signature));
  } else if (!signature.empty() && text.empty()) {
    reply.opaque(kinds::part, part.serialized());
  } else {
    reply.text(text);
    if (!signature.empty()) reply.opaque(kinds::signature, json_text(signature));
  }
  if (!signature.empty()) reply.end_part();
}

/// Calls come whole.
void AnswerReader::read_call(const json::Node& call, ReplyBuilder& reply) {
  const auto number = calls_++;
  reply.tool_call(number, call["id"].text(), call["name"].text());
  const auto args = call["args"];
  if (args) reply.tool_arguments(number, args.is_string() ? std::string(args.text()) : args.serialized());
}

void AnswerReader::keep(std::string_view name, const json::Node& value) {
  if (value.size() == 0) return;
  const auto known = std::ranges::find(kept_, name, &std::pair<std::string_view, std::string>::first);
  if (known != kept_.end())
    known->second = value.serialized();
  else
    kept_.emplace_back(name, value.serialized());
}

void AnswerReader::complete(ReplyBuilder& reply) {
  for (const auto& [name, json] : kept_) reply.opaque(name, json);
  const auto reason = reply.finish_reason();
  if (reason == FinishReason::length && !reply.has_output())
    reply.warn(Warning("max_tokens", "the model used up the limit before it wrote anything, by reasoning; raise it"));
  if (reason != FinishReason::stop && !finish_message_.empty() && !reply.has_tool_calls())
    reply.warn(Warning({}, "the provider says why it stopped: " + finish_message_));
  reply.complete();
}

}  // namespace fastccg::protocols::generate_content
