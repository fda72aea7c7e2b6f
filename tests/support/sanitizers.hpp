#pragma once

#include <string_view>

namespace fastccg::testing {

/// Whether this was built with the sanitizer of that name: "address", "undefined" or "thread".
bool has_sanitizer(std::string_view name);

/// Whether the memory that this process holds is what it asked for. The address sanitizer keeps what was freed, and the
/// thread sanitizer remembers who has used what.
bool memory_tells();

/// Whether work takes about as long as it does for users. Sanitizers slow it down tenfold.
bool time_tells();

}  // namespace fastccg::testing
