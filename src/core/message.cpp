#include "fastccg/message.hpp"

#include <utility>

#include "core/cache_point.hpp"

namespace fastccg {

std::string_view to_string(Role role) noexcept {
  switch (role) {
    case Role::system: return "system";
    case Role::user: return "user";
    case Role::assistant: return "assistant";
    case Role::tool: return "tool";
  }
  return "unknown";
}

Image Image::from_url(std::string url) {
  Image image;
  image.url = std::move(url);
  return image;
}

Image Image::from_bytes(std::string bytes, std::string mime) {
  Image image;
  image.bytes = std::move(bytes);
  image.mime = std::move(mime);
  return image;
}

File File::from_url(std::string url, std::string mime) {
  File file;
  file.url = std::move(url);
  file.mime = std::move(mime);
  return file;
}

File File::from_bytes(std::string bytes, std::string mime, std::string name) {
  File file;
  file.bytes = std::move(bytes);
  file.mime = std::move(mime);
  file.name = std::move(name);
  return file;
}

File File::from_id(std::string id) {
  File file;
  file.id = std::move(id);
  return file;
}

ToolResult::ToolResult(std::string call_id_, std::string text, bool is_error_)
    : call_id(std::move(call_id_)), is_error(is_error_) {
  content.push_back(Text(std::move(text)));
}

Opaque cache_point(std::chrono::seconds lifetime) {
  return Opaque({}, std::string(cache_point_kind), "{\"seconds\":" + std::to_string(lifetime.count()) + '}');
}

Message::Message(Role role_, std::string text) : role(role_) { parts.push_back(Text(std::move(text))); }
Message::Message(Role role_, std::vector<Part> parts_) : role(role_), parts(std::move(parts_)) {}

Message Message::system(std::string text) { return Message(Role::system, std::move(text)); }
Message Message::user(std::string text) { return Message(Role::user, std::move(text)); }
Message Message::assistant(std::string text) { return Message(Role::assistant, std::move(text)); }

Message Message::tool_results(std::vector<ToolResult> results) {
  Message message;
  message.role = Role::tool;
  for (auto& result : results) message.parts.push_back(std::move(result));
  return message;
}

std::string Message::text() const {
  std::string all;
  for (const auto& part : parts)
    if (const auto* text = std::get_if<Text>(&part)) all += text->text;
  return all;
}

Prompt::Prompt(const char* text) : Prompt(std::string(text)) {}
Prompt::Prompt(std::string text) : message(Role::user, std::move(text)) {}
Prompt::Prompt(std::string_view text) : Prompt(std::string(text)) {}
Prompt::Prompt(std::vector<Part> parts) : message(Role::user, std::move(parts)) {}
Prompt::Prompt(Message message_) : message(std::move(message_)) {}
Prompt::Prompt(ToolResult result) {
  message.role = Role::tool;
  message.parts.push_back(std::move(result));
}

}  // namespace fastccg
