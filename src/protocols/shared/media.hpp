#pragma once

#include <string>
#include <string_view>

#include "fastccg/message.hpp"

namespace fastccg::protocols::shared {

/// The picture's type as given, or as its first bytes tell; empty if neither does.
std::string_view image_mime(const Image& image) noexcept;

/// The document's type as given, or as its first bytes tell; empty if neither does.
std::string_view file_mime(const File& file) noexcept;

/// Whether content of this type is best sent as text.
bool is_text_mime(std::string_view mime) noexcept;

/// Whether the address is the content itself.
bool is_data_url(std::string_view url) noexcept;

/// "data:MIME;base64,..."
std::string data_url(std::string_view mime, std::string_view bytes);

}  // namespace fastccg::protocols::shared
