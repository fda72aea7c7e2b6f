#include <utility>

#include "core/base64.hpp"
#include "session/format.hpp"

namespace fastccg::session {

namespace {

using json::Field;

std::string text_or_empty(const Field& object, std::string_view key) {
  const auto field = object.find(key);
  return field ? parse_text(*field) : std::string();
}

std::string bytes_or_empty(const Field& object, std::string_view key) {
  const auto field = object.find(key);
  if (!field) return {};
  auto bytes = base64_decode(field->text());
  if (!bytes) field->fail("is not valid base64");
  return *std::move(bytes);
}

std::string required_text(const Field& object, std::string_view key) {
  const auto field = object.at(key);
  return parse_text(field);
}

bool flag(const Field& object, std::string_view key) {
  const auto field = object.find(key);
  return field && field->boolean();
}

Text parse_text_part(const Field& field) { return Text(required_text(field, "text")); }

Image parse_image(const Field& field) {
  Image image;
  image.url = text_or_empty(field, "url");
  image.bytes = bytes_or_empty(field, "bytes");
  image.mime = text_or_empty(field, "mime");
  image.detail = text_or_empty(field, "detail");
  return image;
}

Audio parse_audio(const Field& field) { return Audio(bytes_or_empty(field, "bytes"), text_or_empty(field, "format")); }

File parse_file(const Field& field) {
  File file;
  file.url = text_or_empty(field, "url");
  file.bytes = bytes_or_empty(field, "bytes");
  file.id = text_or_empty(field, "id");
  file.mime = text_or_empty(field, "mime");
  file.name = text_or_empty(field, "name");
  return file;
}

ToolCall parse_tool_call(const Field& field) {
  return ToolCall(required_text(field, "id"), required_text(field, "name"), required_text(field, "arguments"));
}

Opaque parse_opaque(const Field& field) {
  return Opaque(required_text(field, "provider"), required_text(field, "kind"), required_text(field, "json"));
}

Content parse_content(const Field& field) {
  using Parse = Content (*)(const Field&);
  const auto type = field.at("type");
  const auto parse = type.one_of<Parse>({{"text", [](const Field& f) { return Content(parse_text_part(f)); }},
                                         {"image", [](const Field& f) { return Content(parse_image(f)); }},
                                         {"audio", [](const Field& f) { return Content(parse_audio(f)); }},
                                         {"file", [](const Field& f) { return Content(parse_file(f)); }},
                                         {"opaque", [](const Field& f) { return Content(parse_opaque(f)); }}});
  return parse(field);
}

ToolResult parse_tool_result(const Field& field) {
  ToolResult result;
  result.call_id = required_text(field, "call_id");
  result.name = text_or_empty(field, "name");
  result.is_error = flag(field, "is_error");
  const auto content = field.at("content");
  for (std::size_t i = 0; i < content.items(); ++i) result.content.push_back(parse_content(content.item(i)));
  return result;
}

Reasoning parse_reasoning(const Field& field) {
  Reasoning reasoning(required_text(field, "text"));
  reasoning.payload = text_or_empty(field, "payload");
  reasoning.provider = text_or_empty(field, "provider");
  return reasoning;
}

Refusal parse_refusal(const Field& field) { return Refusal(required_text(field, "text")); }

Part parse_part(const Field& field) {
  using Parse = Part (*)(const Field&);
  const auto type = field.at("type");
  const auto parse = type.one_of<Parse>({{"text", [](const Field& f) { return Part(parse_text_part(f)); }},
                                         {"image", [](const Field& f) { return Part(parse_image(f)); }},
                                         {"audio", [](const Field& f) { return Part(parse_audio(f)); }},
                                         {"file", [](const Field& f) { return Part(parse_file(f)); }},
                                         {"tool_call", [](const Field& f) { return Part(parse_tool_call(f)); }},
                                         {"tool_result", [](const Field& f) { return Part(parse_tool_result(f)); }},
                                         {"reasoning", [](const Field& f) { return Part(parse_reasoning(f)); }},
                                         {"refusal", [](const Field& f) { return Part(parse_refusal(f)); }},
                                         {"opaque", [](const Field& f) { return Part(parse_opaque(f)); }}});
  return parse(field);
}

}  // namespace

Message parse_message(const Field& field) {
  Message message;
  const auto role = field.at("role");
  message.role = role.one_of<Role>(
      {{"system", Role::system}, {"user", Role::user}, {"assistant", Role::assistant}, {"tool", Role::tool}});
  message.name = text_or_empty(field, "name");
  message.provider = text_or_empty(field, "provider");
  message.model = text_or_empty(field, "model");
  const auto parts = field.at("parts");
  message.parts.reserve(parts.items());
  for (std::size_t i = 0; i < parts.items(); ++i) message.parts.push_back(parse_part(parts.item(i)));
  return message;
}

Turn parse_turn(const Field& field) {
  Turn turn;
  turn.interrupted = flag(field, "interrupted");
  const auto messages = field.at("messages");
  turn.messages.reserve(messages.items());
  for (std::size_t i = 0; i < messages.items(); ++i) turn.messages.push_back(parse_message(messages.item(i)));
  return turn;
}

}  // namespace fastccg::session
