#include "exchange/budget.hpp"

#include <gtest/gtest.h>

namespace fastccg {
namespace {

using namespace std::chrono_literals;
using Counts = RateWindow::Counts;

const MinuteBudget::TimePoint start{1000h};

TEST(MinuteBudget, holds_in_every_window_of_sixty_seconds) {
  MinuteBudget budget(3);
  budget.add(1, start);
  budget.add(1, start + 20s);
  budget.add(1, start + 40s);
  EXPECT_EQ(budget.room_at(1, start + 50s), start + 60s);
  EXPECT_EQ(budget.room_at(2, start + 50s), start + 80s);
  EXPECT_EQ(budget.room_at(1, start + 60s), start + 60s);
}

TEST(MinuteBudget, no_limit_has_room_for_everything) {
  MinuteBudget budget(0);
  budget.add(1'000'000, start);
  EXPECT_EQ(budget.room_at(1'000'000, start), start);
}

TEST(MinuteBudget, amount_above_the_limit_waits_until_nothing_is_used) {
  MinuteBudget budget(100);
  EXPECT_EQ(budget.room_at(5000, start), start);
  budget.add(5000, start);
  EXPECT_EQ(budget.room_at(1, start), start + 60s);
}

TEST(MinuteBudget, correction_gives_back_and_takes_more) {
  MinuteBudget budget(100);
  const auto entry = budget.add(80, start);
  budget.correct(entry, -70);
  EXPECT_EQ(budget.used(start), 10);
  budget.correct(entry, 90);
  EXPECT_EQ(budget.room_at(1, start), start + 60s);
  EXPECT_EQ(budget.used(start + 60s), 0);
  budget.correct(entry, 50);
  EXPECT_EQ(budget.used(start + 60s), 0) << "that is out of the minute";
}

TEST(MinuteBudget, memory_does_not_grow_with_what_is_used_at_once_and_errs_on_the_late_side) {
  MinuteBudget budget(2);
  budget.add(1, start);
  budget.add(1, start + 50ms);
  EXPECT_EQ(budget.room_at(1, start + 1s), start + 60s + 50ms);
}

RateWindow window(std::optional<double> limit, double remaining, std::optional<std::chrono::milliseconds> reset) {
  RateWindow made(Counts::requests);
  made.limit = limit;
  made.remaining = remaining;
  made.reset = reset;
  return made;
}

TEST(AnnouncedBudget, fills_up_evenly_until_the_reset) {
  AnnouncedBudget budget(window(60, 0, 60s), 0, start);
  EXPECT_EQ(budget.room_at(1, start), start + 1s);
  EXPECT_EQ(budget.room_at(30, start + 2s), start + 30s);
  EXPECT_EQ(budget.room_at(1000, start), start + 60s) << "no more than all of it";
}

TEST(AnnouncedBudget, what_was_sent_since_is_taken_off) {
  AnnouncedBudget budget(window(10, 3, 7s), 2, start);
  EXPECT_EQ(budget.room_at(1, start), start);
  budget.spend(1);
  EXPECT_EQ(budget.room_at(1, start), start + 1s);
}

TEST(AnnouncedBudget, without_a_limit_nothing_comes_back_before_the_reset) {
  AnnouncedBudget budget(window(std::nullopt, 0, 5s), 0, start);
  EXPECT_EQ(budget.room_at(1, start), start + 5s);
  EXPECT_EQ(budget.room_at(1, start + 5s), start + 5s) << "nothing is known any more";
}

TEST(AnnouncedBudget, without_a_reset_the_window_is_a_minute) {
  AnnouncedBudget budget(window(std::nullopt, 0, std::nullopt), 0, start);
  EXPECT_EQ(budget.room_at(1, start), start + 60s);
}

}  // namespace
}  // namespace fastccg
