// Conversations under whatever may happen to them at the same time. FASTCCG_PROPERTY_RUNS=N makes N runs instead of the
// default; FASTCCG_PROPERTY_SEED=N begins with that one, so that a run that failed is made again with
// FASTCCG_PROPERTY_RUNS=1.

#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "actor.hpp"
#include "services.hpp"

namespace fastccg::property {
namespace {

constexpr std::uint64_t default_runs = 100;

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

class Conversations : public ::testing::Test {
 protected:
  Conversations()
      : folder((std::filesystem::temp_directory_path() / ("fastccg_property_" + std::to_string(::getpid()))).string()) {
    std::filesystem::create_directory(folder);
  }
  ~Conversations() override { std::filesystem::remove_all(folder); }

  Model model_of(const testing::Service& service) {
    return init_model(service.model, ApiKey("sk-property"), service.endpoint(simulator.url()));
  }

  /// Whatever the provider, it takes this conversation and another question.
  void expect_all_accept(const std::vector<Message>& history) {
    for (const auto& service : testing::services) {
      auto model = model_of(service);
      for (const auto& message : history) model.append_prompt(message);
      const auto result = model.ask_async("say yes", quick_settings()).as_result();
      EXPECT_TRUE(result) << service.name << ": " << result.error().describe();
      EXPECT_NE(result ? result->content.find("yes") : std::string::npos, std::string::npos);
    }
  }

  /// The simulator has refused nothing but what it was told to refuse.
  void expect_no_refusals() {
    for (const auto& request : simulator.requests())
      EXPECT_TRUE(request.status == 200 || !request.faults.empty()) << request.target << "\n" << request.body;
    simulator.clear_requests();
  }

  void run_once(std::uint64_t seed) {
    Random random(seed);
    const auto& service = testing::services[random.below(testing::services.size())];
    World world(model_of(service), service.endpoint(simulator.url()));
    std::vector<Actor> actors;
    for (unsigned i = 0, count = 1 + random.below(4); i < count; ++i)
      actors.emplace_back(world, "t" + std::to_string(i), folder, random.next());
    const auto steps = 3 + random.below(6);

    std::vector<std::future<void>> threads;
    for (auto& actor : actors)
      threads.push_back(std::async(std::launch::async, [&actor, steps] {
        for (unsigned i = 0; i < steps; ++i) actor.step();
      }));
    for (auto& thread : threads) {
      try {
        thread.get();
      } catch (const std::exception& error) {
        ADD_FAILURE() << error.what();
      }
    }
    try {
      world.check();
    } catch (const Broken& error) {
      ADD_FAILURE() << "in the end " << error.what();
    }
    expect_all_accept(world.model.get_history());
    expect_no_refusals();
    if (!HasFailure()) return;
    std::string story;
    for (const auto& actor : actors) story += actor.story();
    FAIL() << "FASTCCG_PROPERTY_SEED=" << seed << ", " << service.name << "\n" << story;
  }

  std::string folder;
  Simulator simulator;
};

TEST_F(Conversations, hold_exactly_what_was_promised_and_can_be_sent_to_every_provider) {
  const auto first = number_from("FASTCCG_PROPERTY_SEED", 1);
  const auto runs = number_from("FASTCCG_PROPERTY_RUNS", default_runs);
  for (auto seed = first; seed < first + runs && !HasFailure(); ++seed) run_once(seed);
}

TEST_F(Conversations, go_on_when_their_model_is_destroyed) {
  for (const auto& service : testing::services) {
    auto model = std::make_optional(model_of(service));
    auto stream = model->ask_stream("say one two three", quick_settings());
    const auto* first = stream.wait_next();
    ASSERT_NE(first, nullptr) << service.name;
    std::string read = first->content;
    auto unread = model->ask_stream("say four", quick_settings());
    auto operation = model->ask_async("say five", quick_settings());
    auto dropped = std::make_optional(model->ask_stream("say six", quick_settings()));
    dropped->wait_next();
    model.reset();
    dropped.reset();
    while (const auto* chunk = stream.wait_next()) read += chunk->content;
    EXPECT_EQ(read, "one two three");
    EXPECT_EQ(unread.response().content, "four");
    EXPECT_EQ(operation.get().content, "five");
  }
  EXPECT_TRUE(simulator.wait_for_requests(4 * testing::services.size()));
}

TEST_F(Conversations, can_be_sent_after_a_filter_has_left_nothing_of_an_answer) {
  for (const auto& service : testing::services) {
    auto model = model_of(service);
    model.reply_filter([](const std::string&) { return std::string(); });
    EXPECT_EQ(model.ask("say one", quick_settings()).content, "");
    EXPECT_EQ(model.ask_stream("say two", quick_settings()).response().content, "");
    model.reply_filter(nullptr);
    EXPECT_NE(model.ask("say three", quick_settings()).content.find("three"), std::string::npos);
    EXPECT_EQ(model.get_history().size(), 6u);
    expect_all_accept(model.get_history());
  }
  expect_no_refusals();
}

TEST_F(Conversations, can_be_sent_after_a_stream_was_abandoned_in_its_first_blanks) {
  Simulator blanks(SimulatorOptions().script(R"([{"match": "blanks", "reply": {"text": "\n\n and words"}}])"));
  for (const auto& service : testing::services) {
    auto model = init_model(service.model, ApiKey("sk-property"), service.endpoint(blanks.url()));
    model.ask_stream("blanks", quick_settings()).wait_next();
    ASSERT_EQ(model.get_history().size(), 2u);
    EXPECT_EQ(model.get_history()[1].text().find_first_not_of(" \n"), std::string::npos) << "it was blank so far";
    expect_all_accept(model.get_history());
  }
  expect_no_refusals();
}

TEST_F(Conversations, can_be_sent_when_several_wait_for_the_results_of_their_tools) {
  const Tool weather("get_weather", "tells the weather",
                     R"({"type":"object","properties":{"city":{"type":"string"}}})");
  const auto settings = quick_settings().tools({weather});
  for (const auto& service : testing::services) {
    SCOPED_TRACE(service.name);
    auto model = model_of(service);
    const auto replies = run(fastccg::gather(model.ask_async("get_weather in Oslo", settings),
                                             model.ask_async("get_weather in Paris", settings)));
    for (const auto* reply : {&std::get<0>(replies), &std::get<1>(replies)}) {
      ASSERT_EQ(reply->tool_calls().size(), 1u);
      const auto answer = model.ask_async(ToolResult(reply->tool_calls()[0].id, "sun"), settings).as_result();
      ASSERT_TRUE(answer) << answer.error().describe();
      EXPECT_NE(answer->content.find("sun"), std::string::npos);
    }
    EXPECT_EQ(model.get_history().size(), 8u);
    EXPECT_EQ(model.ask("say yes", settings).content, "yes");
  }
  expect_no_refusals();
}

}  // namespace
}  // namespace fastccg::property
