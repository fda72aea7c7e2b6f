#pragma once

#include <optional>
#include <string>
#include <vector>

#include "json/reader.hpp"
#include "support.hpp"

namespace fastccg::protocols::messages {

/// Renders one conversation with settings and a model that tests change.
class Asking {
 public:
  Asking() {
    model.id = "claude-x-1";
    model.listed = true;
    model.reasons = true;
    model.later_system = false;
  }

  Asking& say(Message message) {
    messages.push_back(std::move(message));
    return *this;
  }

  Rendered rendered() const {
    Request request;
    for (const auto& message : messages) request.messages.push_back(&message);
    request.settings = settings;
    request.model = model;
    request.stream = stream;
    return protocol().render(request, anthropic);
  }

  std::string body() const { return rendered().body; }

  /// A member of the body as JSON text; "null" if it is missing.
  std::string member(std::string_view name) const {
    const auto text = body();
    json::BorrowedReader reader;
    const auto root = reader->parse(text);
    return root ? (*root)[name].serialized() : "unreadable: " + text;
  }

  /// The settings that were warned of, in order, separated by blanks.
  std::string warned() const {
    std::string all;
    for (const auto& warning : rendered().warnings) all += (all.empty() ? "" : " ") + warning.setting;
    return all;
  }

  Error error() const {
    return error_of([this] { rendered(); });
  }

  std::vector<Message> messages;
  Settings settings;
  ModelInfo model;
  bool stream = false;
};

inline Asking hello() { return Asking().say(Message::user("hi")); }

/// A message of the assistant, as the provider of that name wrote it.
inline Message wrote(std::vector<Part> parts, std::string provider = "anthropic") {
  Message message(Role::assistant, std::move(parts));
  message.provider = std::move(provider);
  return message;
}

inline Reasoning thought(std::string text, std::string payload, std::string provider = "anthropic") {
  Reasoning reasoning(std::move(text));
  reasoning.payload = std::move(payload);
  reasoning.provider = std::move(provider);
  return reasoning;
}

inline Message results(std::vector<ToolResult> all) { return Message::tool_results(std::move(all)); }

}  // namespace fastccg::protocols::messages
