#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fastccg/message.hpp"

/// Hears what the writer says, and judges what is found when it has been killed.
class Witness {
 public:
  Witness() = default;

  /// One line of the writer's. See writer.cpp.
  void hear(std::string_view line);

  /// What is wrong with the conversation that was loaded; empty if nothing is. It is then what must be there from now on.
  std::string judge(const std::vector<fastccg::Message>& history);

  /// The number of the next turn.
  long next() const noexcept { return begun_ + 1; }
  std::size_t reported() const noexcept { return reported_; }
  /// Turns that were found although their calls had not returned, which is allowed.
  std::size_t unreported() const noexcept { return unreported_; }

 private:
  std::string judge_answer(long number, const std::string& text) const;

  long begun_ = 0;
  long cleared_up_to_ = 0;      // turns up to here must be gone
  bool being_cleared_ = false;  // they may be gone
  std::set<long> certain_;
  std::size_t reported_ = 0;
  std::size_t unreported_ = 0;
};
