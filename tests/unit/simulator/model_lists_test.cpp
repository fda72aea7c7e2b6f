#include <gtest/gtest.h>

#include "chat_helpers.hpp"

using fastccg::Simulator;
using fastccg::SimulatorOptions;
using namespace simulator_test;

namespace {

RawAnswer get(const Simulator& simulator, const std::string& path, const std::string& headers) {
  RawClient client(simulator.port());
  client.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n");
  return client.read();
}

}  // namespace

TEST(ModelLists, are_those_of_the_provider_that_is_asked) {
  const Simulator simulator;
  const auto openai = get(simulator, "/v1/models", "Authorization: Bearer k\r\n");
  EXPECT_EQ(at(openai.body, "/object"), "list");
  EXPECT_EQ(at(openai.body, "/data/0/object"), "model");
  const auto anthropic = get(simulator, "/v1/models", "x-api-key: k\r\nanthropic-version: 2023-06-01\r\n");
  EXPECT_EQ(at(anthropic.body, "/data/0/type"), "model");
  EXPECT_EQ(at(anthropic.body, "/has_more"), "false");
  const auto gemini = get(simulator, "/v1beta/models?pageSize=50", "x-goog-api-key: k\r\n");
  EXPECT_EQ(at(gemini.body, "/models/0/name").rfind("models/", 0), 0U);
  const auto mistral = get(simulator, "/mistral/v1/models", "Authorization: Bearer k\r\n");
  EXPECT_EQ(at(mistral.body, "/data/0/capabilities/completion_chat"), "false");
}

TEST(ModelLists, know_single_models_and_refuse_others) {
  const Simulator simulator(SimulatorOptions().models({"gemini-3.6-flash"}));
  const std::string key = "x-goog-api-key: k\r\n";
  EXPECT_EQ(at(get(simulator, "/v1beta/models/gemini-3.6-flash", key).body, "/displayName"), "gemini-3.6-flash");
  const auto unknown = get(simulator, "/v1beta/models/gemini-1", key);
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(at(unknown.body, "/error/status"), "NOT_FOUND");
  EXPECT_EQ(at(get(simulator, "/v1/models/x", "x-api-key: k\r\nanthropic-version: 1\r\n").body, "/error/type"),
            "not_found_error");
}

TEST(ModelLists, need_a_key) {
  const Simulator simulator;
  EXPECT_EQ(get(simulator, "/v1/models", "").status, 401);
  EXPECT_EQ(get(simulator, "/v1beta/models", "").status, 403);
}
