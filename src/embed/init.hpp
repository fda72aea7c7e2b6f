#pragma once

#include <string_view>

#include "fastccg/embed.hpp"

namespace fastccg {

class Engine;

namespace detail {

/// `fastccg::init_embedding` on an engine of the caller's choice, which must outlive the embedder and its calls.
Embedder init_embedding(std::string_view name, const ApiKey& key, const Endpoint& endpoint, Engine* engine);

}  // namespace detail
}  // namespace fastccg
