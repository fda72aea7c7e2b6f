#pragma once

#include <string>
#include <vector>

#include "speakers.hpp"

namespace fastccg::protocols::contract {

/// What the speaker's protocol would refuse of the conversation in this body; empty if nothing. The rules are those of
/// the providers' pages: calls and results in pairs and in place, no empty content, ids in the form that is asked for.
std::string problem_in(const Speaker& speaker, const std::string& body);

/// The ids by which results name their calls, in order.
std::vector<std::string> call_ids(const Speaker& speaker, const std::string& body);

}  // namespace fastccg::protocols::contract
