#pragma once

#include <vector>

#include "core/request.hpp"
#include "fastccg/reply.hpp"

namespace fastccg::protocols::shared {

/// Whether the model thinks in this request, as far as is known before the provider is asked.
bool reasons(const Request& request) noexcept;

/// Whether the model takes sampling settings in this request; warns of the one at hand if it does not.
bool may_sample(const Request& request, const char* setting, std::vector<Warning>& warnings);

}  // namespace fastccg::protocols::shared
