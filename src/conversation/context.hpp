#pragma once

#include <vector>

#include "fastccg/message.hpp"
#include "session/session.hpp"

namespace fastccg::detail {

/// What a provider is shown: the turns and the question, oldest first, so that the results of tools stand behind the
/// calls that they answer, as every provider demands. Turns that were asked at the same time may stand between them in
/// the history. A question that answers calls comes with the exchange it belongs to; other exchanges whose results are
/// still to come are left out of it. Turns and question must outlive the result.
std::vector<const Message*> context_of(const Turns& turns, const Message& question);

}  // namespace fastccg::detail
