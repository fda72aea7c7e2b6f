#pragma once

#include <string>

namespace fastccg::protocols::contract {

// The tables of docs/providers.md, in Markdown, made of what the code does.

/// One row for each provider: how it is reached, and which settings it does not take.
std::string providers_table();
/// One row for each setting: what it is called in each protocol.
std::string settings_table();
/// One row for each kind of part: what it becomes in each protocol.
std::string parts_table();

}  // namespace fastccg::protocols::contract
