#pragma once

#include <array>
#include <string>
#include <string_view>

#include "fastccg/model.hpp"

namespace fastccg::testing {

/// A wire protocol as a caller meets it: a model to ask, and where the simulator speaks that protocol.
class Service {
 public:
  std::string_view name;
  std::string_view model;
  std::string_view path;           ///< Follows the simulator's root URL.
  std::string_view protocol = {};  ///< For `Endpoint::protocol`; empty for the provider's own.

  Endpoint endpoint(const std::string& root) const {
    Endpoint result;
    result.base_url(root + std::string(path));
    if (!protocol.empty()) result.protocol(std::string(protocol));
    return result;
  }
};

/// A protocol that the simulator learns is a line here; every test that walks this table then covers it.
inline constexpr std::array services{
    Service{"chat_completions", "openai/gpt-4o", "/v1", "chat_completions"},
    Service{"responses", "openai/gpt-4o", "/v1", "responses"},
    Service{"messages", "anthropic/claude-sonnet-4-5", ""},
    Service{"generate_content", "gemini/gemini-2.5-flash", ""},
    Service{"mistral", "mistral/mistral-small-latest", "/mistral/v1"},
};

}  // namespace fastccg::testing
