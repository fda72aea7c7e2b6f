#include <map>

#include "json/reader.hpp"
#include "protocols/chat_completions/kept.hpp"
#include "protocols/chat_completions/messages.hpp"

namespace fastccg::protocols::chat_completions {

namespace {

/// What goes back with each call, by the call's place in its message.
std::map<std::int64_t, std::string> call_extras(const Message& message) {
  std::map<std::int64_t, std::string> extras;
  for (const auto& part : message.parts) {
    const auto* opaque = std::get_if<Opaque>(&part);
    if (!opaque || opaque->kind != kinds::call_extra) continue;
    json::BorrowedReader reader;
    const auto root = reader->parse(opaque->json);
    const auto call = root ? (*root)["call"].integer() : std::nullopt;
    if (call) extras[*call] = (*root)["extra_content"].serialized();
  }
  return extras;
}

template <class T>
const T* as(const Part* part) noexcept {
  return std::get_if<T>(part);
}

}  // namespace

void MessageWriter::write_assistant(const Outgoing& message, bool is_last, bool in_running_turn) {
  const bool own = is_own(*message.source);
  bool has_calls = false;
  bool has_anything = false;
  for (const auto* part : message.parts) {
    const auto* opaque = as<Opaque>(part);
    const auto* text = as<Text>(part);
    if (as<Image>(part) || as<Audio>(part) || as<File>(part))
      warnings_.emplace_back("messages",
                             "the assistant's pictures, sounds and files have no place; they were left out");
    has_calls = has_calls || as<ToolCall>(part) || (opaque && is_custom_call(*opaque));
    has_anything =
        has_anything || has_calls || (text && !text->text.empty()) || as<Refusal>(part) || (own && goes_back(*part));
  }
  if (!has_anything) return;  // such as an answer of reasoning alone by another provider

  out_.begin_object().member("role", "assistant");
  if (!message.source->name.empty()) out_.member("name", message.source->name);
  write_assistant_content(message, own, has_calls);
  if (own) write_replayed(message, in_running_turn);
  if (has_calls) write_calls(message, own);
  if (is_last && !has_calls && dialect_.has(Quirk::marks_prefill)) out_.member("prefix", true);
  out_.end_object();
}

bool MessageWriter::goes_back(const Part& part) const {
  using enum Quirk;
  if (as<Reasoning>(&part)) return dialect_.has(reasoning_details | replays_reasoning | thinking_chunks);
  const auto* opaque = as<Opaque>(&part);
  if (!opaque || !is_replayable(*opaque)) return false;
  return opaque->kind == kinds::extra_content || opaque->kind == kinds::reasoning_opaque ||
         opaque->kind == kinds::audio || (opaque->kind == kinds::content && dialect_.has(thinking_chunks));
}

void MessageWriter::write_assistant_content(const Outgoing& message, bool is_own, bool has_calls) {
  std::string text;
  std::string refusal;
  bool has_chunks = false;
  for (const auto* part : message.parts) {
    const auto* opaque = as<Opaque>(part);
    if (const auto* piece = as<Text>(part)) text += piece->text;
    if (const auto* piece = as<Refusal>(part)) refusal += piece->text;
    has_chunks = has_chunks || as<Reasoning>(part) || (opaque && opaque->kind == kinds::content);
  }
  if (is_own && has_chunks && dialect_.has(Quirk::thinking_chunks)) return write_thinking_chunks(message);

  // A refusal is a thing of its own only to the provider that made it.
  if (!refusal.empty() && !is_own) text += refusal;
  const bool refused = !refusal.empty() && is_own;
  if (refused && text.empty() && !has_calls)
    out_.key("content").null();
  else
    out_.member("content", text);
  if (refused) out_.member("refusal", refusal);
}

void MessageWriter::write_thinking_chunks(const Outgoing& message) {
  out_.key("content").begin_array();
  for (const auto* part : message.parts) {
    const auto* opaque = as<Opaque>(part);
    if (const auto* reasoning = as<Reasoning>(part)) {
      out_.begin_object().member("type", "thinking").key("thinking").begin_array();
      out_.begin_object().member("type", "text").member("text", reasoning->text).end_object();
      out_.end_array().end_object();
    } else if (as<Text>(part) || (opaque && opaque->kind == kinds::content)) {
      write_part(*part);
    }
  }
  out_.end_array();
}

/// What the provider wants back with a message of its own.
void MessageWriter::write_replayed(const Outgoing& message, bool in_running_turn) {
  std::string reasoning;
  std::string details;
  bool is_sealed = false;
  for (const auto* part : message.parts) {
    if (const auto* piece = as<Reasoning>(part)) {
      reasoning += piece->text;
      if (piece->payload.size() > 2 && piece->payload.front() == '[' && json::is_json(piece->payload)) {
        if (!details.empty()) details += ',';
        details += std::string_view(piece->payload).substr(1, piece->payload.size() - 2);
      }
    } else if (const auto* opaque = as<Opaque>(part); opaque && is_replayable(*opaque)) {
      const bool seals = opaque->kind == kinds::reasoning_opaque;
      is_sealed = is_sealed || seals;
      if (seals || opaque->kind == kinds::extra_content) out_.key(opaque->kind).raw(opaque->json);
      if (opaque->kind != kinds::audio) continue;
      json::BorrowedReader reader;
      const auto root = reader->parse(opaque->json);
      if (root && !(*root)["id"].text().empty())
        out_.key("audio").begin_object().member("id", (*root)["id"].text()).end_object();
    }
  }
  // The seal holds for this text alone.
  if (is_sealed && !reasoning.empty()) out_.member("reasoning_text", reasoning);
  if (dialect_.has(Quirk::reasoning_details) && !details.empty())
    out_.key("reasoning_details").raw('[' + details + ']');
  if (dialect_.has(Quirk::replays_reasoning) && in_running_turn && !reasoning.empty())
    out_.member("reasoning_content", reasoning);
}

void MessageWriter::write_calls(const Outgoing& message, bool is_own) {
  const auto extras = is_own ? call_extras(*message.source) : std::map<std::int64_t, std::string>();
  std::int64_t number = 0;
  out_.key("tool_calls").begin_array();
  for (const auto* part : message.parts) {
    if (const auto* call = as<ToolCall>(part)) {
      out_.begin_object().member("id", wire_id(call->id)).member("type", "function").key("function").begin_object();
      out_.member("name", call->name)
          .member("arguments", call->arguments.empty() ? "{}" : call->arguments)
          .end_object();
      if (const auto extra = extras.find(number); extra != extras.end()) out_.key("extra_content").raw(extra->second);
      out_.end_object();
      ++number;
    } else if (const auto* opaque = as<Opaque>(part); opaque && is_custom_call(*opaque)) {
      out_.raw(opaque->json);
    }
  }
  out_.end_array();
}

}  // namespace fastccg::protocols::chat_completions
