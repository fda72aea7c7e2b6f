// What callers get when the service misbehaves: the error, the history, and that the next call works.

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

class Case {
 public:
  Case(const char* fault_, ErrorKind whole_, ErrorKind streamed_) : fault(fault_), whole(whole_), streamed(streamed_) {}

  const char* fault;
  ErrorKind whole;
  ErrorKind streamed;
};

std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.fault; }

class Faults : public ::testing::TestWithParam<Case> {
 protected:
  Faults() : model(init_model(models::gpt_4o, ApiKey(canary), Endpoint().base_url(simulator.url() + "/v1"))) {
    model.settings(Settings()
                       .timeouts(Timeouts().first_byte(300ms).idle(150ms).connect(1s))
                       .retries(Retries().attempts(1))
                       .limits(Limits().event(1 << 20).headers(1 << 16).body(4 << 20)));
    simulator.set_faults({Fault(GetParam().fault).with("first", 1)});
  }

  void expect_sound(const Error& error) {
    EXPECT_EQ(error.describe().find("canary"), std::string::npos);
    EXPECT_EQ(error.body.find("canary"), std::string::npos);
    EXPECT_EQ(error.provider, "openai");
    EXPECT_EQ(error.attempts, 1);
    EXPECT_EQ(error.kind == ErrorKind::timeout, error.deadline.has_value());
    EXPECT_FALSE(error.describe().empty());
  }
  void expect_next_call_works() {
    EXPECT_NE(model.ask("What is the capital of Australia?").content.find("Canberra"), std::string::npos);
  }

  Simulator simulator;
  Model model;
};

TEST_P(Faults, whole_answer) {
  const auto result = model.ask_async("Tell me a story about a robot who learns to paint.").as_result();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, GetParam().whole) << result.error().describe();
  expect_sound(result.error());
  EXPECT_TRUE(model.get_history().empty());
  expect_next_call_works();
}

TEST_P(Faults, streamed_answer) {
  auto stream = model.ask_stream("Tell me a story about a robot who learns to paint.");
  std::string read;
  try {
    while (const auto* chunk = stream.wait_next()) read += chunk->content;
    FAIL() << "the stream ended as if nothing had happened";
  } catch (const FastCCGError& error) {
    EXPECT_EQ(error.kind(), GetParam().streamed) << error.what();
    expect_sound(error.error());
    EXPECT_EQ(error.error().partial, read);
  }
  const auto history = model.get_history();
  ASSERT_EQ(history.size(), read.empty() ? 0u : 2u);
  EXPECT_EQ(read.empty() ? "" : history.at(1).text(), read);
  expect_next_call_works();
}

INSTANTIATE_TEST_SUITE_P(
    Simulated, Faults,
    ::testing::Values(Case("status;code=400", ErrorKind::invalid_request, ErrorKind::invalid_request),
                      Case("status;code=401", ErrorKind::authentication, ErrorKind::authentication),
                      Case("status;code=403", ErrorKind::permission, ErrorKind::permission),
                      Case("status;code=404", ErrorKind::model_unavailable, ErrorKind::model_unavailable),
                      Case("status;code=500", ErrorKind::server, ErrorKind::server),
                      Case("status;code=502;html=1", ErrorKind::server, ErrorKind::server),
                      Case("status;code=503", ErrorKind::overloaded, ErrorKind::overloaded),
                      Case("rate-limit;retry-after=2", ErrorKind::rate_limited, ErrorKind::rate_limited),
                      Case("quota", ErrorKind::quota_exhausted, ErrorKind::quota_exhausted),
                      Case("context-length", ErrorKind::context_too_long, ErrorKind::context_too_long),
                      Case("stall-before-headers", ErrorKind::timeout, ErrorKind::timeout),
                      Case("stall-mid-stream;bytes=700", ErrorKind::timeout, ErrorKind::timeout),
                      Case("reset-before-headers", ErrorKind::connection, ErrorKind::connection),
                      Case("reset-in-body;bytes=700", ErrorKind::connection, ErrorKind::connection),
                      Case("truncate;bytes=700", ErrorKind::stream_truncated, ErrorKind::stream_truncated),
                      Case("huge-event;bytes=8000000", ErrorKind::protocol, ErrorKind::protocol),
                      Case("huge-header;bytes=1000000", ErrorKind::protocol, ErrorKind::protocol),
                      Case("early-response;code=413", ErrorKind::invalid_request, ErrorKind::invalid_request),
                      Case("garbage;bytes=256", ErrorKind::protocol, ErrorKind::protocol)),
    [](const auto& info) {
      std::string name = info.param.fault;
      for (auto& c : name)
        if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
      return name;
    });

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
