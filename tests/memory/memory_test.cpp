// Every allocation on the loop's thread, or the pool's, fails once, one in each call: whatever it was for, the call ends,
// the conversation has the turn or has it not, and the next call works.

#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <future>
#include <string>

#include "exchange/engine.hpp"
#include "fastccg/fastccg.hpp"
#include "scarce_memory.hpp"
#include "temporary_folder.hpp"

namespace fastccg {
namespace {

using namespace std::chrono_literals;
using namespace testing::scarce_memory;

constexpr const char* question = "Does this text, which is longer than what a string holds by itself, come back?";

/// Lets allocations fail: the first one, in the next round the second one, and so on.
class Failures {
 public:
  ~Failures() { left = -1; }
  /// Whether there is another one to fail.
  bool next() const { return due_; }
  void begin() { left = at_++; }
  void end() { due_ = left.exchange(-1) < 0; }
  long count() const { return at_ - 1; }

 private:
  long at_ = 0;
  bool due_ = true;
};

class OutOfMemory : public ::testing::Test {
 protected:
  void SetUp() override {
    here = Thread::test;
    failing = Thread::loop;
    std::promise<void> marked;
    Engine::shared().loop().post([&] {
      here = Thread::loop;
      marked.set_value();
    });
    marked.get_future().wait();
    model().ask(question);  // what is allocated once and kept, is
  }
  void TearDown() override { EXPECT_GT(failures.count(), 10) << "nothing was made to fail"; }

  static Model model() {
    auto made = init_model(models::mock_model);
    // Where nobody can hear of the failure, a deadline ends the call.
    made.timeouts(Timeouts().total(50ms)).retries(Retries().attempts(1));
    return made;
  }

  Failures failures;
};

TEST_F(OutOfMemory, call_ends_and_its_turn_is_in_history_and_journal_or_in_neither) {
  const testing::TemporaryFolder folder;
  while (failures.next()) {
    SCOPED_TRACE(failures.count());
    const auto path = folder.file("journal" + std::to_string(failures.count()));
    auto asked = model();
    asked.autosave(path);
    failures.begin();
    const auto result = asked.ask_async(question).as_result();
    failures.end();
    EXPECT_EQ(asked.get_history().size(), result ? 2U : 0U);
    asked.timeouts(Timeouts()).ask(question);
    EXPECT_EQ(load_model(path).get_history(), asked.get_history());
  }
}

TEST_F(OutOfMemory, turn_that_could_not_be_written_is_written_with_the_next_one) {
  const testing::TemporaryFolder folder;
  failing = Thread::pool;
  while (failures.next()) {
    SCOPED_TRACE(failures.count());
    const auto path = folder.file("journal" + std::to_string(failures.count()));
    auto asked = init_model(models::mock_model);
    asked.autosave(path);
    failures.begin();
    asked.ask(question);
    failures.end();
    asked.ask(question);
    EXPECT_EQ(asked.get_history().size(), 4U);
    EXPECT_EQ(load_model(path).get_history(), asked.get_history());
  }
}

TEST_F(OutOfMemory, stream_ends_and_the_next_call_works) {
  while (failures.next()) {
    SCOPED_TRACE(failures.count());
    auto asked = model();
    auto stream = asked.ask_stream(question);
    failures.begin();
    try {
      while (stream.wait_next()) continue;
    } catch (const std::exception&) {
    }
    failures.end();
    const auto messages = asked.get_history().size();
    EXPECT_TRUE(messages == 0 || messages == 2);
    asked.timeouts(Timeouts()).ask(question);
    EXPECT_EQ(asked.get_history().size(), messages + 2);
  }
}

TEST_F(OutOfMemory, embedding_ends_and_the_next_one_works) {
  auto embedder = init_embedding("mock/mock-embedding");
  while (failures.next()) {
    SCOPED_TRACE(failures.count());
    embedder.timeouts(Timeouts().total(50ms)).retries(Retries().attempts(1));
    auto operation = embedder.embed_async({"one", "two"});
    failures.begin();
    (void)std::move(operation).as_result();
    failures.end();
    EXPECT_EQ(embedder.timeouts(Timeouts()).embed({"one", "two"}).size(), 2U);
  }
}

}  // namespace
}  // namespace fastccg
