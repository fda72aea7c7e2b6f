#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <future>
#include <mutex>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "calling.hpp"
#include "exchange/observers.hpp"
#include "fastccg/fastccg.hpp"
#include "on_loop.hpp"
#include "sanitizers.hpp"

namespace fastccg {
namespace {

using namespace std::chrono_literals;
using testing::in_background;
using testing::text_event;
using testing::whole_answer;
using Kind = CallEvent::Kind;

/// Keeps what it hears.
class Recorder : public CallObserver {
 public:
  void on_event(const CallEvent& event) override {
    const std::lock_guard lock(mutex_);
    events_.push_back(event);
    threads_.push_back(std::this_thread::get_id());
    changed_.notify_all();
  }
  /// What was heard until so many calls have finished.
  std::vector<CallEvent> until_finished(std::size_t calls = 1) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 5s, [&] {
      return static_cast<std::size_t>(std::ranges::count(events_, Kind::finished, &CallEvent::kind)) >= calls;
    });
    return events_;
  }
  std::vector<CallEvent> heard() {
    const std::lock_guard lock(mutex_);
    return events_;
  }
  std::vector<Kind> kinds(std::size_t calls = 1) {
    std::vector<Kind> all;
    for (const auto& event : until_finished(calls)) all.push_back(event.kind);
    return all;
  }
  std::vector<std::thread::id> threads() {
    const std::lock_guard lock(mutex_);
    return threads_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<CallEvent> events_;
  std::vector<std::thread::id> threads_;
};

class Observed : public testing::Calling {
 protected:
  const std::shared_ptr<Recorder> recorder = std::make_shared<Recorder>();
};

TEST_F(Observed, whole_answer_is_told_from_start_to_end) {
  auto model = make_model();
  model.add_observer(recorder);
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 200, whole_answer("A"), {{"x-request-id", "req_1"}});
  const auto answer = reply.get().value();
  EXPECT_EQ(recorder->kinds(),
            (std::vector{Kind::started, Kind::attempt, Kind::first_byte, Kind::first_token, Kind::finished}));
  const auto last = recorder->until_finished().back();
  EXPECT_EQ(last.provider, "openai");
  EXPECT_EQ(last.model, "gpt-4o");
  EXPECT_EQ(last.attempt, 1);
  EXPECT_EQ(last.status, 200);
  EXPECT_EQ(last.request_id, "req_1");
  EXPECT_EQ(last.usage.input, 3);
  EXPECT_EQ(last.finish_reason, FinishReason::stop);
  EXPECT_EQ(last.error, std::nullopt);
  EXPECT_EQ(last.timings.total, answer.timings.total);
  EXPECT_EQ(last.cost, answer.cost);
  EXPECT_DOUBLE_EQ(last.cost.value(), cost(model.model_info(), answer.usage).value());
  EXPECT_GT(last.cost.value(), 0);
}

TEST_F(Observed, stream_counts_its_pieces) {
  auto model = make_model();
  model.add_observer(recorder);
  auto all = std::async(std::launch::async, [&] {
    for (const auto& chunk : model.ask_stream("Q")) static_cast<void>(chunk);
  });
  ASSERT_TRUE(server.wait_for_calls(1));
  server.begin_stream(0);
  server.send(0, ": thinking\n\n");
  server.send(0, text_event("a"));
  server.send(0, text_event("b") + text_event("c") + testing::end_events());
  all.get();
  EXPECT_EQ(recorder->kinds(),
            (std::vector{Kind::started, Kind::attempt, Kind::first_byte, Kind::first_token, Kind::finished}));
  EXPECT_TRUE(recorder->until_finished().back().stream);
  EXPECT_EQ(recorder->until_finished().back().pieces, 3u);
}

TEST_F(Observed, repeated_attempt_says_why_and_after_what_pause) {
  auto model = make_model();
  model.add_observer(recorder).retries(Retries().initial_delay(2ms));
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 503, "busy");
  ASSERT_TRUE(server.wait_for_calls(2));
  server.answer(1, 401, R"({"error":{"message":"bad key sk-test-canary-1","code":"invalid_api_key"}})");
  EXPECT_FALSE(reply.get());
  const auto events = recorder->until_finished();
  ASSERT_EQ(events.size(), 7u);
  EXPECT_EQ(events[3].kind, Kind::attempt_failed);
  EXPECT_EQ(events[3].status, 503);
  EXPECT_EQ(events[3].error->kind, ErrorKind::overloaded);
  EXPECT_GE(events[3].pause.value(), 1ms);
  EXPECT_EQ(events[4].kind, Kind::attempt);
  EXPECT_EQ(events[4].attempt, 2);
  EXPECT_EQ(events[6].error->kind, ErrorKind::authentication);
  EXPECT_EQ(events[6].error->body.find("canary"), std::string::npos) << "no event holds a key";
}

TEST_F(Observed, call_that_waits_for_its_turn_is_told_of) {
  set_rate_limits("openai", RateLimits().concurrent(1));
  auto model = make_model();
  auto first = in_background(model.ask_async("1"));
  ASSERT_TRUE(server.wait_for_calls(1));
  model.add_observer(recorder);
  auto second = in_background(model.ask_async("2"));
  for (int i = 0; i < 3; ++i) test::on_loop(fake.engine.loop(), [] {});
  std::this_thread::sleep_for(1ms);
  server.answer(0, 200, whole_answer("A"));
  ASSERT_TRUE(server.wait_for_calls(2));
  server.answer(1, 200, whole_answer("B"));
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(second.get());
  clear_rate_limits();
  const auto kinds = recorder->kinds();
  ASSERT_GE(kinds.size(), 2u);
  EXPECT_EQ(kinds[0], Kind::started);
  EXPECT_EQ(kinds[1], kinds.size() == 6 ? Kind::queued : Kind::attempt) << "it may have come after the first had ended";
}

TEST_F(Observed, cancelled_call_finishes_too) {
  auto model = make_model();
  model.add_observer(recorder);
  std::stop_source stop;
  auto reply = in_background(model.ask_async("Q").stop_token(stop.get_token()));
  ASSERT_TRUE(server.wait_for_calls(1));
  stop.request_stop();
  EXPECT_FALSE(reply.get());
  EXPECT_EQ(recorder->until_finished().back().error->kind, ErrorKind::cancelled);
}

TEST_F(Observed, observers_of_the_process_hear_of_every_model_until_they_are_removed) {
  add_observer(recorder);
  auto one = make_model();
  auto two = make_model();
  one.add_observer(recorder);
  std::size_t call = 0;
  for (auto* model : {&one, &two}) {
    auto reply = in_background(model->ask_async("Q"));
    ASSERT_TRUE(server.wait_for_calls(call + 1));
    server.answer(call++, 200, whole_answer("A"));
    EXPECT_TRUE(reply.get());
  }
  EXPECT_EQ(recorder->kinds(2).size(), 10u) << "once each, although it was added twice";
  EXPECT_NE(recorder->until_finished(2).front().call, recorder->until_finished(2).back().call);
  remove_observer(recorder);
  one.remove_observer(recorder);
  auto reply = in_background(one.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(3));
  server.answer(2, 200, whole_answer("A"));
  EXPECT_TRUE(reply.get());
  EXPECT_EQ(recorder->kinds(2).size(), 10u);
  EXPECT_THROW(add_observer(nullptr), UsageError);
}

class Thrower : public CallObserver {
 public:
  void on_event(const CallEvent&) override { throw std::runtime_error("an observer's own trouble"); }
};

TEST_F(Observed, what_an_observer_throws_hurts_nobody) {
  auto model = make_model();
  model.add_observer(std::make_shared<Thrower>()).add_observer(recorder);
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 200, whole_answer("A"));
  EXPECT_TRUE(reply.get());
  EXPECT_EQ(recorder->kinds().size(), 5u);
}

class Blocker : public CallObserver {
 public:
  void on_event(const CallEvent&) override { gate.get_future().wait(); }
  std::promise<void> gate;
};

TEST_F(Observed, observer_that_blocks_delays_no_call) {
  const auto blocker = std::make_shared<Blocker>();
  auto model = make_model();
  model.add_observer(blocker);
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 200, whole_answer("A"));
  EXPECT_TRUE(reply.get());
  model.remove_observer(blocker);
  blocker->gate.set_value();
}

TEST_F(Observed, observer_runs_on_no_thread_of_the_loop) {
  auto model = make_model();
  model.add_observer(recorder);
  std::thread::id loop;
  test::on_loop(fake.engine.loop(), [&] { loop = std::this_thread::get_id(); });
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 200, whole_answer("A"));
  EXPECT_TRUE(reply.get());
  recorder->until_finished();
  for (const auto& thread : recorder->threads()) EXPECT_NE(thread, loop);
}

/// Blocks in its first event until it may go on, then keeps what it hears.
class Slow : public Recorder {
 public:
  void on_event(const CallEvent& event) override {
    if (event.call == 1) {
      started.set_value();
      gate.get_future().wait();
    }
    Recorder::on_event(event);
  }
  std::promise<void> started;
  std::promise<void> gate;
};

TEST(ObserverQueue, what_an_observer_is_too_slow_for_is_lost_and_counted) {
  const auto slow = std::make_shared<Slow>();
  const auto queue = ObserverQueue::of(slow);
  CallEvent event;
  event.call = 1;
  queue->add(event);
  slow->started.get_future().wait();
  event.call = 2;
  for (int i = 0; i < 10'500; ++i) queue->add(event);
  slow->gate.set_value();
  ASSERT_TRUE(wait_for_observers(5s));
  queue->add(event);
  ASSERT_TRUE(wait_for_observers(5s));
  std::size_t lost = 0;
  for (const auto& heard : slow->heard()) lost += heard.lost;
  EXPECT_GE(lost, 500u);
}

TEST_F(Observed, finished_of_a_call_that_has_returned_can_be_waited_for) {
  auto model = make_model();
  model.add_observer(recorder);
  auto reply = in_background(model.ask_async("Q"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 200, whole_answer("A"));
  EXPECT_TRUE(reply.get());
  ASSERT_TRUE(wait_for_observers(5s));
  EXPECT_EQ(recorder->heard().back().kind, Kind::finished);
}

TEST_F(Observed, wait_for_an_observer_that_blocks_ends_in_time) {
  const auto blocker = std::make_shared<Blocker>();
  const auto queue = ObserverQueue::of(blocker);
  queue->add(CallEvent());
  EXPECT_FALSE(wait_for_observers(1ms));
  EXPECT_FALSE(wait_for_observers(-1ms));
  blocker->gate.set_value();
  EXPECT_TRUE(wait_for_observers(std::chrono::milliseconds::max()));
}

/// Waits for all observers, as it should not.
class Waiting : public CallObserver {
 public:
  void on_event(const CallEvent&) override { waited.set_value(wait_for_observers(5s)); }
  std::promise<bool> waited;
};

TEST(ObserverQueue, observer_does_not_wait_for_itself) {
  const auto waiting = std::make_shared<Waiting>();
  ObserverQueue::of(waiting)->add(CallEvent());
  EXPECT_TRUE(waiting->waited.get_future().get());
}

TEST(ObserverQueue, child_of_a_fork_goes_on_although_the_observer_was_running) {
  if (testing::has_sanitizer("thread")) GTEST_SKIP() << "this sanitizer lets no child of a fork start threads";
  const auto slow = std::make_shared<Slow>();
  const auto queue = ObserverQueue::of(slow);
  CallEvent event;
  event.call = 1;
  queue->add(event);
  slow->started.get_future().wait();
  event.call = 2;
  queue->add(event);
  const auto child = ::fork();
  if (child == 0) {
    event.call = 3;
    queue->add(event);
    const bool told = wait_for_observers(5s);
    const auto heard = slow->heard();
    ::_exit(told && heard.size() == 1 && heard.front().call == 3 ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  slow->gate.set_value();
  ASSERT_TRUE(wait_for_observers(5s));
  EXPECT_EQ(slow->heard().size(), 2u);
}

TEST(ObserverQueue, observer_has_one_queue_wherever_it_was_added) {
  const auto observer = std::make_shared<Recorder>();
  EXPECT_EQ(ObserverQueue::of(observer), ObserverQueue::of(observer));
}

}  // namespace
}  // namespace fastccg
