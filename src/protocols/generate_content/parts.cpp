#include <algorithm>

#include "core/base64.hpp"
#include "fastccg/error.hpp"
#include "json/reader.hpp"
#include "protocols/generate_content/contents.hpp"
#include "protocols/generate_content/inline_data.hpp"
#include "protocols/shared/error_body.hpp"
#include "protocols/shared/media.hpp"

namespace fastccg::protocols::generate_content {

namespace {

[[noreturn]] void refuse(const char* why) { throw_error(Error(ErrorKind::invalid_request, why)); }

/// What a data URL holds.
class DataUrl {
 public:
  explicit DataUrl(std::string_view url) {
    if (!url.starts_with("data:")) return;
    const auto comma = url.find(',');
    auto head = url.substr(5, comma == std::string_view::npos ? comma : comma - 5);
    if (comma == std::string_view::npos || !head.ends_with(";base64")) refuse("a data URL is not base64");
    head.remove_suffix(7);
    auto decoded = read_base64(url.substr(comma + 1));
    if (!decoded) refuse("a data URL is not base64");
    mime = head;
    bytes = *std::move(decoded);
    is_one = true;
  }

  bool is_one = false;
  std::string mime;
  std::string bytes;
};

/// The type of what stands at an address, as the end of the address tells; empty if it does not.
std::string_view mime_of_address(std::string_view url) noexcept {
  url = url.substr(0, url.find_first_of("?#"));
  constexpr std::pair<std::string_view, std::string_view> types[] = {
      {".png", "image/png"},   {".jpg", "image/jpeg"},      {".jpeg", "image/jpeg"}, {".gif", "image/gif"},
      {".webp", "image/webp"}, {".pdf", "application/pdf"}, {".txt", "text/plain"},  {".mp4", "video/mp4"}};
  for (const auto& [end, mime] : types)
    if (url.ends_with(end)) return mime;
  return {};
}

/// The address of an uploaded file, of which users may know the name alone.
std::string file_uri(const std::string& id) {
  if (id.find("://") != std::string::npos) return id;
  return "https://generativelanguage.googleapis.com/v1beta/" + std::string(id.starts_with("files/") ? "" : "files/") +
         id;
}

std::string audio_mime(const Audio& audio) {
  if (audio.format.find('/') != std::string::npos) return audio.format;
  return "audio/" + (audio.format.empty() ? "wav" : audio.format);
}

}  // namespace

/// Writes the part if it is one of media.
void ContentsWriter::write_media(const Part& part, std::string_view role, std::string_view signature) {
  if (const auto* image = std::get_if<Image>(&part))
    write_image(*image, role, signature);
  else if (const auto* audio = std::get_if<Audio>(&part))
    write_audio(*audio, role, signature);
  else if (const auto* file = std::get_if<File>(&part))
    write_file(*file, role, signature);
}

/// Writes what is not text in the result of a tool.
void ContentsWriter::write_content(const Content& content) {
  if (const auto* image = std::get_if<Image>(&content))
    write_image(*image, "user", {});
  else if (const auto* audio = std::get_if<Audio>(&content))
    write_audio(*audio, "user", {});
  else if (const auto* file = std::get_if<File>(&content))
    write_file(*file, "user", {});
  else if (const auto* opaque = std::get_if<Opaque>(&content); opaque && is_replayable(*opaque)) {
    open("user");
    out_.raw(opaque->json);
  }
}

void ContentsWriter::write_data(std::string_view mime, std::string_view bytes) {
  if (mime.empty()) refuse("an image or a file has no type; give one, such as image/png or application/pdf");
  if (bytes.empty()) refuse("an image, a sound or a file has no content");
  out_.key("inlineData").begin_object().member("mimeType", mime).member("data", base64_encode(bytes)).end_object();
}

void ContentsWriter::write_address(std::string_view uri, std::string_view mime) {
  out_.key("fileData").begin_object();
  if (mime.empty()) mime = mime_of_address(uri);
  if (!mime.empty()) out_.member("mimeType", mime);
  out_.member("fileUri", uri).end_object();
}

void ContentsWriter::write_image(const Image& image, std::string_view role, std::string_view signature) {
  if (image.url.empty() && image.bytes.empty()) refuse("an image has neither an address nor content");
  const DataUrl data(image.url);
  begin_part(role);
  if (data.is_one)
    write_data(data.mime, data.bytes);
  else if (!image.url.empty())
    write_address(image.url, image.mime);
  else
    write_data(shared::image_mime(image), image.bytes);

  if (image.detail == "low" || image.detail == "high") {
    if (family_.media_resolution)
      out_.key("mediaResolution")
          .begin_object()
          .member("level", image.detail == "low" ? "MEDIA_RESOLUTION_LOW" : "MEDIA_RESOLUTION_HIGH")
          .end_object();
    else
      warnings_.emplace_back("detail", "the model does not take it for a single image; it was left out");
  }
  end_part(signature);
}

void ContentsWriter::write_audio(const Audio& audio, std::string_view role, std::string_view signature) {
  begin_part(role);
  write_data(audio_mime(audio), audio.bytes);
  end_part(signature);
}

void ContentsWriter::write_file(const File& file, std::string_view role, std::string_view signature) {
  if (file.id.empty() && file.url.empty() && file.bytes.empty()) refuse("a file has neither id, address nor content");
  const DataUrl data(file.url);
  begin_part(role);
  if (!file.id.empty())
    write_address(file_uri(file.id), file.mime);
  else if (data.is_one)
    write_data(file.mime.empty() ? std::string_view(data.mime) : file.mime, data.bytes);
  else if (!file.url.empty())
    write_address(file.url, file.mime);
  else
    write_data(shared::file_mime(file), file.bytes);
  end_part(signature);
}

/// The response has to be an object. One that the tool returned goes as it is; anything else is put into one.
void ContentsWriter::write_response(const ToolResult& result) {
  std::string text;
  bool has_media = false;
  for (const auto& content : result.content) {
    if (const auto* piece = std::get_if<Text>(&content))
      text += piece->text;
    else if (const auto* opaque = std::get_if<Opaque>(&content); !opaque || is_replayable(*opaque))
      has_media = true;
  }
  const bool is_object = json::is_object(text);
  out_.key("response");
  if (is_object && !result.is_error)
    out_.raw(shared::trimmed(text));
  else if (is_object)
    out_.begin_object().key("error").raw(shared::trimmed(text)).end_object();
  else if (text.empty() && has_media && !result.is_error)
    out_.begin_object().end_object();
  else
    out_.begin_object().member(result.is_error ? "error" : "output", text).end_object();

  if (!has_media || !family_.media_in_results) return;
  out_.key("parts").begin_array();
  for (const auto& content : result.content) write_content(content);
  out_.end_array();
}

}  // namespace fastccg::protocols::generate_content
