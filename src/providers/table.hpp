#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "protocols/dialect.hpp"
#include "protocols/protocols.hpp"

namespace fastccg::providers {

using protocols::Quirk;
using protocols::Speaks;

/// How the key travels.
enum class Auth {
  bearer,    ///< `Authorization: Bearer KEY`.
  optional,  ///< The same, but a server without a key is usual.
  header,    ///< In a header of its own, `auth_header`.
};

/// Everything that must be said of a provider that speaks a known protocol.
class Provider {
 public:
  std::string_view name;
  Speaks speaks;
  std::string_view base_url;
  std::string_view base_url_variable;  ///< The environment variable that its own library reads for it; may be empty.
  std::string_view key_variable;       ///< The same for the key; several are separated by a blank, the first wins.
  Auth auth = Auth::bearer;
  std::string_view auth_header = {};
  Quirk quirks = Quirk::none;
};


inline constexpr std::array table{
    Provider{"cerebras", Speaks::chat_completions, "https://api.cerebras.ai/v1", "CEREBRAS_BASE_URL", "CEREBRAS_API_KEY"},
    Provider{"openai", Speaks::chat_completions, "https://api.openai.com/v1", "OPENAI_BASE_URL", "OPENAI_API_KEY",
             Auth::bearer, {}, Quirk::max_completion_tokens},
};

static_assert(std::ranges::is_sorted(table, {}, &Provider::name), "keep the table sorted by name");
static_assert(std::ranges::adjacent_find(table, {}, &Provider::name) == table.end(), "names are unique");
static_assert(std::ranges::all_of(table, [](const Provider& p) {
  return p.base_url.starts_with("http") && !p.base_url.ends_with('/');
}));
static_assert(std::ranges::all_of(table, [](const Provider& p) {
  return (p.auth == Auth::header) == !p.auth_header.empty();
}));

/// The row of that name, or null.
constexpr const Provider* find(std::string_view name) noexcept {
  auto row = std::ranges::lower_bound(table, name, {}, &Provider::name);
  return row != table.end() && row->name == name ? &*row : nullptr;
}

}  // namespace fastccg::providers
