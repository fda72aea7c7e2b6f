#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "personas/persona.hpp"

namespace fastccg::sim {

/// What OpenAI's protocols share: the error answer, its form inside a stream, and the headers of every answer.
Response render_openai_problem(const Problem& problem, std::uint64_t identity);
std::string render_openai_stream_problem(const Problem& problem);
Headers openai_headers(std::uint64_t identity);

/// The name under which OpenAI answers for a model, which is often a dated one.
std::string openai_snapshot(std::string_view model);

/// All answers are of this second, so that equal requests get equal bytes.
constexpr std::int64_t openai_created = 1787000000;

}  // namespace fastccg::sim
