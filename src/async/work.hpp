#pragma once

#include <functional>
#include <utility>

#include "fastccg/executor.hpp"

namespace fastccg::detail {

/// A function for an executor to run, once. It must not throw.
class Work final : public Resumable {
 public:
  explicit Work(std::function<void()> work) : work_(std::move(work)) {}
  void resume() noexcept override { work_(); }

 private:
  std::function<void()> work_;
};

}  // namespace fastccg::detail
