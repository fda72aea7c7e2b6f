#include "protocols/chat_completions/messages.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "fastccg/error.hpp"
#include "json/reader.hpp"
#include "protocols/chat_completions/kept.hpp"
#include "protocols/shared/cache_mark.hpp"
#include "protocols/shared/free_text_calls.hpp"
#include "protocols/shared/tool_results.hpp"

namespace fastccg::protocols::chat_completions {

namespace {

[[noreturn]] void refuse(std::string why) { throw_error(Error(ErrorKind::invalid_request, std::move(why))); }

bool is_letter_or_digit(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool is_nine_characters(std::string_view id) { return id.size() == 9 && std::ranges::all_of(id, is_letter_or_digit); }

bool is_ordinary_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 &&
         std::ranges::all_of(id, [](char c) { return c > ' ' && c < 127 && c != '"' && c != '\\'; });
}

shared::CallIds ids_for(const Dialect& dialect) {
  if (dialect.has(Quirk::short_call_ids)) return shared::CallIds("", 9, is_nine_characters);
  return shared::CallIds("call_", 11, is_ordinary_id);
}

std::string custom_call_id(const Opaque& call) {
  json::BorrowedReader reader;
  const auto root = reader->parse(call.json);
  return root && (*root)["custom"].is_object() ? std::string((*root)["id"].text()) : std::string();
}

/// A call of an assistant's message that needs a result: its id, and the tool's name for error texts.
std::vector<std::pair<std::string, std::string>> calls_of(const Message& message) {
  std::vector<std::pair<std::string, std::string>> calls;
  for (const auto& part : message.parts) {
    if (const auto* call = std::get_if<ToolCall>(&part))
      calls.emplace_back(call->id, call->name);
    else if (const auto* opaque = std::get_if<Opaque>(&part); opaque && opaque->kind == kinds::custom_call)
      if (auto id = custom_call_id(*opaque); !id.empty()) calls.emplace_back(std::move(id), "a free-text tool");
  }
  return calls;
}

}  // namespace

MessageWriter::MessageWriter(const Dialect& dialect, json::Writer& out, std::vector<Warning>& warnings)
    : dialect_(dialect), out_(out), warnings_(warnings), ids_(ids_for(dialect)) {}

void MessageWriter::write(const Request& request, std::string_view instructions) {
  if (request.messages.empty()) refuse("there is nothing to answer: the conversation has no messages");
  const shared::KnownCalls known(request.messages, [this](const Opaque& call) { return is_custom_call(call); });
  std::size_t next = 0;
  out_.begin_array();
  write_system(request, instructions, next);
  write_turns(known.messages(), next);
  out_.end_array();
}

void MessageWriter::write_system(const Request& request, std::string_view instructions, std::size_t& next) {
  std::string text = request.settings.sys_prompt().value_or(std::string());
  const auto add = [&text](std::string_view more) {
    if (!text.empty() && !more.empty()) text += "\n\n";
    text += more;
  };
  const auto& messages = request.messages;
  // Where only one system message is understood, those that lead the conversation go into it.
  if (dialect_.has(Quirk::alternating_roles))
    while (next < messages.size() && messages[next]->role == Role::system) add(messages[next++]->text());
  add(instructions);
  const auto& lifetime = request.settings.cache_prompt();
  const bool marked = lifetime && dialect_.has(Quirk::cache_control);
  if (marked && text.empty()) warnings_.emplace_back("cache_prompt", "there are no instructions that could be cached");
  if (text.empty()) return;
  out_.begin_object().member("role", "system");
  if (!marked) {
    out_.member("content", text);
  } else {
    out_.key("content").begin_array().begin_object().member("type", "text").member("text", text);
    out_.key("cache_control").raw(shared::cache_control(*lifetime)).end_object().end_array();
  }
  out_.end_object();
}

void MessageWriter::write_turns(const std::vector<const Message*>& messages, std::size_t next) {
  // The running turn is what follows the last thing that the user said.
  std::size_t running = messages.size();
  while (running > 0 && (messages[running - 1]->role != Role::user || shared::has_results(*messages[running - 1])))
    --running;

  std::set<const Message*> answered;  // messages whose results are written already
  while (next < messages.size()) {
    const auto begin = next;
    const auto& message = *messages[next];
    if (shared::has_results(message) && !answered.contains(&message))
      refuse("a tool result answers no tool call: results must follow the assistant's message that has the calls");

    Outgoing out(message);
    next = merge(messages, next, out);
    if (message.role == Role::tool) continue;
    const bool is_words =
        std::ranges::all_of(message.parts, [](const Part& p) { return std::holds_alternative<Text>(p); });
    if (out.parts.empty() && (message.role != Role::user || !is_words)) {
      if (next == messages.size() && message.role == Role::user && !shared::has_results(message))
        refuse("the last message has nothing in it that could be sent");
      continue;
    }
    write_message(out, next == messages.size(), begin >= running);

    if (message.role != Role::assistant) continue;
    const auto last = next - 1;
    if (calls_of(*messages[last]).empty()) continue;
    write_results(messages, last);
    for (auto i = next; i < messages.size() && shared::has_results(*messages[i]); ++i) answered.insert(messages[i]);
  }
}

/// Collects the parts of one message, all but tool results, and of those that have to be merged with it. Returns the
/// index of the next message.
std::size_t MessageWriter::merge(const std::vector<const Message*>& messages, std::size_t next, Outgoing& out) const {
  const auto take = [&](const Message& message) {
    for (const auto& part : message.parts)
      if (message.role == Role::assistant || is_sent(part)) out.parts.push_back(&part);
  };
  take(*messages[next++]);
  if (!dialect_.has(Quirk::alternating_roles) || out.role == Role::tool) return next;
  while (next < messages.size() && messages[next]->role == out.role && !shared::has_results(*messages[next]) &&
         calls_of(*messages[next - 1]).empty())
    take(*messages[next++]);
  return next;
}

bool MessageWriter::is_custom_call(const Opaque& call) const {
  return call.kind == kinds::custom_call && is_replayable(call) && !custom_call_id(call).empty();
}

/// Whether the part of a message that is not the assistant's has a place in its content.
bool MessageWriter::is_sent(const Part& part) const {
  if (const auto* text = std::get_if<Text>(&part)) return !text->text.empty();
  if (const auto* opaque = std::get_if<Opaque>(&part))
    return shared::is_cache_point(*opaque) ? dialect_.has(Quirk::cache_control) : is_replayable(*opaque);
  return std::holds_alternative<Image>(part) || std::holds_alternative<Audio>(part) ||
         std::holds_alternative<File>(part);
}

void MessageWriter::write_message(const Outgoing& message, bool is_last, bool in_running_turn) {
  if (message.role == Role::assistant) return write_assistant(message, is_last, in_running_turn);
  out_.begin_object().member("role", to_string(message.role));
  if (!message.source->name.empty()) out_.member("name", message.source->name);
  out_.key("content");
  write_content(message);
  out_.end_object();
}

void MessageWriter::write_results(const std::vector<const Message*>& messages, std::size_t assistant) {
  const auto calls = calls_of(*messages[assistant]);
  const auto results = shared::results_of(messages, assistant, calls);
  for (std::size_t i = 0; i < calls.size(); ++i) write_result(*results[i], calls[i].first);
}

const std::string& MessageWriter::wire_id(const std::string& id) { return ids_[id]; }

}  // namespace fastccg::protocols::chat_completions
