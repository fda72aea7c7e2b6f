#include "loop/loop.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <future>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "fastccg/error.hpp"
#include "on_loop.hpp"

namespace fastccg {
namespace {

using namespace std::chrono_literals;
using test::on_loop;

constexpr auto must_happen = 10s;

/// Two connected sockets.
class Pair {
 public:
  Pair() {
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends_.data()) != 0) {
      throw std::runtime_error("no sockets");
    }
  }
  ~Pair() {
    for (int fd : ends_) ::close(fd);
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  int near() const { return ends_[0]; }
  void send_from_far() const { ASSERT_EQ(::write(ends_[1], "x", 1), 1); }
  void read_near() const {
    std::array<char, 64> data;
    [[maybe_unused]] const auto count = ::read(ends_[0], data.data(), data.size());
  }

 private:
  std::array<int, 2> ends_{};
};

class Handler final : public Loop::FdHandler {
 public:
  explicit Handler(std::function<void(int, unsigned)> function) : function_(std::move(function)) {}
  void on_ready(int fd, unsigned readiness) override { function_(fd, readiness); }

 private:
  std::function<void(int, unsigned)> function_;
};

TEST(Loop, post_from_many_threads_runs_all_in_each_threads_order) {
  Loop loop;
  std::vector<std::vector<int>> seen(4);
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < seen.size(); ++t) {
      threads.emplace_back([&loop, &mine = seen[t]] {
        for (int i = 0; i < 5000; ++i) loop.post([&mine, i] { mine.push_back(i); });
      });
    }
  }
  loop.stop();
  for (const auto& mine : seen) {
    ASSERT_EQ(mine.size(), 5000U);
    for (int i = 0; i < 5000; ++i) ASSERT_EQ(mine[static_cast<std::size_t>(i)], i);
  }
}

TEST(Loop, post_from_the_loop_runs_later_on_the_loop) {
  Loop loop;
  std::promise<bool> later;
  std::atomic<bool> inside = false;
  loop.post([&] {
    inside = true;
    loop.post([&] { later.set_value(loop.on_loop_thread() && !inside); });
    inside = false;
  });
  auto future = later.get_future();
  ASSERT_EQ(future.wait_for(must_happen), std::future_status::ready);
  EXPECT_TRUE(future.get());
  EXPECT_FALSE(loop.on_loop_thread());
}

TEST(Loop, work_that_posts_itself_forever_lets_descriptors_and_timers_have_their_turn) {
  Loop loop;
  Pair pair;
  std::promise<void> read;
  std::promise<void> timed;
  Handler handler([&](int fd, unsigned) {
    loop.unwatch(fd);
    read.set_value();
  });
  std::function<void()> again = [&] { loop.post(again); };
  loop.post([&] {
    again();
    loop.watch(pair.near(), Loop::readable, handler);
    loop.after(1ms, [&] { timed.set_value(); });
  });
  pair.send_from_far();
  EXPECT_EQ(read.get_future().wait_for(must_happen), std::future_status::ready);
  EXPECT_EQ(timed.get_future().wait_for(must_happen), std::future_status::ready);
  loop.stop();
}

TEST(Loop, stop_runs_what_was_posted_and_refuses_the_rest) {
  Loop loop;
  int ran = 0;
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(loop.post([&ran] { ++ran; }));
  loop.stop();
  EXPECT_EQ(ran, 100);
  EXPECT_FALSE(loop.post([&ran] { ++ran; }));
  loop.stop();
  EXPECT_EQ(ran, 100);
}

TEST(Loop, stop_from_several_threads_at_once_is_one_stop) {
  Loop loop;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&loop] { loop.stop(); });
}

TEST(Loop, stop_on_its_own_thread_is_a_usage_error) {
  Loop loop;
  EXPECT_THROW(on_loop(loop, [&] { loop.stop(); }), UsageError);
}

TEST(Loop, stop_destroys_work_that_never_ran_on_the_loop_thread) {
  auto destroyed_on_loop = std::make_shared<std::atomic<bool>>(false);
  Loop loop;
  std::shared_ptr<void> token(nullptr,
                              [&loop, destroyed_on_loop](void*) { *destroyed_on_loop = loop.on_loop_thread(); });
  on_loop(loop, [&] { loop.after(1h, [held = std::move(token)] {}); });
  loop.stop();
  EXPECT_TRUE(*destroyed_on_loop);
}

TEST(Loop, work_that_throws_does_not_end_the_loop) {
  Loop loop;
  ::testing::internal::CaptureStderr();
  loop.post([] { throw std::runtime_error("broken part"); });
  loop.post([] { throw 7; });
  bool ran = false;
  on_loop(loop, [&] { ran = true; });
  EXPECT_TRUE(ran);
  EXPECT_NE(::testing::internal::GetCapturedStderr().find("broken part"), std::string::npos);
}

TEST(Loop, timers_run_in_order_and_never_early) {
  Loop loop;
  std::vector<int> order;
  std::vector<Loop::Clock::duration> early;
  std::promise<void> done;
  on_loop(loop, [&] {
    const auto start = Loop::Clock::now();
    for (int delay : {7, 1, 3, 5, 2, 20, 4}) {
      const auto when = start + std::chrono::milliseconds(delay) + 300us;
      loop.at(when, [&, when, delay] {
        order.push_back(delay);
        if (Loop::Clock::now() < when) early.push_back(when - Loop::Clock::now());
        if (delay == 20) done.set_value();
      });
    }
  });
  ASSERT_EQ(done.get_future().wait_for(must_happen), std::future_status::ready);
  on_loop(loop, [&] {
    EXPECT_EQ(order, (std::vector<int>{1, 2, 3, 4, 5, 7, 20}));
    EXPECT_TRUE(early.empty());
  });
}

TEST(Loop, cancelled_timer_does_not_run_even_if_due_in_the_same_round) {
  Loop loop;
  std::promise<void> done;
  bool ran = false;
  on_loop(loop, [&] {
    const auto now = Loop::Clock::now();
    Loop::TimerId second = Loop::TimerId::none;
    auto cancel_second = std::make_shared<Loop::TimerId>();
    loop.at(now, [&loop, cancel_second] { loop.cancel(*cancel_second); });
    second = loop.at(now, [&ran] { ran = true; });
    *cancel_second = second;
    loop.at(now, [&done] { done.set_value(); });
  });
  ASSERT_EQ(done.get_future().wait_for(must_happen), std::future_status::ready);
  EXPECT_FALSE(ran);
}

TEST(Loop, cancel_of_a_timer_that_ran_does_not_hit_a_later_one) {
  Loop loop;
  std::promise<void> first_ran;
  std::promise<void> second_ran;
  Loop::TimerId first = Loop::TimerId::none;
  on_loop(loop, [&] { first = loop.after(0ms, [&] { first_ran.set_value(); }); });
  ASSERT_EQ(first_ran.get_future().wait_for(must_happen), std::future_status::ready);
  on_loop(loop, [&] {
    loop.after(0ms, [&] { second_ran.set_value(); });
    loop.cancel(first);
    loop.cancel(Loop::TimerId::none);
    loop.cancel(static_cast<Loop::TimerId>(~std::uint64_t{0}));
  });
  EXPECT_EQ(second_ran.get_future().wait_for(must_happen), std::future_status::ready);
}

TEST(Loop, timer_in_the_past_runs_soon_but_not_at_once) {
  Loop loop;
  std::promise<void> done;
  bool ran = false;
  on_loop(loop, [&] {
    loop.at(Loop::Clock::time_point::min(), [&] {
      ran = true;
      done.set_value();
    });
    EXPECT_FALSE(ran);
  });
  EXPECT_EQ(done.get_future().wait_for(must_happen), std::future_status::ready);
}

TEST(Loop, timer_that_sets_itself_for_the_past_lets_others_run) {
  Loop loop;
  std::promise<void> done;
  std::function<void()> again = [&] { loop.at(Loop::Clock::time_point::min(), again); };
  on_loop(loop, [&] {
    again();
    loop.after(0ms, [&] { done.set_value(); });
  });
  EXPECT_EQ(done.get_future().wait_for(must_happen), std::future_status::ready);
  loop.stop();
}

TEST(Loop, what_came_while_a_handler_took_long_is_reported_before_the_timers_that_became_due) {
  Loop loop;
  Pair slow;
  Pair other;
  std::vector<const char*> order;
  std::promise<void> done;
  Handler on_other([&](int, unsigned) {
    other.read_near();
    order.push_back("descriptor");
  });
  Handler on_slow([&](int, unsigned) {
    slow.read_near();
    loop.after(1ms, [&] {
      order.push_back("timer");
      done.set_value();
    });
    other.send_from_far();
    const auto due = Loop::Clock::now() + 2ms;
    while (Loop::Clock::now() < due) {
    }
  });
  on_loop(loop, [&] {
    loop.watch(slow.near(), Loop::readable, on_slow);
    loop.watch(other.near(), Loop::readable, on_other);
  });
  slow.send_from_far();
  ASSERT_EQ(done.get_future().wait_for(must_happen), std::future_status::ready);
  loop.stop();
  EXPECT_EQ(order, (std::vector<const char*>{"descriptor", "timer"}));
}

TEST(Loop, longest_delay_never_passes) {
  Loop loop;
  bool ran = false;
  on_loop(loop, [&] { loop.after(Loop::Clock::duration::max(), [&] { ran = true; }); });
  std::promise<void> later;
  on_loop(loop, [&] { loop.after(2ms, [&] { later.set_value(); }); });
  ASSERT_EQ(later.get_future().wait_for(must_happen), std::future_status::ready);
  loop.stop();
  EXPECT_FALSE(ran);
}

TEST(Loop, many_timers_cancelled_at_random_leave_the_others_in_order) {
  Loop loop;
  std::vector<std::int64_t> order;
  std::promise<void> done;
  on_loop(loop, [&] {
    const auto start = Loop::Clock::now();
    std::vector<Loop::TimerId> timers;
    std::uint32_t random = 12345;
    for (int i = 0; i < 2000; ++i) {
      random = random * 1664525U + 1013904223U;
      const auto delay = std::chrono::microseconds(random >> 20);
      timers.push_back(loop.at(start + delay, [&order, delay] { order.push_back(delay.count()); }));
    }
    for (std::size_t i = 0; i < timers.size(); i += 2) loop.cancel(timers[i]);
    loop.at(start + 5ms, [&done] { done.set_value(); });
  });
  ASSERT_EQ(done.get_future().wait_for(must_happen), std::future_status::ready);
  loop.stop();
  EXPECT_EQ(order.size(), 1000U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(Loop, watch_reports_until_unwatched) {
  Loop loop;
  Pair pair;
  std::promise<void> third;
  int reports = 0;
  Handler handler([&](int fd, unsigned readiness) {
    EXPECT_EQ(readiness, Loop::readable);
    if (++reports < 3) return;  // Level-triggered: it stays readable.
    loop.unwatch(fd);
    third.set_value();
  });
  on_loop(loop, [&] { loop.watch(pair.near(), Loop::readable, handler); });
  pair.send_from_far();
  ASSERT_EQ(third.get_future().wait_for(must_happen), std::future_status::ready);
  on_loop(loop, [] {});
  loop.stop();
  EXPECT_EQ(reports, 3);
}

TEST(Loop, watch_again_replaces_what_was_watched) {
  Loop loop;
  Pair pair;
  std::promise<unsigned> seen;
  Handler first([](int, unsigned) { ADD_FAILURE() << "replaced"; });
  Handler second([&](int fd, unsigned readiness) {
    loop.unwatch(fd);
    seen.set_value(readiness);
  });
  on_loop(loop, [&] {
    loop.watch(pair.near(), Loop::writable, first);
    loop.watch(pair.near(), Loop::readable, second);
  });
  pair.send_from_far();
  auto future = seen.get_future();
  ASSERT_EQ(future.wait_for(must_happen), std::future_status::ready);
  EXPECT_EQ(future.get(), Loop::readable);
}

TEST(Loop, hang_up_is_reported_as_what_is_watched) {
  Loop loop;
  std::promise<unsigned> seen;
  auto pair = std::make_unique<std::array<int, 2>>();
  ASSERT_EQ(::pipe2(pair->data(), O_CLOEXEC), 0);
  Handler handler([&](int fd, unsigned readiness) {
    loop.unwatch(fd);
    seen.set_value(readiness);
  });
  on_loop(loop, [&] { loop.watch((*pair)[0], Loop::readable, handler); });
  ::close((*pair)[1]);
  auto future = seen.get_future();
  ASSERT_EQ(future.wait_for(must_happen), std::future_status::ready);
  EXPECT_EQ(future.get(), Loop::readable);
  ::close((*pair)[0]);
}

TEST(Loop, descriptor_unwatched_by_another_of_the_same_batch_is_not_reported) {
  Loop loop;
  Pair left;
  Pair right;
  left.send_from_far();
  right.send_from_far();
  int reports = 0;
  Handler handler([&](int, unsigned) {
    ++reports;
    loop.unwatch(left.near());
    loop.unwatch(right.near());
  });
  on_loop(loop, [&] {
    loop.watch(left.near(), Loop::readable, handler);
    loop.watch(right.near(), Loop::readable, handler);
  });
  on_loop(loop, [] {});
  on_loop(loop, [] {});
  loop.stop();
  EXPECT_EQ(reports, 1);
}

TEST(Loop, descriptor_number_that_comes_back_does_not_hear_of_the_old_one) {
  Loop loop;
  Pair left;
  Pair right;
  left.send_from_far();
  right.send_from_far();
  const int left_fd = left.near();
  const int right_fd = right.near();
  Pair silent;
  int stale = 0;
  Handler replacement([&](int, unsigned) { ++stale; });
  // Whichever comes first puts a silent socket in the other's place.
  Handler handler([&](int fd, unsigned) {
    const int other = fd == left_fd ? right_fd : left_fd;
    loop.unwatch(fd);
    loop.unwatch(other);
    ASSERT_EQ(::dup2(silent.near(), other), other);
    loop.watch(other, Loop::readable, replacement);
  });
  on_loop(loop, [&] {
    loop.watch(left_fd, Loop::readable, handler);
    loop.watch(right_fd, Loop::readable, handler);
  });
  on_loop(loop, [] {});
  on_loop(loop, [] {});
  loop.stop();
  EXPECT_EQ(stale, 0);
}

TEST(Loop, descriptor_closed_without_unwatch_can_be_watched_again_under_its_number) {
  Loop loop;
  Pair keep;
  std::promise<void> seen;
  Handler old([](int, unsigned) { ADD_FAILURE() << "closed"; });
  Handler handler([&](int fd, unsigned) {
    loop.unwatch(fd);
    seen.set_value();
  });
  int fd = -1;
  on_loop(loop, [&] {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    loop.watch(ends[0], Loop::readable, old);
    ::close(ends[0]);
    ::close(ends[1]);
    fd = ::dup2(keep.near(), ends[0]);
    loop.watch(fd, Loop::readable, handler);
  });
  keep.send_from_far();
  EXPECT_EQ(seen.get_future().wait_for(must_happen), std::future_status::ready);
  ::close(fd);
}

TEST(Loop, handler_that_throws_does_not_end_the_loop) {
  Loop loop;
  Pair pair;
  pair.send_from_far();
  ::testing::internal::CaptureStderr();
  Handler handler([&](int fd, unsigned) {
    loop.unwatch(fd);
    throw std::runtime_error("broken handler");
  });
  on_loop(loop, [&] { loop.watch(pair.near(), Loop::readable, handler); });
  on_loop(loop, [] {});
  on_loop(loop, [] {});
  EXPECT_NE(::testing::internal::GetCapturedStderr().find("broken handler"), std::string::npos);
}

TEST(Loop, round_is_the_same_for_work_that_runs_together_and_another_afterwards) {
  Loop loop;
  std::promise<void> blocked;
  std::promise<void> proceed;
  loop.post([&] {
    blocked.set_value();
    proceed.get_future().wait();
  });
  blocked.get_future().wait();
  std::vector<std::uint64_t> rounds;
  for (int i = 0; i < 3; ++i) loop.post([&] { rounds.push_back(loop.round()); });
  proceed.set_value();
  on_loop(loop, [] {});
  std::uint64_t later = 0;
  on_loop(loop, [&] { later = loop.round(); });
  ASSERT_EQ(rounds.size(), 3u);
  EXPECT_EQ(rounds[0], rounds[2]);
  EXPECT_GT(later, rounds[2]);
}

TEST(Loop, signals_of_the_process_go_to_other_threads) {
  Loop loop;
  sigset_t mask;
  on_loop(loop, [&] { pthread_sigmask(SIG_BLOCK, nullptr, &mask); });
  EXPECT_EQ(sigismember(&mask, SIGINT), 1);
  EXPECT_EQ(sigismember(&mask, SIGPIPE), 1);
  EXPECT_EQ(sigismember(&mask, SIGSEGV), 0);
}

}  // namespace
}  // namespace fastccg
