#pragma once

#include <string_view>

namespace fastccg::sim::openai {

/// Whether the model thinks before it answers, given the effort that the request asks for, if any.
bool thinks(std::string_view model, std::string_view effort);
/// Whether it takes temperature and the like whatever the effort.
bool takes_sampling_always(std::string_view model);

}  // namespace fastccg::sim::openai
