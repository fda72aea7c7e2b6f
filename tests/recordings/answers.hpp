#pragma once

#include <optional>
#include <string>
#include <vector>

#include "corpus.hpp"
#include "fastccg/error.hpp"

namespace recordings {

/// What the library made of an answer.
class Observed {
 public:
  fastccg::Reply reply;
  std::optional<fastccg::Error> error;
  std::size_t events = 0;

  /// All of it as text, to compare one way of cutting the bytes with another.
  std::string summary() const;
};

/// Decodes an answer that came in one piece.
Observed observe(const Exchange& exchange, const Api& api);

/// Decodes a stream cut at these positions, which rise.
Observed observe_cut(const Exchange& exchange, const Api& api, const std::vector<std::size_t>& cuts);

/// Decodes a stream cut in many ways; says where the outcome differs from the one in one piece, or nothing.
std::string check_cuts(const Exchange& exchange, const Api& api, const Observed& whole);

/// What disagrees between the expectation and the outcome, one line each; empty if all agrees.
std::vector<std::string> compare(const Exchange& exchange, const Api& api, const Observed& observed);

bool is_stream(const Exchange& exchange);

}  // namespace recordings
