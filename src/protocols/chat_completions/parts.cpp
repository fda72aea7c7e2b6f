#include "core/base64.hpp"
#include "fastccg/error.hpp"
#include "protocols/chat_completions/messages.hpp"
#include "protocols/shared/cache_mark.hpp"
#include "protocols/shared/media.hpp"

namespace fastccg::protocols::chat_completions {

namespace {

[[noreturn]] void refuse(const char* why) { throw_error(Error(ErrorKind::invalid_request, why)); }

}  // namespace

void MessageWriter::write_content(const Outgoing& message) {
  const auto& parts = message.parts;
  // Text alone is sent as text, not as a list: old servers know nothing else.
  if (parts.empty() || (parts.size() == 1 && std::holds_alternative<Text>(*parts[0]))) {
    out_.string(parts.empty() ? std::string_view() : std::string_view(std::get<Text>(*parts[0]).text));
    return;
  }
  out_.begin_array();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool marked = i + 1 < parts.size() && shared::is_cache_point(*parts[i + 1]);
    write_part(*parts[i], marked ? &std::get<Opaque>(*parts[i + 1]) : nullptr);
  }
  out_.end_array();
}

/// `mark`, which may be null, says that what stands before the end of this part is to be cached.
void MessageWriter::write_part(const Part& part, const Opaque* mark) {
  const auto* text = std::get_if<Text>(&part);
  if (mark && !text) warnings_.emplace_back("cache_point", "the provider marks text only; a mark was left out");
  if (text) {
    if (text->text.empty()) return;
    out_.begin_object().member("type", "text").member("text", text->text);
    if (mark) out_.key("cache_control").raw(shared::cache_control(shared::lifetime_of(*mark)));
    out_.end_object();
  } else if (const auto* image = std::get_if<Image>(&part)) {
    write_image(*image);
  } else if (const auto* audio = std::get_if<Audio>(&part)) {
    write_audio(*audio);
  } else if (const auto* file = std::get_if<File>(&part)) {
    write_file(*file);
  } else if (const auto* opaque = std::get_if<Opaque>(&part); opaque && is_replayable(*opaque)) {
    out_.raw(opaque->json);
  }
}

void MessageWriter::write_image(const Image& image) {
  const auto mime = shared::image_mime(image);
  if (image.url.empty() && image.bytes.empty()) refuse("an image has neither an address nor content");
  if (image.url.empty() && mime.empty()) refuse("an image has no type; give one, such as image/png");
  out_.begin_object().member("type", "image_url").key("image_url").begin_object();
  out_.member("url", image.url.empty() ? shared::data_url(mime, image.bytes) : image.url);
  if (!image.detail.empty()) out_.member("detail", image.detail);
  out_.end_object().end_object();
}

void MessageWriter::write_audio(const Audio& audio) {
  if (audio.bytes.empty()) refuse("a sound has no content");
  out_.begin_object().member("type", "input_audio").key("input_audio").begin_object();
  out_.member("data", base64_encode(audio.bytes)).member("format", audio.format.empty() ? "wav" : audio.format);
  out_.end_object().end_object();
}

void MessageWriter::write_file(const File& file) {
  const auto mime = shared::file_mime(file);
  if (file.id.empty() && file.url.empty() && file.bytes.empty()) refuse("a file has neither id, address nor content");
  if (file.id.empty() && file.url.empty() && shared::is_text_mime(mime)) {
    out_.begin_object().member("type", "text").member("text", file.bytes).end_object();
    return;
  }
  if (file.id.empty() && file.url.empty() && mime.empty())
    refuse("a file has no type; give one, such as application/pdf");

  if (file.id.empty() && !file.url.empty() && !shared::is_data_url(file.url) &&
      !dialect_.has(Quirk::thinking_chunks | Quirk::files_by_address))
    refuse(
        "this API takes no files by address: give the file's content (File::from_bytes), or ask in OpenAI's Responses "
        "API, which takes addresses (Endpoint().protocol(\"responses\"))");

  const auto address = file.url.empty() ? shared::data_url(mime, file.bytes) : file.url;
  out_.begin_object();
  if (file.id.empty() && dialect_.has(Quirk::thinking_chunks)) {
    out_.member("type", "document_url").member("document_url", address);
    if (!file.name.empty()) out_.member("document_name", file.name);
  } else {
    out_.member("type", "file").key("file").begin_object();
    if (!file.id.empty())
      out_.member("file_id", file.id);
    else
      out_.member("filename", file.name.empty() ? "document" : file.name).member("file_data", address);
    out_.end_object();
  }
  out_.end_object();
}

void MessageWriter::write_result(const ToolResult& result, const std::string& call_id) {
  std::string text;
  bool is_list = false;
  for (const auto& content : result.content) {
    if (const auto* piece = std::get_if<Text>(&content)) {
      text += piece->text;
    } else if (const auto* file = std::get_if<File>(&content); file && shared::is_text_mime(shared::file_mime(*file))) {
      text += file->bytes;
    } else if (std::holds_alternative<Image>(content)) {
      is_list = true;
    } else if (const auto* opaque = std::get_if<Opaque>(&content)) {
      is_list = is_list || is_replayable(*opaque);
    } else {
      warnings_.emplace_back("tool_result", "a tool result can hold text and images only; the rest was left out");
    }
  }
  // There is no other place to say that the tool failed.
  if (result.is_error && !text.starts_with("Error") && !text.starts_with("error")) text = "Error: " + text;

  out_.begin_object().member("role", "tool").member("tool_call_id", wire_id(call_id)).key("content");
  if (is_list) {
    out_.begin_array();
    if (!text.empty()) out_.begin_object().member("type", "text").member("text", text).end_object();
    for (const auto& content : result.content)
      if (const auto* image = std::get_if<Image>(&content))
        write_image(*image);
      else if (const auto* opaque = std::get_if<Opaque>(&content); opaque && is_replayable(*opaque))
        out_.raw(opaque->json);
    out_.end_array();
  } else {
    out_.string(text);
  }
  out_.end_object();
}

}  // namespace fastccg::protocols::chat_completions
