#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "fastccg/fastccg.hpp"
#include "random.hpp"
#include "services.hpp"

namespace fastccg::soak {

/// What all callers count together.
class Tally {
 public:
  std::atomic<std::uint64_t> calls{0};
  std::atomic<std::uint64_t> failed{0};
  std::atomic<std::uint64_t> chunks{0};
  std::atomic<std::uint64_t> turns{0};   ///< Found in a history where they must be.
  std::atomic<std::uint64_t> broken{0};  ///< Histories that were not as they must be.
  std::atomic<std::int64_t> open{0};     ///< Calls under way.
  std::atomic<bool> over{false};         ///< Callers make no further call.

  void note_broken(const std::string& what);
  std::string first_broken() const;

 private:
  mutable std::mutex mutex_;
  std::string first_;
};

/// Asks one model one thing after the other, whatever happens, and keeps account of what its history must be.
class Caller {
 public:
  Caller(Model model, std::string name, std::uint64_t seed, Tally& tally)
      : model_(std::move(model)), name_(std::move(name)), random_(seed), tally_(&tally) {}

  /// Runs until `Tally::over`. The caller outlives it.
  Task<void> run();

 private:
  Task<void> ask();
  Task<void> stream();
  void check();
  Settings settings();
  void expect(const std::string& answer) { expected_.emplace_back(question_, answer); }

  Model model_;
  std::string name_;
  property::Random random_;
  Tally* tally_;
  unsigned count_ = 0;
  std::string question_;
  std::string answer_;
  std::vector<std::pair<std::string, std::string>> expected_;
};

}  // namespace fastccg::soak
