#include "message.hpp"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "convert.hpp"
#include "fields.hpp"

namespace fastccg::python {

namespace {

Image to_image(const Fields& fields) {
  auto image = fields.find("url") ? Image::from_url(fields.text("url"))
                                  : Image::from_bytes(fields.bytes("bytes"), fields.text("mime"));
  image.mime = fields.text("mime");
  image.detail = fields.text("detail");
  return image;
}

File to_file(const Fields& fields) {
  auto file = fields.find("id")    ? File::from_id(fields.text("id"))
              : fields.find("url") ? File::from_url(fields.text("url"), fields.text("mime"))
                                   : File::from_bytes(fields.bytes("bytes"), fields.text("mime"), fields.text("name"));
  file.mime = fields.text("mime");
  file.name = fields.text("name");
  return file;
}

Reasoning to_reasoning(const Fields& fields) {
  Reasoning reasoning(fields.text("text"));
  reasoning.payload = fields.text("payload");
  reasoning.provider = fields.text("provider");
  return reasoning;
}

template <class Variant>
Variant to_content(const std::string& type, const Fields& fields) {
  if (type == "text") return Text(fields.text("text"));
  if (type == "image") return to_image(fields);
  if (type == "audio") return Audio(fields.bytes("bytes"), fields.text("format"));
  if (type == "file") return to_file(fields);
  if (type == "opaque") return Opaque(fields.text("provider"), fields.text("kind"), fields.text("json"));
  throw_error(Error(ErrorKind::usage, "a part of type \"" + type + "\" cannot stand here"));
}

ToolResult to_tool_result(const Fields& fields) {
  ToolResult result;
  result.call_id = fields.text("call_id");
  result.name = fields.text("name");
  result.is_error = fields.flag("is_error");
  if (auto* content = fields.find("content"))
    each(content, "content", [&](PyObject* item) {
      const Fields part(item);
      result.content.push_back(to_content<Content>(part.text("type"), part));
    });
  return result;
}

Part to_part(PyObject* object) {
  const Fields fields(object);
  const auto type = fields.text("type");
  if (type == "tool_call") return ToolCall(fields.text("id"), fields.text("name"), fields.text("arguments"));
  if (type == "tool_result") return to_tool_result(fields);
  if (type == "reasoning") return to_reasoning(fields);
  if (type == "refusal") return Refusal(fields.text("text"));
  return to_content<Part>(type, fields);
}

Role to_role(const std::string& name) {
  for (const Role role : {Role::system, Role::user, Role::assistant, Role::tool})
    if (name == to_string(role)) return role;
  throw_error(Error(ErrorKind::usage, "there is no role \"" + name + "\"; there are system, user, assistant and tool"));
}

/// What a part looks like in Python.
class Describe {
 public:
  Ref operator()(const Text& part) const { return typed("text").set("text", part.text).take(); }
  Ref operator()(const Image& part) const {
    return typed("image")
        .set("url", part.url)
        .set("bytes", bytes_to_python(part.bytes))
        .set("mime", part.mime)
        .set("detail", part.detail)
        .take();
  }
  Ref operator()(const Audio& part) const {
    return typed("audio").set("bytes", bytes_to_python(part.bytes)).set("format", part.format).take();
  }
  Ref operator()(const File& part) const {
    return typed("file")
        .set("url", part.url)
        .set("bytes", bytes_to_python(part.bytes))
        .set("id", part.id)
        .set("mime", part.mime)
        .set("name", part.name)
        .take();
  }
  Ref operator()(const ToolCall& part) const { return to_python(part); }
  Ref operator()(const ToolResult& part) const {
    return typed("tool_result")
        .set("call_id", part.call_id)
        .set("name", part.name)
        .set("content", to_list(part.content, [this](const Content& item) { return std::visit(*this, item); }))
        .set("is_error", part.is_error)
        .take();
  }
  Ref operator()(const Reasoning& part) const {
    return typed("reasoning").set("text", part.text).set("payload", part.payload).set("provider", part.provider).take();
  }
  Ref operator()(const Refusal& part) const { return typed("refusal").set("text", part.text).take(); }
  Ref operator()(const Opaque& part) const { return to_python(part); }

 private:
  static Dict typed(const char* type) {
    Dict dict;
    dict.set("type", type);
    return dict;
  }
};

}  // namespace

Prompt to_prompt(PyObject* object) {
  if (!PyDict_Check(object)) return Prompt(to_text(object, "a prompt"));
  const Fields fields(object);
  Message message;
  message.role = to_role(fields.text("role"));
  message.name = fields.text("name");
  message.provider = fields.text("provider");
  message.model = fields.text("model");
  if (auto* parts = fields.find("parts"))
    each(parts, "parts", [&](PyObject* part) { message.parts.push_back(to_part(part)); });
  return Prompt(std::move(message));
}

Ref to_python(const Message& message) {
  return Dict()
      .set("role", to_python(to_string(message.role)))
      .set("parts", to_list(message.parts, [](const Part& part) { return std::visit(Describe(), part); }))
      .set("name", message.name)
      .set("provider", message.provider)
      .set("model", message.model)
      .take();
}

Ref to_python(const Opaque& part) {
  return Dict()
      .set("type", "opaque")
      .set("provider", part.provider)
      .set("kind", part.kind)
      .set("json", part.json)
      .take();
}

Ref to_python(const ToolCall& call) {
  return Dict()
      .set("type", "tool_call")
      .set("id", call.id)
      .set("name", call.name)
      .set("arguments", call.arguments)
      .take();
}

}  // namespace fastccg::python
