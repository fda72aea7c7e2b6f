#include "exchange/wakes.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>

#include "on_loop.hpp"

namespace fastccg {
namespace {

using namespace std::chrono_literals;
using test::on_loop;

constexpr auto must_happen = 10s;

/// Writes its name into a log, and gives up its promise.
class Named final : public Sleeper {
 public:
  Named(std::string& log, char name) : log_(log), name_(name) {}
  void wake() override {
    log_ += name_;
    if (log_.find(name_) == log_.size() - 1) woken_.set_value();
  }
  bool wait() { return woken_.get_future().wait_for(must_happen) == std::future_status::ready; }

 private:
  std::string& log_;
  const char name_;
  std::promise<void> woken_;
};

class WakesTest : public ::testing::Test {
 protected:
  std::shared_ptr<Named> sleeper(char name) { return std::make_shared<Named>(log_, name); }
  std::string log() {
    std::string copy;
    on_loop(loop_, [&] { copy = log_; });
    return copy;
  }
  void TearDown() override { loop_.stop(); }

  std::string log_;  // of the loop's thread
  Loop loop_;
  Wakes wakes_{loop_};
};

TEST_F(WakesTest, add_wakes_all_at_the_end_of_the_round_in_order) {
  const auto a = sleeper('a');
  const auto b = sleeper('b');
  on_loop(loop_, [&] {
    wakes_.add(a);
    wakes_.add(b);
    EXPECT_EQ(log_, "");
  });
  ASSERT_TRUE(b->wait());
  EXPECT_EQ(log(), "ab");
}

TEST_F(WakesTest, gather_after_a_quiet_time_needs_no_timer) {
  const auto a = sleeper('a');
  std::promise<std::string> seen;
  on_loop(loop_, [&] {
    wakes_.gather(a);
    loop_.post([&] { seen.set_value(log_); });
  });
  EXPECT_EQ(seen.get_future().get(), "a") << "what is posted next sees it awake";
}

TEST_F(WakesTest, gather_soon_after_a_wake_waits_and_then_wakes_all_together) {
  const auto a = sleeper('a');
  const auto b = sleeper('b');
  const auto c = sleeper('c');
  on_loop(loop_, [&] { wakes_.add(a); });
  ASSERT_TRUE(a->wait());
  on_loop(loop_, [&] {
    wakes_.gather(b);
    wakes_.gather(c);
  });
  ASSERT_TRUE(c->wait());
  EXPECT_EQ(log(), "abc");
}

TEST_F(WakesTest, add_takes_those_along_that_were_gathered) {
  const auto a = sleeper('a');
  const auto b = sleeper('b');
  on_loop(loop_, [&] {
    wakes_.gather(a);
    wakes_.add(b);
  });
  ASSERT_TRUE(b->wait());
  EXPECT_EQ(log(), "ab");
}

TEST_F(WakesTest, add_while_the_loop_stops_wakes_all_the_same) {
  const auto a = sleeper('a');
  // The last timer to be dropped runs nothing, but what its work holds is destroyed when the loop takes no more posts.
  class AddsAtTheEnd {
   public:
    AddsAtTheEnd(Wakes& wakes, std::shared_ptr<Sleeper> sleeper) : wakes_(wakes), sleeper_(std::move(sleeper)) {}
    AddsAtTheEnd(const AddsAtTheEnd&) = delete;
    AddsAtTheEnd& operator=(const AddsAtTheEnd&) = delete;
    ~AddsAtTheEnd() { wakes_.add(sleeper_); }

   private:
    Wakes& wakes_;
    std::shared_ptr<Sleeper> sleeper_;
  };
  auto last = std::make_shared<AddsAtTheEnd>(wakes_, a);
  on_loop(loop_, [&] { loop_.after(1h, [last] {}); });
  last.reset();
  loop_.stop();
  EXPECT_EQ(log_, "a");
}

}  // namespace
}  // namespace fastccg
