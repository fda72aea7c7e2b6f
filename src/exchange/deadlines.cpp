#include "exchange/deadlines.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace fastccg {

std::string seconds_text(std::chrono::milliseconds time) {
  auto text = std::to_string(static_cast<double>(time.count()) / 1000);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text + " s";
}

Deadlines::Deadlines(Loop& loop, const Timeouts& timeouts, Clock::time_point began, Passed passed)
    : loop_(loop), timeouts_(timeouts), passed_(std::move(passed)) {
  if (timeouts_.total().count() == 0) return;
  total_ = began + timeouts_.total();
  total_timer_ = loop_.at(total_, [this] {
    total_timer_ = Loop::TimerId::none;
    pass(Deadline::total);
  });
}

Deadlines::~Deadlines() {
  loop_.cancel(phase_timer_);
  loop_.cancel(total_timer_);
}

/// It may be the end of this object, and so of the timer's work that has called it.
void Deadlines::pass(Deadline deadline) {
  const auto passed = passed_;
  passed(deadline);
}

void Deadlines::begin_attempt() {
  end_attempt();
  waits_for_answer_ = true;
  held_back_ = false;
  if (timeouts_.first_byte().count() == 0) return;
  phase_timer_ = loop_.after(timeouts_.first_byte(), [this] {
    phase_timer_ = Loop::TimerId::none;
    pass(Deadline::first_byte);
  });
}

void Deadlines::end_attempt() { loop_.cancel(std::exchange(phase_timer_, Loop::TimerId::none)); }

void Deadlines::answer_began(Clock::time_point now) {
  if (!std::exchange(waits_for_answer_, false)) return;
  end_attempt();
  heard_ = progressed_ = now;
  watch_gap();
}

void Deadlines::set_held_back(bool value) noexcept {
  if (held_back_ && !value) heard_ = progressed_ = Clock::now();
  held_back_ = value;
}

Deadlines::Clock::time_point Deadlines::idle_due() const {
  return timeouts_.idle().count() == 0 ? Clock::time_point::max() : heard_ + timeouts_.idle();
}

Deadlines::Clock::time_point Deadlines::progress_due() const {
  const bool never = timeouts_.first_byte().count() == 0 || timeouts_.heartbeats_count();
  return never ? Clock::time_point::max() : progressed_ + timeouts_.first_byte();
}

void Deadlines::watch_gap() {
  const auto due = std::min(idle_due(), progress_due());
  if (due == Clock::time_point::max()) return;
  phase_timer_ = loop_.at(due, [this] {
    phase_timer_ = Loop::TimerId::none;
    on_gap_timer();
  });
}

void Deadlines::on_gap_timer() {
  const auto now = Clock::now();
  if (held_back_) heard_ = progressed_ = now;
  if (idle_due() <= now) return pass(Deadline::idle);
  if (progress_due() <= now) return pass(Deadline::first_byte);
  watch_gap();
}

std::string Deadlines::explain(Deadline deadline) const {
  switch (deadline) {
    case Deadline::first_byte:
      if (waits_for_answer_)
        return "no answer within the first-byte deadline of " + seconds_text(timeouts_.first_byte());
      return "nothing but heartbeats came for longer than the first-byte deadline of " +
             seconds_text(timeouts_.first_byte());
    case Deadline::idle:
      return "the answer stalled for longer than the idle deadline of " + seconds_text(timeouts_.idle());
    default: return "the call took longer than the total deadline of " + seconds_text(timeouts_.total());
  }
}

}  // namespace fastccg
