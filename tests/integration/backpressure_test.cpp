// Streams that nobody reads: they hold little, they keep nobody else from going on, and they are all there later.

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "fastccg/fastccg.hpp"
#include "fastccg/simulator.hpp"
#include "process.hpp"
#include "sanitizers.hpp"

namespace fastccg {
namespace {

using namespace std::chrono_literals;
using testing::held_now;
using testing::memory_tells;

Model model_against(const Simulator& simulator) {
  auto model = init_model(models::gpt_4o, ApiKey("sk-canary-0123456789"), Endpoint().base_url(simulator.url() + "/v1"));
  model.settings(Settings().limits(Limits().unread(16 * 1024)));
  return model;
}

std::vector<Stream> begin(Model& model, std::size_t count, const std::string& question) {
  std::vector<Stream> streams;
  for (std::size_t i = 0; i < count; ++i) {
    streams.push_back(model.ask_stream(question));
    streams.back().wait_next();
  }
  return streams;
}

/// Waits until the process has not grown for a while. Returns false if it goes on growing.
bool wait_until_it_rests() {
  auto before = held_now().resident_mib;
  for (int round = 0; round < 100; ++round) {
    std::this_thread::sleep_for(200ms);
    const auto now = held_now().resident_mib;
    if (now < before + 0.5) return true;
    before = now;
  }
  return false;
}

TEST(Backpressure, streams_without_end_that_nobody_reads_hold_bounded_memory) {
  constexpr std::size_t count = 100;
  Simulator simulator(SimulatorOptions().fault(Fault("endless;path=/v1")));
  Simulator other;
  auto model = model_against(simulator);
  const auto before = held_now().resident_mib;
  {
    const auto streams = begin(model, count, "Tell me a story about a robot who learns to paint.");
    EXPECT_TRUE(wait_until_it_rests());
    // Unread chunks, what the transport has read at once, and the connection; on both sides of it.
    if (memory_tells()) {
      EXPECT_LT(held_now().resident_mib - before, count * 0.25);
    }
    EXPECT_EQ(model_against(other).ask("say yes").content, "yes") << "others go on meanwhile";
  }
  EXPECT_TRUE(simulator.wait_for_open_connections(0));
}

TEST(Backpressure, streams_that_were_left_unread_are_whole_when_they_are_read) {
  Simulator simulator;
  auto model = model_against(simulator);
  const auto whole = model.ask("count to 1500").content;
  ASSERT_GT(whole.size(), 5000u);
  auto streams = begin(model, 60, "count to 1500");
  EXPECT_TRUE(wait_until_it_rests());
  for (auto& stream : streams) EXPECT_EQ(stream.response().content, whole);
  EXPECT_EQ(model.get_history().size(), 2 * (streams.size() + 1));
}

}  // namespace
}  // namespace fastccg
