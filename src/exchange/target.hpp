#pragma once

#include <optional>
#include <string>

#include "fastccg/catalog.hpp"
#include "protocols/protocols.hpp"
#include "providers/table.hpp"

namespace fastccg {

/// Who is asked, where, and with which key. It is made with the model and never changes, so calls share it.
class Target {
 public:
  Target() = default;

  const providers::Provider* provider = nullptr;
  protocols::Speaks speaks =
      protocols::Speaks::chat_completions;  ///< The provider's protocol, unless chosen otherwise.
  protocols::Dialect dialect;
  ModelInfo model;
  std::string base_url;
  std::string key;  ///< Empty for a server that needs none.
  std::optional<std::string> proxy;
  std::string ca_file;

  std::string name() const { return model.provider + "/" + model.id; }
  const protocols::Protocol& protocol() const noexcept { return protocols::find(speaks); }
};

}  // namespace fastccg
