#pragma once

#include <string_view>

namespace fastccg::transport {

/// Whether it begins as an absolute http or https URL does.
bool is_http_url(std::string_view url) noexcept;

/// Whether the URL's host is this machine by its name or address: localhost, 127.x.x.x or ::1.
bool is_loopback_url(std::string_view url) noexcept;

}  // namespace fastccg::transport
