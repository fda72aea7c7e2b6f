#pragma once

#include <exception>
#include <functional>
#include <future>
#include <utility>

#include "loop/loop.hpp"

namespace fastccg::test {

/// Runs `work` on the loop's thread and waits for it. What it throws is thrown here.
inline void on_loop(Loop& loop, const std::function<void()>& work) {
  std::promise<void> done;
  loop.post([&work, &done] {
    try {
      work();
      done.set_value();
    } catch (...) {
      done.set_exception(std::current_exception());
    }
  });
  done.get_future().get();
}

}  // namespace fastccg::test
