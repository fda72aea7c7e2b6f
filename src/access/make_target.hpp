#pragma once

#include <memory>
#include <string_view>

#include "exchange/target.hpp"
#include "fastccg/endpoint.hpp"
#include "fastccg/key.hpp"

namespace fastccg::detail {

/// Finds provider, catalogue entry, address and key, and checks that they go together. Throws `UsageError` for an
/// unknown provider or a bad address, and `MissingKey` if there is no key.
std::shared_ptr<const Target> make_target(std::string_view name, const ApiKey& key, const Endpoint& endpoint);

}  // namespace fastccg::detail
