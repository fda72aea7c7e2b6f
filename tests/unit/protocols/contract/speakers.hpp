#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/request.hpp"
#include "protocols/protocols.hpp"

namespace fastccg::protocols::contract {

/// A provider in one of the protocols that it speaks.
class Speaker {
 public:
  Speaker(std::string_view name_, Speaks speaks_, Dialect dialect_) : name(name_), speaks(speaks_), dialect(dialect_) {}

  std::string name;  ///< The provider's; with the protocol's behind it if that is not the usual one.
  Speaks speaks;
  Dialect dialect;

  const Protocol& protocol() const { return find(speaks); }
  /// A model of the provider's newest generation, of which nothing else is known.
  ModelInfo model() const;
  Rendered render(const std::vector<Message>& messages, const Settings& settings = {}) const;
  Rendered render(const std::vector<Message>& messages, const Settings& settings, const ModelInfo& model) const;
};

/// Everyone in the table of providers, and OpenAI in its second protocol.
const std::vector<Speaker>& speakers();

/// The one of that name.
const Speaker& speaker(std::string_view name);

}  // namespace fastccg::protocols::contract
