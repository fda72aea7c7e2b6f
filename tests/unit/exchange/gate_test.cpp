#include "exchange/gate.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace fastccg {
namespace {

using namespace std::chrono_literals;
using Counts = RateWindow::Counts;
using Ticket = Gate::Ticket;

const Gate::TimePoint start{1000h};
const int a = 0;
const int b = 0;
const int c = 0;

Ticket enter(Gate& gate, const void* lane, std::int64_t tokens = 0, Gate::TimePoint now = start) {
  return gate.enter(lane, tokens, false, now).value();
}

TEST(Gate, without_limits_everyone_goes_at_once) {
  Gate gate{RateLimits()};
  for (int i = 0; i < 5000; ++i) {
    const auto ticket = enter(gate, &a, 1'000'000);
    EXPECT_EQ(gate.admit(start), ticket);
  }
}

TEST(Gate, concurrent_calls_make_room_by_leaving) {
  Gate gate(RateLimits().concurrent(2));
  const auto first = enter(gate, &a);
  enter(gate, &a);
  const auto third = enter(gate, &a);
  EXPECT_TRUE(gate.admit(start));
  EXPECT_TRUE(gate.admit(start));
  EXPECT_EQ(gate.admit(start), std::nullopt);
  EXPECT_EQ(gate.opens(start), std::nullopt) << "time does not help";
  gate.leave(first);
  EXPECT_EQ(gate.admit(start), third);
  EXPECT_EQ(gate.under_way(), 2u);
}

TEST(Gate, requests_per_minute_open_when_the_oldest_is_a_minute_old) {
  Gate gate(RateLimits().requests_per_minute(2));
  for (int i = 0; i < 3; ++i) enter(gate, &a);
  EXPECT_TRUE(gate.admit(start));
  EXPECT_TRUE(gate.admit(start + 10s));
  EXPECT_EQ(gate.admit(start + 59s), std::nullopt);
  EXPECT_EQ(gate.opens(start + 59s), start + 60s);
  EXPECT_TRUE(gate.admit(start + 60s));
}

TEST(Gate, tokens_are_estimated_first_and_corrected_by_what_they_were) {
  Gate gate(RateLimits().tokens_per_minute(100));
  const auto first = enter(gate, &a, 90);
  const auto second = enter(gate, &a, 50);
  EXPECT_EQ(gate.admit(start), first);
  EXPECT_EQ(gate.admit(start), std::nullopt);
  gate.leave(first, 40);
  EXPECT_EQ(gate.admit(start), second);
}

TEST(Gate, lanes_take_turns_and_each_keeps_its_order) {
  Gate gate(RateLimits().concurrent(1));
  const auto a1 = enter(gate, &a);
  const auto a2 = enter(gate, &a);
  const auto a3 = enter(gate, &a);
  const auto b1 = enter(gate, &b);
  const auto c1 = enter(gate, &c);
  const auto b2 = enter(gate, &b);
  std::vector<Ticket> order;
  while (const auto next = gate.admit(start)) {
    order.push_back(*next);
    gate.leave(*next);
  }
  EXPECT_EQ(order, (std::vector{a1, b1, c1, a2, b2, a3}));
  EXPECT_TRUE(gate.is_empty());
}

TEST(Gate, who_comes_again_goes_first_in_its_lane) {
  Gate gate(RateLimits().concurrent(1));
  enter(gate, &a);
  const auto other = enter(gate, &b);
  const auto again = gate.enter(&a, 0, true, start).value();
  EXPECT_EQ(gate.admit(start), again);
  gate.leave(again);
  EXPECT_EQ(gate.admit(start), other);
}

TEST(Gate, full_queue_refuses_and_leaving_it_makes_room) {
  Gate gate(RateLimits().concurrent(1).queue(1));
  const auto going = enter(gate, &a);
  EXPECT_EQ(gate.admit(start), going);
  const auto waiting = enter(gate, &a);
  EXPECT_EQ(gate.enter(&b, 0, false, start), std::nullopt);
  gate.leave(waiting);
  EXPECT_TRUE(gate.enter(&b, 0, false, start));
}

TEST(Gate, queue_of_zero_lets_go_whoever_need_not_wait) {
  Gate gate(RateLimits().concurrent(1).queue(0));
  EXPECT_EQ(gate.admit(start), std::nullopt);
  const auto first = gate.enter(&a, 0, false, start);
  EXPECT_TRUE(first);
  EXPECT_EQ(gate.admit(start), first);
  EXPECT_EQ(gate.enter(&a, 0, false, start), std::nullopt);
}

RateWindow remaining(Counts counts, double left, std::chrono::milliseconds reset) {
  RateWindow window(counts);
  window.remaining = left;
  window.reset = reset;
  return window;
}

TEST(Gate, heeds_what_the_provider_says_is_left) {
  Gate gate{RateLimits()};
  const auto first = enter(gate, &a);
  ASSERT_EQ(gate.admit(start), first);
  gate.learn(first, {remaining(Counts::requests, 1, 5s)}, start);
  enter(gate, &a);
  EXPECT_TRUE(gate.admit(start));
  enter(gate, &a);
  EXPECT_EQ(gate.admit(start), std::nullopt);
  EXPECT_EQ(gate.opens(start), start + 5s);
  EXPECT_TRUE(gate.admit(start + 5s));
}

TEST(Gate, calls_without_an_answer_yet_are_taken_off_what_is_left) {
  Gate gate{RateLimits()};
  const auto first = enter(gate, &a);
  enter(gate, &a);
  EXPECT_TRUE(gate.admit(start));
  EXPECT_TRUE(gate.admit(start));
  gate.learn(first, {remaining(Counts::requests, 1, 5s)}, start);
  enter(gate, &a);
  EXPECT_EQ(gate.admit(start), std::nullopt) << "the one that is left may be the one under way";
}

TEST(Gate, may_be_told_not_to_heed_the_provider) {
  Gate gate(RateLimits().heed_provider(false));
  const auto first = enter(gate, &a);
  ASSERT_TRUE(gate.admit(start));
  gate.learn(first, {remaining(Counts::requests, 0, 5s)}, start);
  gate.close_until(start + 1h);
  enter(gate, &a);
  EXPECT_TRUE(gate.admit(start));
}

TEST(Gate, closed_gate_opens_at_the_latest_time_it_was_told) {
  Gate gate{RateLimits()};
  gate.close_until(start + 5s);
  gate.close_until(start + 2s);
  enter(gate, &a);
  EXPECT_EQ(gate.admit(start + 4s), std::nullopt);
  EXPECT_EQ(gate.opens(start), start + 5s);
  EXPECT_TRUE(gate.admit(start + 5s));
}

TEST(Gate, new_limits_hold_for_those_who_wait) {
  Gate gate(RateLimits().concurrent(1));
  enter(gate, &a);
  enter(gate, &a);
  EXPECT_TRUE(gate.admit(start));
  EXPECT_EQ(gate.admit(start), std::nullopt);
  gate.set_limits(RateLimits());
  EXPECT_TRUE(gate.admit(start));
}

TEST(Gate, unknown_and_repeated_tickets_are_ignored) {
  Gate gate(RateLimits().concurrent(1));
  const auto ticket = enter(gate, &a);
  gate.admit(start);
  gate.leave(ticket);
  gate.leave(ticket);
  gate.leave(Ticket::none);
  gate.learn(ticket, {}, start);
  EXPECT_EQ(gate.under_way(), 0u);
}

/// Drives a gate at random for ten simulated minutes and checks the limits from outside.
TEST(Gate, no_limit_is_ever_exceeded_and_everyone_gets_through) {
  std::mt19937 random(7);
  Gate gate(RateLimits().concurrent(5).requests_per_minute(40).tokens_per_minute(4000));
  std::deque<std::pair<Gate::TimePoint, std::int64_t>> sent;
  std::vector<std::pair<Ticket, std::int64_t>> under_way;
  std::unordered_map<Ticket, std::int64_t> tokens;
  std::size_t entered = 0;
  std::size_t went = 0;
  for (auto now = start; now < start + 15min; now += 250ms) {
    if (random() % 3 == 0 && now < start + 5min) {
      const auto cost = static_cast<std::int64_t>(random() % 300);
      tokens[enter(gate, reinterpret_cast<const void*>(std::uintptr_t{1 + random() % 4}), cost, now)] = cost;
      ++entered;
    }
    while (const auto ticket = gate.admit(now)) {
      sent.emplace_back(now, tokens[*ticket]);
      under_way.emplace_back(*ticket, tokens[*ticket]);
      ++went;
    }
    ASSERT_LE(under_way.size(), 5u);
    while (!sent.empty() && sent.front().first + 60s <= now) sent.pop_front();
    std::int64_t used = 0;
    for (const auto& [when, cost] : sent) used += cost;
    ASSERT_LE(used, 4000);
    ASSERT_LE(sent.size(), 40u);
    if (!under_way.empty() && random() % 2 == 0) {
      gate.leave(under_way.front().first);
      under_way.erase(under_way.begin());
    }
  }
  EXPECT_EQ(went, entered);
  EXPECT_GT(entered, 300u);
}

}  // namespace
}  // namespace fastccg
