#include <gtest/gtest.h>

#include "json/reader.hpp"
#include "providers/table.hpp"
#include "support.hpp"

namespace fastccg::protocols {
namespace {

using namespace std::chrono_literals;

/// One conversation, rendered for the provider of that name.
class Asked {
 public:
  Asked(std::string_view provider, std::vector<Message> messages, Settings settings = {}) {
    const auto* row = providers::find(provider);
    const Dialect dialect(row->name, row->quirks);
    Request request;
    request.settings = std::move(settings);
    request.model.id = "m";
    for (const auto& message : messages) request.messages.push_back(&message);
    rendered = find(row->speaks).render(request, dialect);
  }

  std::string member(std::string_view name) const {
    json::BorrowedReader reader;
    const auto root = reader->parse(rendered.body);
    return root ? (*root)[name].serialized() : "unreadable: " + rendered.body;
  }
  std::string warned() const {
    std::string all;
    for (const auto& warning : rendered.warnings) all += (all.empty() ? "" : " ") + warning.setting;
    return all;
  }

  Rendered rendered;
};

Message document_and_question(std::chrono::seconds lifetime = 5min) {
  return Message(Role::user, std::vector<Part>{Text("a long text"), cache_point(lifetime), Text("a question")});
}

TEST(CachePoint, marks_the_block_before_it_at_anthropic) {
  EXPECT_EQ(Asked("anthropic", {document_and_question()}).member("messages"),
            R"([{"role":"user","content":[{"type":"text","text":"a long text","cache_control":{"type":"ephemeral"}},)"
            R"({"type":"text","text":"a question"}]}])");
}

TEST(CachePoint, longer_lifetime_is_an_hour) {
  const auto messages = Asked("anthropic", {document_and_question(10min)}).member("messages");
  EXPECT_NE(messages.find(R"("cache_control":{"type":"ephemeral","ttl":"1h"})"), std::string::npos) << messages;
}

TEST(CachePoint, marks_text_at_openrouter) {
  EXPECT_EQ(Asked("openrouter", {document_and_question()}).member("messages"),
            R"([{"role":"user","content":[{"type":"text","text":"a long text","cache_control":{"type":"ephemeral"}},)"
            R"({"type":"text","text":"a question"}]}])");
}

TEST(CachePoint, is_nothing_to_providers_that_cache_on_their_own) {
  const Message plain(Role::user, std::vector<Part>{Text("a long text"), Text("a question")});
  for (const auto* provider : {"openai", "mistral", "gemini", "groq"}) {
    const Asked asked(provider, {document_and_question()});
    EXPECT_EQ(asked.rendered.body, Asked(provider, {plain}).rendered.body) << provider;
    EXPECT_EQ(asked.warned(), "") << provider;
  }
}

TEST(CachePoint, after_tool_results_marks_the_last_result) {
  const Message answer(Role::assistant, std::vector<Part>{ToolCall("toolu_1", "f", "{}")});
  Message results = Message::tool_results({ToolResult("toolu_1", "done")});
  results.parts.push_back(cache_point());
  const auto messages = Asked("anthropic", {Message::user("q"), answer, results}).member("messages");
  EXPECT_NE(messages.find(R"("content":"done","cache_control":{"type":"ephemeral"}})"), std::string::npos) << messages;
}

TEST(CachePoint, never_marks_thinking_nor_a_block_twice) {
  Reasoning thought("hm");
  thought.payload = R"({"type":"thinking","signature":"s"})";
  thought.provider = "anthropic";
  Message answer(Role::assistant, std::vector<Part>{thought, cache_point(), Text("so"), cache_point(), cache_point()});
  answer.provider = "anthropic";
  EXPECT_EQ(Asked("anthropic",
                  {Message(Role::user, std::vector<Part>{cache_point(), Text("q")}), answer, Message::user("on")})
                .member("messages"),
            R"([{"role":"user","content":[{"type":"text","text":"q"}]},{"role":"assistant","content":[)"
            R"({"type":"thinking","thinking":"hm","signature":"s"},)"
            R"({"type":"text","text":"so","cache_control":{"type":"ephemeral"}}]},)"
            R"({"role":"user","content":[{"type":"text","text":"on"}]}])");
}

TEST(CachePoint, of_more_than_four_the_last_ones_count) {
  std::vector<Part> parts;
  for (const auto* text : {"a", "b", "c", "d", "e"}) {
    parts.emplace_back(Text(text));
    parts.emplace_back(cache_point());
  }
  const Asked five("anthropic", {Message(Role::user, parts)});
  EXPECT_TRUE(
      five.member("messages")
          .starts_with(
              R"([{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b","cache_control")"));
  EXPECT_EQ(five.warned(), "cache_point");

  const Asked beside_instructions("anthropic", {Message(Role::user, parts)}, Settings().sys_prompt("s").cache_prompt());
  EXPECT_TRUE(
      beside_instructions.member("messages")
          .starts_with(
              R"([{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"},{"type":"text","text":"c",)"));
}

TEST(CachePrompt, marks_the_instructions) {
  const auto settings = Settings().sys_prompt("be brief").cache_prompt(1h);
  EXPECT_EQ(Asked("anthropic", {Message::user("q")}, settings).member("system"),
            R"([{"type":"text","text":"be brief","cache_control":{"type":"ephemeral","ttl":"1h"}}])");
  EXPECT_EQ(Asked("openrouter", {Message::user("q")}, settings).member("messages"),
            R"([{"role":"system","content":[{"type":"text","text":"be brief",)"
            R"("cache_control":{"type":"ephemeral","ttl":"1h"}}]},{"role":"user","content":"q"}])");
}

TEST(CachePrompt, marks_the_last_tool_if_there_are_no_instructions) {
  const auto tools =
      Asked("anthropic", {Message::user("q")}, Settings().tools({Tool("f", ""), Tool("g", "")}).cache_prompt())
          .member("tools");
  EXPECT_TRUE(tools.ends_with(R"("name":"g","input_schema":{"type":"object","properties":{}},)"
                              R"("cache_control":{"type":"ephemeral"}}])"))
      << tools;
  EXPECT_EQ(tools.find("cache_control"), tools.rfind("cache_control"));
}

TEST(CachePrompt, without_anything_to_cache_is_warned_of) {
  EXPECT_EQ(Asked("anthropic", {Message::user("q")}, Settings().cache_prompt()).warned(), "cache_prompt");
  EXPECT_EQ(Asked("openrouter", {Message::user("q")}, Settings().cache_prompt()).warned(), "cache_prompt");
}

}  // namespace
}  // namespace fastccg::protocols
