#pragma once

#include <string>
#include <string_view>

#include "fastccg/error.hpp"

namespace fastccg {

/// Takes the key out of every text of the error but `partial`, which is the model's: some servers quote what they were
/// sent, plainly or as JSON and URLs write it, and some of what they quote is cut off within the key.
void redact(Error& error, std::string_view key);

/// The same for one text that a server has written.
std::string redacted(std::string text, std::string_view key);

}  // namespace fastccg
