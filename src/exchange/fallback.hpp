#pragma once

#include "fastccg/error.hpp"

namespace fastccg {

/// Whether another model may succeed where one has failed like this. What the caller has to mend (key, permission,
/// request, too long a conversation) and what a provider's policy has decided is for the caller to see, and so is a
/// certificate that cannot be trusted.
bool may_fall_back(const Error& error) noexcept;

}  // namespace fastccg
