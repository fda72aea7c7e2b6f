#include "session/format.hpp"
#include "session/writer.hpp"

namespace fastccg::session {

namespace {

/// Appends one part's members to its object.
class PartWriter {
 public:
  explicit PartWriter(ObjectWriter& object) : object_(object) {}

  void operator()(const Text& part) {
    object_.text("type", "text");
    object_.text("text", part.text);
  }

  void operator()(const Image& part) {
    object_.text("type", "image");
    object_.text_if_any("url", part.url);
    object_.text_if_any("mime", part.mime);
    object_.text_if_any("detail", part.detail);
    object_.bytes_if_any("bytes", part.bytes);
  }

  void operator()(const Audio& part) {
    object_.text("type", "audio");
    object_.text_if_any("format", part.format);
    object_.bytes_if_any("bytes", part.bytes);
  }

  void operator()(const File& part) {
    object_.text("type", "file");
    object_.text_if_any("url", part.url);
    object_.text_if_any("id", part.id);
    object_.text_if_any("mime", part.mime);
    object_.text_if_any("name", part.name);
    object_.bytes_if_any("bytes", part.bytes);
  }

  void operator()(const ToolCall& part) {
    object_.text("type", "tool_call");
    object_.text("id", part.id);
    object_.text("name", part.name);
    object_.text("arguments", part.arguments);
  }

  void operator()(const ToolResult& part) {
    object_.text("type", "tool_result");
    object_.text("call_id", part.call_id);
    object_.text_if_any("name", part.name);
    if (part.is_error) object_.boolean("is_error", true);
    ListWriter list(object_.member("content"), '[');
    for (const auto& content : part.content) {
      ObjectWriter object(list.next());
      std::visit(PartWriter(object), content);
      object.end();
    }
    list.end();
  }

  void operator()(const Reasoning& part) {
    object_.text("type", "reasoning");
    object_.text("text", part.text);
    object_.text_if_any("payload", part.payload);
    object_.text_if_any("provider", part.provider);
  }

  void operator()(const Refusal& part) {
    object_.text("type", "refusal");
    object_.text("text", part.text);
  }

  void operator()(const Opaque& part) {
    object_.text("type", "opaque");
    object_.text("provider", part.provider);
    object_.text("kind", part.kind);
    object_.text("json", part.json);
  }

 private:
  ObjectWriter& object_;
};

}  // namespace

void render_message(std::string& out, const Message& message) {
  ObjectWriter object(out);
  object.text("role", to_string(message.role));
  object.text_if_any("name", message.name);
  object.text_if_any("provider", message.provider);
  object.text_if_any("model", message.model);
  ListWriter parts(object.member("parts"), '[');
  for (const auto& part : message.parts) {
    ObjectWriter writer(parts.next());
    std::visit(PartWriter(writer), part);
    writer.end();
  }
  parts.end();
  object.end();
}

}  // namespace fastccg::session
