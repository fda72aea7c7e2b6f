#include "protocols/messages/conversation.hpp"

#include <algorithm>

#include "fastccg/error.hpp"
#include "json/reader.hpp"
#include "protocols/messages/kinds.hpp"
#include "protocols/shared/cache_mark.hpp"
#include "protocols/shared/error_body.hpp"
#include "protocols/shared/tool_results.hpp"

namespace fastccg::protocols::messages {

namespace {

[[noreturn]] void refuse(std::string why) { throw_error(Error(ErrorKind::invalid_request, std::move(why))); }

bool is_legal_id(std::string_view id) {
  return !id.empty() && id.size() <= 256 && std::ranges::all_of(id, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-';
  });
}

bool is_result(const Part& part) noexcept { return std::holds_alternative<ToolResult>(part); }

bool asks(const Message& message) {
  return message.role == Role::user && !std::ranges::all_of(message.parts, is_result);
}

}  // namespace

Conversation::Conversation(const std::vector<const Message*>& messages, const Dialect& dialect, bool system_in_place,
                           std::size_t most_marks, std::vector<Warning>& warnings)
    : messages_(messages),
      dialect_(dialect),
      system_in_place_(system_in_place),
      warnings_(warnings),
      ids_("toolu_", 24, is_legal_id) {
  survey();
  if (marks_to_skip_ > most_marks) warn("cache_point", "the provider takes four marks; the oldest were left out");
  marks_to_skip_ -= std::min(marks_to_skip_, most_marks);
  for (current_ = 0; current_ < messages_.size(); ++current_) add(current_);
  if (turns_.empty()) refuse("there is nothing to answer: the conversation has no messages with content");
  if (messages_.back()->role == Role::user && turns_.back().role == Role::assistant)
    refuse("the last message has nothing in it that could be sent");
}

void Conversation::survey() {
  for (std::size_t i = 0; i < messages_.size(); ++i) {
    if (asks(*messages_[i])) last_question_ = i;
    for (const auto& part : messages_[i]->parts) {
      const auto* opaque = std::get_if<Opaque>(&part);
      if (opaque && shared::is_cache_point(*opaque)) ++marks_to_skip_;
      if (!opaque || !is_own(*opaque)) continue;
      json::BorrowedReader reader;
      const auto root = reader->parse(opaque->json);
      if (!root) continue;
      if (const auto id = (*root)["tool_use_id"].text(); !id.empty()) answered_.emplace(id);
    }
  }
  if (messages_.empty() || messages_.back()->role != Role::assistant) return;
  for (const auto& part : messages_.back()->parts) {
    const auto* text = std::get_if<Text>(&part);
    const bool is_left_out = std::holds_alternative<Opaque>(part) || (text && shared::trimmed(text->text).empty());
    if (!is_left_out) last_part_ = &part;
  }
}

void Conversation::add(std::size_t at) {
  const auto& message = *messages_[at];
  switch (message.role) {
    case Role::system: return add_system(message);
    case Role::assistant: return add_assistant(at);
    case Role::user:
    case Role::tool: return add_user(message);
  }
}

void Conversation::add_system(const Message& message) {
  if (turns_.empty()) {
    const auto text = message.text();
    if (!system_.empty() && !text.empty()) system_ += "\n\n";
    system_ += text;
  } else if (system_in_place_) {
    add_parts(Role::system, message);
  } else if (const auto text = message.text(); !shared::trimmed(text).empty()) {
    write_text(Role::user, "<system>\n" + text + "\n</system>", nullptr);
  }
}

void Conversation::add_user(const Message& message) {
  if (shared::has_results(message) && !results_taken_.contains(&message))
    refuse("a tool result answers no tool call: results must follow the assistant's message that has the calls");
  add_parts(Role::user, message);
}

void Conversation::add_assistant(std::size_t at) {
  const auto& message = *messages_[at];
  add_parts(Role::assistant, message);
  Calls calls;
  for (const auto& part : message.parts) {
    if (const auto* call = std::get_if<ToolCall>(&part)) calls.emplace_back(call->id, call->name);
    const auto* opaque = std::get_if<Opaque>(&part);
    if (opaque && is_own(*opaque) && opaque->kind == kinds::container) container_ = opaque->json;
  }
  // What was put up for one turn is not there for the next.
  if (at < last_question_) container_.clear();
  if (!calls.empty()) add_results(at, calls);
}

void Conversation::add_results(std::size_t assistant, const Calls& calls) {
  // All of them stand in one message, before anything else in it.
  for (const auto* result : shared::results_of(messages_, assistant, calls)) write_result(*result);
  for (auto i = assistant + 1; i < messages_.size() && shared::has_results(*messages_[i]); ++i) {
    results_taken_.insert(messages_[i]);
    if (messages_[i]->role != Role::tool) break;
  }
}

void Conversation::add_parts(Role role, const Message& message) {
  for (std::size_t i = 0; i < message.parts.size(); ++i) write_part(role, message, i);
}

/// The turn that a block goes into: neighbours of the same role become one.
Conversation::Turn& Conversation::turn(Role role) {
  if (turns_.empty() || turns_.back().role != role) turns_.emplace_back(role).blocks.begin_array();
  turns_.back().takes_mark = true;
  return turns_.back();
}

bool Conversation::continues_without_thinking() const noexcept {
  const auto count = turns_.size();
  return count >= 2 && turns_[count - 1].has_results && !turns_[count - 2].has_thinking;
}

void Conversation::write_to(json::Writer& out) const {
  out.begin_array();
  for (const auto& turn : turns_) {
    const auto name = to_string(turn.role);
    out.begin_object().member("role", name).key("content").raw(turn.blocks.text() + ']').end_object();
  }
  out.end_array();
}

void Conversation::warn(std::string_view setting, std::string_view why) {
  Warning warning{std::string(setting), std::string(why)};
  if (std::ranges::find(warnings_, warning) == warnings_.end()) warnings_.push_back(std::move(warning));
}

}  // namespace fastccg::protocols::messages
