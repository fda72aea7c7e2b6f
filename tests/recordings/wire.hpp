#pragma once

#include <memory>

#include "answers.hpp"

namespace recordings {

/// A server on this machine that answers with recorded bytes, in pieces, and the library's own client that asks it over
/// HTTP.
class Wire {
 public:
  Wire();
  ~Wire();

  /// Sends an exchange's answer over the connection, a stream cut at random positions, and says where what arrives
  /// differs from what was decoded directly; nothing if it does not.
  std::string check(const Exchange& exchange, const Api& api, const Observed& direct);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace recordings
