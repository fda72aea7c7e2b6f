// The programs that the project starts from, as users write them.

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <sstream>
#include <string>
#include <vector>

#include "environment.hpp"
#include "fastccg/fastccg.hpp"
#include "fastccg/simulator.hpp"

namespace fastccg {
namespace {

using namespace std::chrono_literals;
using testing::EnvironmentVariable;

class Programs : public ::testing::Test {
 protected:
  Programs() { clear_keys(); }
  ~Programs() override { clear_keys(); }

  Simulator simulator;
  EnvironmentVariable base_url{"OPENAI_BASE_URL", simulator.url() + "/v1"};
  EnvironmentVariable no_key{"OPENAI_API_KEY", std::nullopt};
};

Task<std::vector<std::string>> conversation(Model& model) {
  auto [light, capital] = co_await gather(model.ask_async("What is the speed of light?"),
                                          model.ask_async("What is the capital of Australia?"));
  std::vector<std::string> texts{light.content, capital.content};
  auto story = model.ask_stream("Tell me a short story about a robot who learns to paint.");
  while (auto chunk = co_await story.next()) texts.push_back(chunk->content);
  co_return texts;
}

TEST_F(Programs, many_prompts_at_once_then_a_stream_then_a_session) {
  const auto key = add_openai_key("sk-canary-0123456789");
  auto model = init_model(models::gpt_4o, key);
  const auto texts = run(conversation(model));
  EXPECT_NE(texts.at(0).find("299,792,458"), std::string::npos);
  EXPECT_NE(texts.at(1).find("Canberra"), std::string::npos);
  EXPECT_GT(texts.size(), 20u) << "the story comes in pieces";

  const auto path =
      std::filesystem::temp_directory_path() / ("fastccg_programs_" + std::to_string(::getpid()) + ".json");
  model.save(path);
  std::stringstream saved;
  saved << std::ifstream(path).rdbuf();
  EXPECT_EQ(saved.str().find("canary"), std::string::npos) << "the key is not in the file";
  EXPECT_EQ(std::filesystem::status(path).permissions() & std::filesystem::perms::all,
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);

  auto loaded = load_model(path, key);
  std::filesystem::remove(path);
  EXPECT_EQ(loaded.get_history(), model.get_history());
  const auto reply = loaded.ask("Based on our previous conversation, what was my last question?");
  EXPECT_NE(reply.content.find("robot who learns to paint"), std::string::npos) << reply.content;
  std::string rest;
  for (const auto& chunk : loaded.ask_stream("And without coroutines?")) rest += chunk.content;
  EXPECT_EQ(loaded.get_history().back().text(), rest);
  EXPECT_EQ(loaded.get_history().size(), 10u);
}

TEST_F(Programs, prompts_gathered_are_under_way_at_the_same_time) {
  simulator.set_faults({Fault("stall-before-headers;path=/chat/completions")});
  auto model = init_model(models::gpt_4o, ApiKey("sk-canary-0123456789"));
  std::stop_source stop;
  auto both = std::async(std::launch::async, [&] {
    return run(gather(model.ask_async("one").stop_token(stop.get_token()),
                      model.ask_async("two").stop_token(stop.get_token())));
  });
  EXPECT_TRUE(simulator.wait_for_requests(2)) << "the second is sent while the first is not answered";
  stop.request_stop();
  EXPECT_THROW(both.get(), Cancelled);
  EXPECT_TRUE(simulator.wait_for_open_connections(0)) << "who cancels hangs up";
}

TEST_F(Programs, connections_are_used_again) {
  auto model = init_model(models::gpt_4o, ApiKey("sk-canary-0123456789"));
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(model.ask("hello").content.empty());
    EXPECT_FALSE(model.ask_stream("hello").response().content.empty());
  }
  EXPECT_EQ(simulator.connection_count(), 1u);
}

TEST_F(Programs, key_comes_from_the_argument_then_from_what_was_added_then_from_the_environment) {
  EnvironmentVariable from_environment("OPENAI_API_KEY", "sk-environment");
  const auto key_sent = [&](Model model) {
    EXPECT_FALSE(model.ask("hello").content.empty());
    return std::string(simulator.requests().back().header("authorization"));
  };
  EXPECT_EQ(key_sent(init_model(models::gpt_4o)), "Bearer sk-environment");
  add_openai_key("sk-added");
  EXPECT_EQ(key_sent(init_model(models::gpt_4o)), "Bearer sk-added");
  EXPECT_EQ(key_sent(init_model("openai/gpt-4o", ApiKey("sk-argument"))), "Bearer sk-argument");
}

TEST_F(Programs, missing_key_is_an_error_that_says_where_to_put_one) {
  try {
    init_model(models::gpt_4o);
    FAIL();
  } catch (const MissingKey& error) {
    EXPECT_NE(std::string(error.what()).find("OPENAI_API_KEY"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("add_key(\"openai\""), std::string::npos);
  }
}

TEST_F(Programs, model_need_not_be_listed) {
  auto model = init_model("openai/model-of-tomorrow", ApiKey("sk-canary-0123456789"));
  EXPECT_FALSE(model.ask("hello").content.empty());
  EXPECT_FALSE(model.model_info().listed);
}

TEST_F(Programs, unknown_provider_and_nonsense_names_are_refused) {
  EXPECT_THROW(init_model("nobody/model", ApiKey("sk-canary-0123456789")), UsageError);
  EXPECT_THROW(init_model("gpt-4o", ApiKey("sk-canary-0123456789")), UsageError);
  EXPECT_THROW(init_model("", ApiKey("sk-canary-0123456789")), UsageError);
}

TEST_F(Programs, key_does_not_go_over_plain_http_to_another_host_unless_allowed) {
  const ApiKey key("sk-canary-0123456789");
  const auto elsewhere = Endpoint().base_url("http://example.invalid/v1");
  EXPECT_THROW(init_model(models::gpt_4o, key, elsewhere), UsageError);
  EXPECT_NO_THROW(init_model(models::gpt_4o, key, Endpoint(elsewhere).allow_plain_http(true)));
  EXPECT_NO_THROW(init_model(models::gpt_4o, key, Endpoint().base_url("http://127.0.0.1:9/v1")));
}

TEST_F(Programs, keys_and_addresses_with_control_characters_are_refused) {
  EXPECT_THROW(ApiKey("sk-\r\nX-Injected: 1"), UsageError);
  EXPECT_THROW(Endpoint().base_url("http://127.0.0.1/\r\n"), UsageError);
  EXPECT_EQ(ApiKey("  sk-from-a-file\n").reveal(), "sk-from-a-file");
}

TEST_F(Programs, session_without_its_model_is_a_clear_error) {
  EXPECT_THROW(load_model("/nonexistent/session.json", ApiKey("sk-canary-0123456789")), SessionError);
}

}  // namespace
}  // namespace fastccg
