#pragma once

#include <string>
#include <string_view>

#include "providers/table.hpp"

namespace fastccg::providers {

/// A model's name, taken apart.
class SplitName {
 public:
  SplitName(const Provider& provider_, std::string model_) : provider(&provider_), model(std::move(model_)) {}

  const Provider* provider;  ///< A row of the table.
  std::string model;         ///< The provider's own name of the model; it may have slashes.
};

/// "provider/model" at its first slash. Throws `FastCCGError` (usage) for an unknown provider or a missing part.
SplitName split_name(std::string_view name);

/// The row of that name. Throws `FastCCGError` (usage) that lists the names there are.
const Provider& find_or_throw(std::string_view name);

/// Where the provider's requests go: `given`, or the provider's environment variable, or the provider's own address.
/// It has no slash at its end. Throws `FastCCGError` (usage) if it is no good, or if there is none.
std::string resolve_base_url(const Provider& provider, std::string_view given);

/// The key: `given`, or `added`, or the provider's environment variable; empty texts do not count, and white space
/// around a key is removed. Empty if there is none and the provider can do without.
/// Throws `FastCCGError` (missing_key) if there has to be one, and (usage) if it cannot be one.
std::string resolve_key(const Provider& provider, std::string_view given, std::string_view added);

/// Throws `FastCCGError` (usage) unless this is an absolute http or https URL with a host and without control
/// characters, blanks, user information, query or fragment.
void check_url(std::string_view url);

/// Throws `FastCCGError` (usage) if a key would go over plain http to a host that is not the local one.
void check_key_may_travel(std::string_view url, bool allow_plain_http);

/// Whether the URL's host is the local one: localhost, 127.0.0.0/8 or ::1.
bool is_loopback(std::string_view url) noexcept;

}  // namespace fastccg::providers
