// What callers get when the service misbehaves, where more is to be said of it than the matrix in tests/faults says.

#include <gtest/gtest.h>

#include <future>
#include <string>
#include <vector>

#include "fastccg/fastccg.hpp"
#include "fastccg/simulator.hpp"

namespace fastccg {
namespace {

using namespace std::chrono_literals;

constexpr const char* canary = "sk-canary-0123456789";

class StreamFaults : public ::testing::Test {
 protected:
  Model model_against(Simulator& simulator) {
    return init_model(models::gpt_4o, ApiKey(canary), Endpoint().base_url(simulator.url() + "/v1"));
  }
  std::string story(Simulator& simulator) {
    return model_against(simulator).ask_stream("Tell me a story about a robot who learns to paint.").response().content;
  }
};

TEST_F(StreamFaults, bytes_split_anywhere_make_the_same_answer) {
  Simulator plain;
  Simulator split(SimulatorOptions().fault(Fault("split;max=3")));
  const auto whole = story(plain);
  EXPECT_GT(whole.size(), 200u);
  EXPECT_EQ(story(split), whole);
}

TEST_F(StreamFaults, heartbeats_wrong_content_type_and_a_missing_end_mark_do_no_harm) {
  Simulator plain;
  const auto whole = story(plain);
  for (const auto* fault : {"heartbeats;count=3", "content-type;value=text/plain", "missing-terminator", "close"}) {
    Simulator simulator(SimulatorOptions().fault(Fault(fault)));
    EXPECT_EQ(story(simulator), whole) << fault;
  }
}

TEST_F(StreamFaults, error_inside_a_stream_that_began_well_keeps_what_was_said) {
  Simulator simulator(SimulatorOptions().fault(Fault("error-event;events=8")));
  auto model = model_against(simulator);
  auto stream = model.ask_stream("Tell me a story about a robot who learns to paint.");
  std::string read;
  try {
    while (const auto* chunk = stream.wait_next()) read += chunk->content;
    FAIL();
  } catch (const APIRequestFailed& error) {
    EXPECT_EQ(error.kind(), ErrorKind::server);
    EXPECT_EQ(error.error().partial, read);
  }
  EXPECT_FALSE(read.empty());
  EXPECT_EQ(simulator.request_count(), 1u) << "nothing is repeated once output has reached the caller";
  EXPECT_EQ(model.get_history().at(1).text(), read);
}

TEST_F(StreamFaults, malformed_event_is_a_protocol_error) {
  Simulator simulator(SimulatorOptions().fault(Fault("malformed-event;events=8")));
  EXPECT_THROW(story(simulator), ProtocolError);
}

TEST_F(StreamFaults, endless_stream_ends_when_it_is_abandoned) {
  Simulator simulator(SimulatorOptions().fault(Fault("endless")));
  auto model = model_against(simulator);
  {
    auto stream = model.ask_stream("Tell me a story about a robot who learns to paint.");
    for (int i = 0; i < 2000; ++i) ASSERT_NE(stream.wait_next(), nullptr);
  }
  EXPECT_TRUE(simulator.wait_for_open_connections(0));
  EXPECT_EQ(model.get_history().size(), 2u);
}

TEST_F(StreamFaults, announced_delay_is_waited_for_and_the_call_then_succeeds) {
  Simulator simulator(SimulatorOptions().fault(Fault("rate-limit;retry-after-ms=120;first=1")));
  const auto start = std::chrono::steady_clock::now();
  const auto reply = model_against(simulator).ask("What is the capital of Australia?");
  EXPECT_GE(std::chrono::steady_clock::now() - start, 120ms);
  EXPECT_EQ(reply.attempts, 2);
}

TEST_F(StreamFaults, refused_connections_are_retried) {
  Simulator simulator;
  simulator.refuse_connections(true);
  auto model = model_against(simulator);
  model.retries(Retries().attempts(2).initial_delay(1ms));
  try {
    model.ask("hello");
    FAIL();
  } catch (const ConnectionFailed& error) {
    EXPECT_EQ(error.error().attempts, 2);
  }
  simulator.refuse_connections(false);
  EXPECT_FALSE(model.ask("hello").content.empty());
}

TEST_F(StreamFaults, hundreds_of_streams_at_once_each_get_their_own_answer) {
  Simulator simulator;
  auto model = model_against(simulator);
  std::vector<Stream> streams;
  for (int i = 0; i < 300; ++i) streams.push_back(model.ask_stream("number " + std::to_string(i) + "."));
  const auto read = [](Stream stream) -> Task<std::string> {
    std::string text;
    while (auto chunk = co_await stream.next()) text += chunk->content;
    co_return text;
  };
  std::vector<Task<std::string>> tasks;
  for (auto& stream : streams) tasks.push_back(read(std::move(stream)));
  const auto texts = run(gather(std::move(tasks)));
  for (std::size_t i = 0; i < texts.size(); ++i)
    EXPECT_NE(texts[i].find("number " + std::to_string(i) + "."), std::string::npos) << texts[i];
  const auto history = model.get_history();
  ASSERT_EQ(history.size(), 600u);
  for (std::size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(history[2 * i + 1].text(), texts[i]);
}

}  // namespace
}  // namespace fastccg
