#include "protocols/shared/media.hpp"

#include "core/base64.hpp"

namespace fastccg::protocols::shared {

std::string_view image_mime(const Image& image) noexcept {
  if (!image.mime.empty()) return image.mime;
  const std::string_view bytes = image.bytes;
  if (bytes.starts_with("\x89PNG")) return "image/png";
  if (bytes.starts_with("\xFF\xD8\xFF")) return "image/jpeg";
  if (bytes.starts_with("GIF8")) return "image/gif";
  if (bytes.starts_with("RIFF") && bytes.substr(0, 12).ends_with("WEBP")) return "image/webp";
  return {};
}

std::string_view file_mime(const File& file) noexcept {
  if (!file.mime.empty()) return file.mime;
  return file.bytes.starts_with("%PDF-") ? std::string_view("application/pdf") : std::string_view();
}

bool is_text_mime(std::string_view mime) noexcept {
  mime = mime.substr(0, mime.find(';'));
  return mime.starts_with("text/") || mime == "application/json" || mime == "application/xml" ||
         mime == "application/yaml" || mime == "application/x-yaml" || mime == "application/toml";
}

bool is_data_url(std::string_view url) noexcept { return url.starts_with("data:"); }

std::string data_url(std::string_view mime, std::string_view bytes) {
  return "data:" + std::string(mime) + ";base64," + base64_encode(bytes);
}

}  // namespace fastccg::protocols::shared
