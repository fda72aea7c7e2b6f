#include "protocols/responses/input.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "core/base64.hpp"
#include "fastccg/error.hpp"
#include "json/reader.hpp"
#include "protocols/responses/answer.hpp"
#include "protocols/shared/media.hpp"

namespace fastccg::protocols::responses {

namespace {

constexpr std::string_view custom_call = "custom_tool_call";

[[noreturn]] void refuse(std::string why) { throw_error(Error(ErrorKind::invalid_request, std::move(why))); }

bool is_legal_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 &&
         std::ranges::all_of(id, [](char c) { return c > ' ' && c < 127 && c != '"' && c != '\\'; });
}

bool has_results(const Message& message) {
  return std::ranges::any_of(message.parts, [](const Part& p) { return std::holds_alternative<ToolResult>(p); });
}

std::string member(const std::string& json, std::string_view name) {
  json::BorrowedReader reader;
  const auto root = reader->parse(json);
  return root ? std::string((*root)[name].text()) : std::string();
}

/// A call that needs a result.
class Call {
 public:
  Call(std::string id_, std::string name_, bool custom_)
      : id(std::move(id_)), name(std::move(name_)), custom(custom_) {}
  std::string id;
  std::string name;
  bool custom;
};

std::vector<Call> calls_of(const Message& message) {
  std::vector<Call> calls;
  for (const auto& part : message.parts) {
    if (const auto* call = std::get_if<ToolCall>(&part))
      calls.emplace_back(call->id, call->name, false);
    else if (const auto* opaque = std::get_if<Opaque>(&part); opaque && opaque->kind == custom_call)
      if (auto id = member(opaque->json, "call_id"); !id.empty())
        calls.emplace_back(id, member(opaque->json, "name"), true);
  }
  return calls;
}

}  // namespace

InputWriter::InputWriter(const Dialect& dialect, json::Writer& out, std::vector<Warning>& warnings)
    : dialect_(dialect), out_(out), warnings_(warnings), ids_("call_", 11, is_legal_id) {}

void InputWriter::write(const std::vector<const Message*>& messages) {
  if (messages.empty()) refuse("there is nothing to answer: the conversation has no messages");
  std::set<const Message*> answered;  // messages whose results are written already
  out_.begin_array();
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const auto& message = *messages[i];
    if (has_results(message) && !answered.contains(&message))
      refuse("a tool result answers no tool call: results must follow the assistant's message that has the calls");
    if (message.role == Role::assistant)
      write_assistant(message);
    else if (message.role != Role::tool)
      write_message(message);
    if (message.role != Role::assistant || calls_of(message).empty()) continue;
    write_results(messages, i);
    for (auto next = i + 1; next < messages.size() && has_results(*messages[next]); ++next)
      answered.insert(messages[next]);
  }
  out_.end_array();
}

void InputWriter::write_message(const Message& message) {
  out_.begin_object().member("role", message.role == Role::system ? "developer" : "user").key("content");
  const bool plain = message.parts.size() == 1 && std::holds_alternative<Text>(message.parts.front());
  if (plain) {
    out_.string(std::get<Text>(message.parts.front()).text);
  } else {
    out_.begin_array();
    for (const auto& part : message.parts) write_content(part);
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
      write_assistant_text(refusal->text, phase);
    } else if (const auto* call = std::get_if<ToolCall>(&parts[i])) {
      write_call(*call, spaces);
    } else if (const auto* reasoning = std::get_if<Reasoning>(&parts[i])) {
      // Without the item that followed it the API refuses reasoning; without its content it cannot find it.
      const bool followed = i + 1 < parts.size();
      if (own && followed && reasoning->provider == dialect_.provider &&
          !member(reasoning->payload, "encrypted_content").empty())
        out_.raw(reasoning->payload);
    } else if (const auto* opaque = std::get_if<Opaque>(&parts[i]); opaque && is_replayable(*opaque)) {
      if (opaque->kind == kinds::phase)
        phase = opaque->json;
      else if (member(opaque->json, "type") == opaque->kind)
        out_.raw(opaque->json);
    }
  }
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
  else if (std::holds_alternative<Audio>(part))
    warnings_.emplace_back("audio", "this API takes no sound; it was left out");
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
  else
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
  else if (!file.url.empty())
    out_.member("file_url", file.url);
  else
    out_.member("filename", file.name.empty() ? "document" : file.name)
        .member("file_data", shared::data_url(mime, file.bytes));
  out_.end_object();
}

void InputWriter::write_results(const std::vector<const Message*>& messages, std::size_t assistant) {
  const auto calls = calls_of(*messages[assistant]);
  std::map<std::string_view, const ToolResult*> results;
  for (auto i = assistant + 1; i < messages.size() && has_results(*messages[i]); ++i) {
    for (const auto& part : messages[i]->parts) {
      const auto* result = std::get_if<ToolResult>(&part);
      if (!result) continue;
      if (std::ranges::find(calls, result->call_id, &Call::id) == calls.end())
        refuse("the tool result for '" + result->call_id + "' answers no tool call of the assistant's last message");
      if (!results.emplace(result->call_id, result).second)
        refuse("the tool call '" + result->call_id + "' has more than one result");
    }
    if (messages[i]->role != Role::tool) break;
  }
  for (const auto& call : calls) {
    const auto found = results.find(call.id);
    if (found == results.end())
      refuse("the tool call '" + call.id + "' (" + call.name +
             ") has no result; answer all tool calls of a message, for example with Message::tool_results");
    write_result(*found->second, call.id, call.custom);
  }
}

void InputWriter::write_result(const ToolResult& result, const std::string& call_id, bool custom) {
  std::string text;
  bool only_text = true;
  for (const auto& content : result.content) {
    if (const auto* piece = std::get_if<Text>(&content))
      text += piece->text;
    else
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

bool InputWriter::is_replayable(const Opaque& opaque) const {
  return opaque.provider == dialect_.provider && json::is_json(opaque.json);
}

}  // namespace fastccg::protocols::responses
