#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fastccg/error.hpp"
#include "session/session.hpp"

namespace fastccg::session {
namespace {

std::string original(const std::string& history, const std::string& more = "") {
  return R"({"model_name": "gpt-4o", "provider": "openai", "history": )" + history + more + "}";
}

/// The roles of each turn, such as "ua u".
std::string roles(const State& state) {
  std::string roles;
  for (const auto& turn : state.turns) {
    if (!roles.empty()) roles += ' ';
    for (const auto& message : turn->messages) roles += to_string(message.role).front();
  }
  return roles;
}

TEST(OriginalSession, whole_file_loads) {
  const auto state = parse(R"({
    "model_name": "gpt-4o", "provider": "openai",
    "history": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello, Zo\u00eb"}],
    "sys_prompt": {"role": "system", "content": "Be kind."}, "temperature": 0.7, "max_tokens": 256})");
  EXPECT_EQ(state.name, "openai/gpt-4o");
  EXPECT_EQ(state.settings.sys_prompt(), "Be kind.");
  EXPECT_EQ(state.settings.temperature(), 0.7);
  EXPECT_EQ(state.settings.max_tokens(), 256);
  ASSERT_EQ(roles(state), "ua");
  const auto& answer = state.turns[0]->messages[1];
  EXPECT_EQ(answer.text(), "Hello, Zoë");
  EXPECT_EQ(answer.provider, "openai");
  EXPECT_EQ(answer.model, "gpt-4o");
  EXPECT_FALSE(state.turns[0]->interrupted);
}

TEST(OriginalSession, unset_settings_stay_unset) {
  const auto state = parse(original("[]", R"(, "sys_prompt": null, "temperature": null, "max_tokens": null)"));
  EXPECT_TRUE(state.settings == Settings());
  EXPECT_TRUE(state.turns.empty());
  EXPECT_EQ(parse(R"({"model_name": "m", "provider": "mock"})").name, "mock/m");
}

TEST(OriginalSession, provider_is_found_in_each_spelling) {
  const std::vector<std::pair<std::string, std::string>> spellings = {
      {"openai", "openai"},   {"OpenAI", "openai"},       {"Claude", "anthropic"}, {"anthropic", "anthropic"},
      {"gemini", "gemini"},   {"Gemini", "gemini"},       {"google", "gemini"},    {"mistral", "mistral"},
      {"Mistral", "mistral"}, {"ANTHROPIC", "anthropic"}, {"mock", "mock"},        {"Mock", "mock"}};
  for (const auto& [spelling, provider] : spellings)
    EXPECT_EQ(parse(R"({"model_name": "m", "provider": ")" + spelling + "\"}").name, provider + "/m");
}

TEST(OriginalSession, file_of_each_of_its_classes_loads) {
  const std::vector<std::pair<std::string, std::string>> classes = {{"openai", "gpt-4o"},
                                                                    {"openai", "gpt-3.5-turbo"},
                                                                    {"gemini", "gemini-1.5-flash-latest"},
                                                                    {"gemini", "gemini-1.5-pro-latest"},
                                                                    {"anthropic", "claude-3-sonnet-20240229"},
                                                                    {"mistral", "mistral-tiny"},
                                                                    {"mistral", "mistral-small"},
                                                                    {"mistral", "mistral-medium"},
                                                                    {"mock", "mock_model"}};
  for (const auto& [provider, model] : classes) {
    const auto state =
        parse("{\n  \"model_name\": \"" + model + "\",\n  \"provider\": \"" + provider +
              "\",\n  \"history\": [\n    {\n      \"role\": \"user\",\n      \"content\": \"Hi\"\n    }\n  ],\n"
              "  \"sys_prompt\": null,\n  \"temperature\": -99,\n  \"max_tokens\": -5\n}");
    EXPECT_EQ(state.name, provider + "/" + model);
    EXPECT_EQ(roles(state), "u");
    EXPECT_TRUE(state.settings == Settings());
  }
}

TEST(OriginalSession, prefix_of_gemini_names_is_removed) {
  EXPECT_EQ(parse(R"({"model_name": "models/gemini-1.5-pro-latest", "provider": "gemini"})").name,
            "gemini/gemini-1.5-pro-latest");
}

TEST(OriginalSession, odd_orders_lose_nothing) {
  const std::string user = R"({"role": "user", "content": "q"})";
  const std::string answer = R"({"role": "assistant", "content": "a"})";
  EXPECT_EQ(roles(parse(original("[" + user + "," + user + "," + answer + "]"))), "u ua");
  EXPECT_EQ(roles(parse(original("[" + answer + "," + answer + "," + user + "]"))), "a a u");
  EXPECT_EQ(roles(parse(original("[" + user + "," + answer + "," + answer + "]"))), "ua a");
}

TEST(OriginalSession, gemini_role_is_an_answer) {
  EXPECT_EQ(roles(parse(original(R"([{"role": "user", "content": "q"}, {"role": "model", "content": "a"}])"))), "ua");
}

TEST(OriginalSession, system_entry_becomes_the_prompt_if_there_is_none) {
  const std::string history = R"([{"role": "system", "content": "From history."}, {"role": "user", "content": "q"}])";
  EXPECT_EQ(parse(original(history)).settings.sys_prompt(), "From history.");
  EXPECT_EQ(parse(original(history, R"(, "sys_prompt": null)")).settings.sys_prompt(), "From history.");
  const auto both = parse(original(history, R"(, "sys_prompt": {"role": "system", "content": "Own."})"));
  EXPECT_EQ(both.settings.sys_prompt(), "Own.");
  EXPECT_EQ(roles(both), "u");
}

TEST(OriginalSession, settings_out_of_range_are_dropped) {
  const auto state = parse(original("[]", R"(, "temperature": 3.5, "max_tokens": 0)"));
  EXPECT_FALSE(state.settings.temperature());
  EXPECT_FALSE(state.settings.max_tokens());
}

TEST(OriginalSession, wrong_shapes_are_placed_by_field) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"history": [], "provider": "openai"})", "model_name: is missing"},
      {R"({"model_name": "m"})", "provider: is missing"},
      {R"({"model_name": "", "provider": "openai"})", "model_name: is empty"},
      {R"({"model_name": 5, "provider": "openai"})", "model_name: must be a text"},
      {original("{}"), "history: must be a list"},
      {original(R"([{"role": "bot", "content": "x"}])"), "history[0].role: must be one of"},
      {original(R"([{"role": "user", "content": 5}])"), "history[0].content: must be a text"},
      {original("[]", R"(, "temperature": "warm")"), "temperature: must be a number"},
      {original("[]", R"(, "sys_prompt": 5)"), "sys_prompt: must be an object"}};
  for (const auto& [text, part] : cases) {
    try {
      parse(text);
      ADD_FAILURE() << text;
    } catch (const SessionError& error) {
      EXPECT_NE(error.error().message.find(part), std::string::npos) << error.what();
    }
  }
}

TEST(OriginalSession, is_saved_in_the_current_form) {
  const auto text = render(parse(original(R"([{"role": "user", "content": "q"}])")));
  EXPECT_EQ(render(parse(text)), text);
}

}  // namespace
}  // namespace fastccg::session
