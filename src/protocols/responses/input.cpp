#include "protocols/responses/input.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "core/base64.hpp"
#include "fastccg/error.hpp"
#include "json/reader.hpp"
#include "protocols/responses/answer.hpp"
#include "protocols/shared/free_text_calls.hpp"
#include "protocols/shared/media.hpp"
#include "protocols/shared/tool_results.hpp"

namespace fastccg::protocols::responses {

namespace {

[[noreturn]] void refuse(std::string why) { throw_error(Error(ErrorKind::invalid_request, std::move(why))); }

bool is_legal_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 &&
         std::ranges::all_of(id, [](char c) { return c > ' ' && c < 127 && c != '"' && c != '\\'; });
}

std::string member(const std::string& json, std::string_view name) {
  json::BorrowedReader reader;
  const auto root = reader->parse(json);
  return root ? std::string((*root)[name].text()) : std::string();
}

/// Calls that need a result: ids, and names of tools.
std::vector<std::pair<std::string, std::string>> calls_of(const Message& message) {
  std::vector<std::pair<std::string, std::string>> calls;
  for (const auto& part : message.parts) {
    if (const auto* call = std::get_if<ToolCall>(&part))
      calls.emplace_back(call->id, call->name);
    else if (const auto* opaque = std::get_if<Opaque>(&part); opaque && opaque->kind == shared::free_text_call)
      if (auto id = member(opaque->json, "call_id"); !id.empty())
        calls.emplace_back(std::move(id), member(opaque->json, "name"));
  }
  return calls;
}

bool is_free_text(const Message& message, const std::string& call_id) {
  return std::ranges::any_of(message.parts, [&](const Part& part) {
    const auto* opaque = std::get_if<Opaque>(&part);
    return opaque && opaque->kind == shared::free_text_call && member(opaque->json, "call_id") == call_id;
  });
}

}  // namespace

InputWriter::InputWriter(const Dialect& dialect, json::Writer& out, std::vector<Warning>& warnings)
    : dialect_(dialect), out_(out), warnings_(warnings), ids_("call_", 11, is_legal_id) {}

void InputWriter::write(const std::vector<const Message*>& all, bool stored_before) {
  if (all.empty()) refuse("there is nothing to answer: the conversation has no messages");
  const shared::KnownCalls known(all, [this](const Opaque& call) { return is_item(call); });
  const auto& messages = known.messages();
  std::set<const Message*> answered;  // messages whose results are written already
  out_.begin_array();
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const auto& message = *messages[i];
    const bool is_loose = shared::has_results(message) && !answered.contains(&message);
    if (is_loose && !stored_before)
      refuse("a tool result answers no tool call: results must follow the assistant's message that has the calls");
    if (is_loose) write_loose_results(message);
    if (message.role == Role::assistant)
      write_assistant(message);
    else if (message.role != Role::tool)
      write_message(message);
    if (message.role != Role::assistant || calls_of(message).empty()) continue;
    write_results(messages, i);
    for (auto next = i + 1; next < messages.size() && shared::has_results(*messages[next]); ++next)
      answered.insert(messages[next]);
  }
  out_.end_array();
}

/// Whether the part of a message that is not the assistant's has a place in its content.
bool InputWriter::is_sent(const Part& part) {
  if (const auto* text = std::get_if<Text>(&part)) return !text->text.empty();
  if (const auto* opaque = std::get_if<Opaque>(&part)) return is_replayable(*opaque);
  if (std::holds_alternative<Audio>(part)) warnings_.emplace_back("audio", "this API takes no sound; it was left out");
  return std::holds_alternative<Image>(part) || std::holds_alternative<File>(part);
}

void InputWriter::write_message(const Message& message) {
  std::vector<const Part*> parts;
  for (const auto& part : message.parts)
    if (is_sent(part)) parts.push_back(&part);
  // Words that are empty may be sent; a list that is empty may not.
  const bool is_empty =
      std::ranges::all_of(message.parts, [](const Part& p) { return std::holds_alternative<Text>(p); });
  if (parts.empty() && !is_empty) return;
  out_.begin_object().member("role", message.role == Role::system ? "developer" : "user").key("content");
  const auto* text = parts.size() == 1 ? std::get_if<Text>(parts.front()) : nullptr;
  if (text || parts.empty()) {
    out_.string(text ? std::string_view(text->text) : std::string_view());
  } else {
    out_.begin_array();
    for (const auto* part : parts) write_content(*part);
    out_.end_array();
  }
  out_.end_object();
}

void InputWriter::write_assistant(const Message& message) {
  const bool own = message.provider == dialect_.provider;
  std::map<std::string, std::string> spaces;
  for (const auto& part : message.parts)
    if (const auto* opaque = std::get_if<Opaque>(&part);
        opaque && opaque->kind == kinds::call_extra && is_replayable(*opaque))
      spaces[member(opaque->json, "call_id")] = member(opaque->json, "namespace");

  std::string phase;
  const auto& parts = message.parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (const auto* text = std::get_if<Text>(&parts[i])) {
      if (!text->text.empty()) write_assistant_text(text->text, phase);
    } else if (const auto* refusal = std::get_if<Refusal>(&parts[i])) {
      write_refusal(refusal->text, own, phase);
    } else if (const auto* call = std::get_if<ToolCall>(&parts[i])) {
      write_call(*call, spaces);
    } else if (const auto* reasoning = std::get_if<Reasoning>(&parts[i])) {
      // Without the item that followed it the API refuses reasoning; without its content it cannot find it.
      const auto next = std::find_if_not(parts.begin() + static_cast<std::ptrdiff_t>(i), parts.end(),
                                         [](const Part& p) { return std::holds_alternative<Reasoning>(p); });
      const bool followed = std::any_of(next, parts.end(), [this](const Part& p) { return is_followed_by(p); });
      if (own && followed && reasoning->provider == dialect_.provider &&
          !member(reasoning->payload, "encrypted_content").empty())
        out_.raw(reasoning->payload);
    } else if (const auto* opaque = std::get_if<Opaque>(&parts[i]); opaque && is_replayable(*opaque)) {
      if (opaque->kind == kinds::phase)
        phase = opaque->json;
      else if (is_item(*opaque))
        out_.raw(opaque->json);
    } else if (std::holds_alternative<Image>(parts[i]) || std::holds_alternative<Audio>(parts[i]) ||
               std::holds_alternative<File>(parts[i])) {
      warnings_.emplace_back("messages",
                             "the assistant's pictures, sounds and files have no place; they were left out");
    }
  }
}

/// Whether the part becomes an item of its own, which reasoning may stand before.
bool InputWriter::is_followed_by(const Part& part) const {
  if (const auto* text = std::get_if<Text>(&part)) return !text->text.empty();
  if (const auto* opaque = std::get_if<Opaque>(&part)) return is_item(*opaque);
  return std::holds_alternative<ToolCall>(part) || std::holds_alternative<Refusal>(part);
}

/// Only the provider that refused knows a refusal when it sees it.
void InputWriter::write_refusal(const std::string& text, bool own, std::string& phase) {
  if (text.empty()) return;
  if (!own) return write_assistant_text(text, phase);
  out_.begin_object().member("role", "assistant").key("content").begin_array();
  out_.begin_object().member("type", "refusal").member("refusal", text).end_object().end_array();
  if (!phase.empty()) out_.key("phase").raw(std::exchange(phase, std::string()));
  out_.end_object();
}

/// A phase belongs to the one message that it stands before.
void InputWriter::write_assistant_text(const std::string& text, std::string& phase) {
  out_.begin_object().member("role", "assistant").member("content", text);
  if (!phase.empty()) out_.key("phase").raw(std::exchange(phase, std::string()));
  out_.end_object();
}

void InputWriter::write_call(const ToolCall& call, const std::map<std::string, std::string>& spaces) {
  out_.begin_object().member("type", "function_call").member("call_id", ids_[call.id]).member("name", call.name);
  out_.member("arguments", call.arguments.empty() ? "{}" : call.arguments);
  if (const auto space = spaces.find(call.id); space != spaces.end()) out_.member("namespace", space->second);
  out_.end_object();
}

void InputWriter::write_text(std::string_view text) {
  if (!text.empty()) out_.begin_object().member("type", "input_text").member("text", text).end_object();
}

void InputWriter::write_content(const Part& part) {
  if (const auto* text = std::get_if<Text>(&part))
    write_text(text->text);
  else if (const auto* image = std::get_if<Image>(&part))
    write_image(*image);
  else if (const auto* file = std::get_if<File>(&part))
    write_file(*file);
  else if (const auto* opaque = std::get_if<Opaque>(&part); opaque && is_replayable(*opaque))
    out_.raw(opaque->json);
}

void InputWriter::write_content(const Content& content) {
  if (const auto* text = std::get_if<Text>(&content))
    write_text(text->text);
  else if (const auto* image = std::get_if<Image>(&content))
    write_image(*image);
  else if (const auto* file = std::get_if<File>(&content))
    write_file(*file);
  else if (const auto* opaque = std::get_if<Opaque>(&content); opaque && is_replayable(*opaque))
    out_.raw(opaque->json);
  else if (!opaque)
    warnings_.emplace_back("tool_result", "this API takes no sound; it was left out");
}

void InputWriter::write_image(const Image& image) {
  const auto mime = shared::image_mime(image);
  if (image.url.empty() && image.bytes.empty()) refuse("an image has neither an address nor content");
  if (image.url.empty() && mime.empty()) refuse("an image has no type; give one, such as image/png");
  out_.begin_object().member("type", "input_image");
  out_.member("image_url", image.url.empty() ? shared::data_url(mime, image.bytes) : image.url);
  if (!image.detail.empty()) out_.member("detail", image.detail);
  out_.end_object();
}

void InputWriter::write_file(const File& file) {
  const auto mime = shared::file_mime(file);
  if (file.id.empty() && file.url.empty() && file.bytes.empty()) refuse("a file has neither id, address nor content");
  if (file.id.empty() && file.url.empty() && mime.empty())
    refuse("a file has no type; give one, such as application/pdf");
  out_.begin_object().member("type", "input_file");
  if (!file.id.empty())
    out_.member("file_id", file.id);
  else if (!file.url.empty() && !shared::is_data_url(file.url))
    out_.member("file_url", file.url);
  else
    out_.member("filename", file.name.empty() ? "document" : file.name)
        .member("file_data", file.url.empty() ? shared::data_url(mime, file.bytes) : file.url);
  out_.end_object();
}

void InputWriter::write_results(const std::vector<const Message*>& messages, std::size_t assistant) {
  const auto& message = *messages[assistant];
  const auto calls = calls_of(message);
  const auto results = shared::results_of(messages, assistant, calls);
  for (std::size_t i = 0; i < calls.size(); ++i)
    write_result(*results[i], calls[i].first, is_free_text(message, calls[i].first));
}

void InputWriter::write_loose_results(const Message& message) {
  for (const auto& part : message.parts)
    if (const auto* result = std::get_if<ToolResult>(&part)) write_result(*result, result->call_id, false);
}

void InputWriter::write_result(const ToolResult& result, const std::string& call_id, bool custom) {
  std::string text;
  bool only_text = true;
  for (const auto& content : result.content) {
    if (const auto* piece = std::get_if<Text>(&content))
      text += piece->text;
    else if (const auto* opaque = std::get_if<Opaque>(&content); !opaque || is_replayable(*opaque))
      only_text = false;
  }
  const bool prefixed = result.is_error && !text.starts_with("Error") && !text.starts_with("error");

  out_.begin_object().member("type", custom ? "custom_tool_call_output" : "function_call_output");
  out_.member("call_id", ids_[call_id]).key("output");
  if (only_text) {
    // There is no other place to say that the tool failed.
    out_.string(prefixed ? "Error: " + text : text);
  } else {
    out_.begin_array();
    if (prefixed) write_text("Error:");
    for (const auto& content : result.content) write_content(content);
    out_.end_array();
  }
  out_.end_object();
}

/// Whether this is an item of an answer, which goes back as it came.
bool InputWriter::is_item(const Opaque& opaque) const {
  return is_replayable(opaque) && member(opaque.json, "type") == opaque.kind;
}

bool InputWriter::is_replayable(const Opaque& opaque) const {
  return opaque.provider == dialect_.provider && json::is_json(opaque.json);
}

}  // namespace fastccg::protocols::responses
