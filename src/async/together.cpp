#include "async/together.hpp"

#include <utility>

namespace fastccg::detail {

namespace {

thread_local Together* innermost = nullptr;

}  // namespace

Together::Together() : outer_(std::exchange(innermost, this)) {}

Together::~Together() {
  innermost = outer_;
  for (const auto& sleeper : sleepers_) sleeper->wake_up();
}

bool Together::defer(std::shared_ptr<Wakeable> sleeper) noexcept {
  if (!innermost) return false;
  try {
    innermost->sleepers_.push_back(std::move(sleeper));
  } catch (...) {
    return false;
  }
  return true;
}

}  // namespace fastccg::detail
