#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "fastccg/fastccg.hpp"
#include "fastccg/simulator.hpp"
#include "ledger.hpp"

namespace fastccg::property {

/// What a test throws when the library breaks a promise.
class Broken : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What the filter of a step throws.
class FilterThrew : public std::runtime_error {
 public:
  FilterThrew() : std::runtime_error("the filter threw") {}
};

/// A conversation, and what it must hold.
class World {
 public:
  World(Model model_, Endpoint endpoint_, std::vector<Message> base = {})
      : model(std::move(model_)), endpoint(std::move(endpoint_)), ledger(std::move(base)) {}

  /// Throws `Broken` unless the history is as it must be.
  void check() const {
    const auto from = ledger.now();
    const auto history = model.get_history();
    judge(history, from, "the history");
  }
  void judge(const std::vector<Message>& history, Tick from, const std::string& what) const {
    const auto problem = ledger.problem_with(history, from, ledger.now());
    if (!problem.empty()) throw Broken(what + " is wrong: " + problem);
  }

  Model model;
  Endpoint endpoint;
  mutable Ledger ledger;
};

/// The settings of every call of a run: what fails fails quickly.
inline Settings quick_settings() {
  using namespace std::chrono_literals;
  return Settings()
      .timeouts(Timeouts().first_byte(20s).idle(20s))
      .retries(Retries().attempts(2).initial_delay(1ms).max_delay(2ms));
}

}  // namespace fastccg::property
