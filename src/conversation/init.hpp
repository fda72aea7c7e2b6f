#pragma once

#include <memory>
#include <string_view>

#include "conversation/conversation.hpp"
#include "fastccg/model.hpp"

namespace fastccg::detail {

/// `fastccg::init_model` on an engine of the caller's choice, which must outlive the model and its calls.
Model init_model(std::string_view name, const ApiKey& key, const Endpoint& endpoint, Engine* engine);

}  // namespace fastccg::detail
