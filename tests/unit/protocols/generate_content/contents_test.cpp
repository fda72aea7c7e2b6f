#include <gtest/gtest.h>

#include "support.hpp"

namespace fastccg::protocols::generate_content {
namespace {

constexpr const char* dummy = "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=";

Opaque signature(const std::string& text, std::string provider = "gemini") {
  return Opaque(std::move(provider), "thoughtSignature", '"' + text + '"');
}

/// The conversation that an answer of the provider and results for its calls make.
Asked after(const std::string& parts, const char* model = "gemini-3.6-flash") {
  Asked asked(model);
  asked.user("go");
  auto reply = whole(answer(parts, "STOP")).reply;
  std::vector<ToolResult> results;
  for (const auto& call : reply.tool_calls()) results.emplace_back(call.id, "done");
  asked.say(reply.message);
  if (!results.empty())
    asked.results(std::move(results));
  else
    asked.user("on");
  return asked;
}

TEST(GenerateContentHistory, answer_goes_back_with_each_signature_in_its_place) {
  const auto asked =
      after(R"({"text":"a"},{"text":"b","thoughtSignature":"Qg=="},)"
            R"({"functionCall":{"id":"i1","name":"f","args":{"x":1}},"thoughtSignature":"RQ=="},)"
            R"({"functionCall":{"id":"i2","name":"f","args":{}}},{"text":"","thoughtSignature":"Rg=="})");
  EXPECT_EQ(asked.at("/contents/1/parts"),
            R"([{"text":"a"},{"text":"b","thoughtSignature":"Qg=="},)"
            R"({"functionCall":{"id":"i1","name":"f","args":{"x":1}},"thoughtSignature":"RQ=="},)"
            R"({"functionCall":{"id":"i2","name":"f","args":{}}},{"text":"","thoughtSignature":"Rg=="}])");
  EXPECT_EQ(asked.at("/contents/2"),
            R"({"role":"user","parts":[{"functionResponse":{"id":"i1","name":"f","response":{"output":"done"}}},)"
            R"({"functionResponse":{"id":"i2","name":"f","response":{"output":"done"}}}]})");
}

TEST(GenerateContentHistory, thoughts_go_back_only_with_a_signature) {
  EXPECT_EQ(after(R"({"text":"hm","thought":true},{"text":"a"})").at("/contents/1/parts"), R"([{"text":"a"}])");
  EXPECT_EQ(after(R"({"text":"hm","thought":true,"thoughtSignature":"Qg=="},{"text":"a"})").at("/contents/1/parts"),
            R"([{"text":"hm","thought":true,"thoughtSignature":"Qg=="},{"text":"a"}])");
}

TEST(GenerateContentHistory, hosted_tools_and_pictures_go_back_as_they_came) {
  const std::string parts = R"({"executableCode":{"language":"PYTHON","code":"1\n"},"thoughtSignature":"Qg=="},)"
                            R"({"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"1\n"}},)"
                            R"({"inlineData":{"mimeType":"image/png","data":"iVBORw=="},"thoughtSignature":"RQ=="})";
  EXPECT_EQ(after(parts).at("/contents/1/parts"), "[" + parts + "]");
}

TEST(GenerateContentHistory, what_stands_beside_the_content_does_not_go_back) {
  Asked asked;
  asked.user("go").assistant({Text("a"), Opaque("gemini", "groundingMetadata", R"({"x":1})")}).user("on");
  EXPECT_EQ(asked.at("/contents/1/parts"), R"([{"text":"a"}])");
}

TEST(GenerateContentHistory, first_call_without_signature_gets_the_one_that_is_not_checked) {
  const auto calls = R"({"functionCall":{"name":"f"}},{"functionCall":{"name":"f"}})";
  const auto newer = after(calls);
  EXPECT_EQ(newer.at("/contents/1/parts/0/thoughtSignature"), '"' + std::string(dummy) + '"');
  EXPECT_EQ(newer.at("/contents/1/parts/1/thoughtSignature"), "");
  EXPECT_EQ(after(calls, "gemini-2.5-flash").at("/contents/1/parts/0/thoughtSignature"), "");
}

TEST(GenerateContentHistory, what_another_provider_signed_is_dropped) {
  Asked asked;
  Reasoning reasoning("hm");
  reasoning.payload = R"("sig")";
  reasoning.provider = "anthropic";
  asked.user("go")
      .assistant({reasoning, Text("a"), signature("X", "other"), Opaque("openai", "item", R"({"type":"x"})"),
                  ToolCall("toolu_1", "f", R"({"x":1})")},
                 "anthropic")
      .results({ToolResult("toolu_1", "7")});
  EXPECT_EQ(asked.at("/contents/1/parts"),
            R"([{"text":"a"},{"functionCall":{"id":"toolu_1","name":"f","args":{"x":1}},)"
            R"("thoughtSignature":")" +
                std::string(dummy) + R"("}])");
}

TEST(GenerateContentHistory, signatures_of_another_model_are_dropped) {
  Message message(Role::assistant,
                  {Text("a"), signature("QQ=="), Opaque("gemini", "part", R"({"text":"","thoughtSignature":"Qg=="})"),
                   Opaque("gemini", "executableCode", R"({"executableCode":{"code":"1"},"thoughtSignature":"RQ=="})")});
  message.provider = "gemini";
  message.model = "gemini-2.5-pro";
  Asked other;
  other.user("go").say(message).user("on");
  EXPECT_EQ(other.at("/contents/1/parts"), R"([{"text":"a"},{"executableCode":{"code":"1"}}])");

  for (const auto* name : {"gemini-3.6-flash", "gemini/gemini-3.6-flash", "models/gemini-3.6-flash"}) {
    message.model = name;
    Asked same;
    same.user("go").say(message).user("on");
    EXPECT_EQ(same.at("/contents/1/parts/0/thoughtSignature"), R"("QQ==")") << name;
  }
}

TEST(GenerateContentHistory, tampered_parts_are_not_sent) {
  Asked asked;
  asked.user("go")
      .assistant({Text("a"), Opaque("gemini", "thoughtSignature", R"("x", "injected": 1)"),
                  Opaque("gemini", "part", "[1]"), Opaque("gemini", "toolCall", "{\"a\":"),
                  Opaque("gemini", "toolCall", "{}")})
      .user("on");
  EXPECT_EQ(asked.at("/contents/1/parts"), R"([{"text":"a"}])");
}

TEST(GenerateContentHistory, messages_of_the_assistant_in_a_row_become_one_content) {
  Asked asked;
  asked.user("go")
      .assistant({Text("a")})
      .assistant({})
      .assistant({ToolCall("1", "f", "")}, "openai")
      .results({ToolResult("1", "x")});
  EXPECT_EQ(asked.at("/contents/1/parts/0"), R"({"text":"a"})");
  EXPECT_EQ(asked.at("/contents/1/parts/1/functionCall"), R"({"id":"1","name":"f","args":{}})");
  EXPECT_EQ(asked.at("/contents/3"), "");
}

TEST(GenerateContentHistory, message_of_which_nothing_is_left_is_dropped) {
  Asked asked;
  asked.user("go").assistant({Reasoning("hm")}, "other").user("on");
  EXPECT_EQ(asked.at("/contents"),
            R"([{"role":"user","parts":[{"text":"go"}]},{"role":"user","parts":[{"text":"on"}]}])");
}

TEST(GenerateContentHistory, refusal_is_sent_as_text) {
  Asked asked;
  asked.user("go").assistant({Refusal("no")}, "openai").user("why");
  EXPECT_EQ(asked.at("/contents/1/parts"), R"([{"text":"no"}])");
}

TEST(GenerateContentHistory, arguments_that_are_no_object_are_put_into_one) {
  Asked asked;
  asked.user("go")
      .assistant({ToolCall("1", "f", R"({"cut": "of)"), ToolCall("2", "f", " "), ToolCall("3", "f", "null")}, "openai")
      .results({ToolResult("1", "x"), ToolResult("2", "x"), ToolResult("3", "x")});
  EXPECT_EQ(asked.at("/contents/1/parts/0/functionCall/args"), R"({"arguments":"{\"cut\": \"of"})");
  EXPECT_EQ(asked.at("/contents/1/parts/1/functionCall/args"), "{}");
  EXPECT_EQ(asked.at("/contents/1/parts/2/functionCall/args"), R"({"arguments":"null"})");
}

TEST(GenerateContentHistory, names_of_earlier_tools_are_made_legal) {
  Asked asked;
  asked.user("go").assistant({ToolCall("1", "2nd try", "{}")}, "openai").results({ToolResult("1", "x")});
  EXPECT_EQ(asked.at("/contents/1/parts/0/functionCall/name"), R"("_2nd_try")");
  EXPECT_EQ(asked.at("/contents/2/parts/0/functionResponse/name"), R"("_2nd_try")");
}

TEST(GenerateContentHistory, results_stand_in_the_order_of_the_calls) {
  Asked asked;
  asked.user("go")
      .assistant({ToolCall("1", "f", "{}"), ToolCall("2", "g", "{}")})
      .results({ToolResult("2", "b")})
      .results({ToolResult("1", "a")})
      .user("and?");
  EXPECT_EQ(asked.at("/contents/2/parts/0/functionResponse/response"), R"({"output":"a"})");
  EXPECT_EQ(asked.at("/contents/2/parts/1/functionResponse/name"), R"("g")");
  EXPECT_EQ(asked.at("/contents/3"), R"({"role":"user","parts":[{"text":"and?"}]})");
  EXPECT_EQ(asked.at("/contents/4"), "");
}

TEST(GenerateContentHistory, results_that_are_objects_go_as_they_are) {
  Asked asked;
  asked.user("go")
      .assistant(
          {ToolCall("1", "f", "{}"), ToolCall("2", "f", "{}"), ToolCall("3", "f", "{}"), ToolCall("4", "f", "{}")})
      .results({ToolResult("1", R"( {"t":21} )"), ToolResult("2", "[1]"), ToolResult("3", "bad", true),
                ToolResult("4", R"({"e":1})", true)});
  EXPECT_EQ(asked.at("/contents/2/parts/0/functionResponse/response"), R"({"t":21})");
  EXPECT_EQ(asked.at("/contents/2/parts/1/functionResponse/response"), R"({"output":"[1]"})");
  EXPECT_EQ(asked.at("/contents/2/parts/2/functionResponse/response"), R"({"error":"bad"})");
  EXPECT_EQ(asked.at("/contents/2/parts/3/functionResponse/response"), R"({"error":{"e":1}})");
}

TEST(GenerateContentHistory, media_of_a_result_stands_in_it_or_beside_it) {
  ToolResult result("1", "see");
  result.content.push_back(Image::from_bytes("x", "image/png"));
  const auto parts = [&result](const char* model) {
    Asked asked(model);
    asked.user("go").assistant({ToolCall("1", "f", "{}")}).results({result});
    return asked.at("/contents/2/parts");
  };
  EXPECT_EQ(parts("gemini-3.6-flash"), R"([{"functionResponse":{"id":"1","name":"f","response":{"output":"see"},)"
                                       R"("parts":[{"inlineData":{"mimeType":"image/png","data":"eA=="}}]}}])");
  EXPECT_EQ(parts("gemini-2.5-flash"), R"([{"functionResponse":{"id":"1","name":"f","response":{"output":"see"}}},)"
                                       R"({"inlineData":{"mimeType":"image/png","data":"eA=="}}])");
}

TEST(GenerateContentHistory, calls_and_results_must_match) {
  Asked missing;
  missing.user("go").assistant({ToolCall("1", "f", "{}"), ToolCall("2", "g", "{}")}).results({ToolResult("1", "x")});
  EXPECT_EQ(missing.refused_as("'2' (g) has no result"), ErrorKind::invalid_request);
  Asked orphan;
  orphan.user("go").results({ToolResult("1", "x")});
  EXPECT_EQ(orphan.refused_as("no tool call"), ErrorKind::invalid_request);
  Asked stray;
  stray.user("go").assistant({ToolCall("1", "f", "{}")}).results({ToolResult("1", "x"), ToolResult("7", "x")});
  EXPECT_EQ(stray.refused_as("'7'"), ErrorKind::invalid_request);
  Asked twice;
  twice.user("go").assistant({ToolCall("1", "f", "{}")}).results({ToolResult("1", "x"), ToolResult("1", "y")});
  EXPECT_EQ(twice.refused_as("more than one"), ErrorKind::invalid_request);
}

TEST(GenerateContentMedia, content_is_inline_and_addresses_are_files) {
  Asked asked;
  asked.say(
      Message(Role::user, {Text("see"), Image::from_bytes("\x89PNG", ""),
                           Image::from_url("data:image/gif;base64,R0\nlG"), Image::from_url("https://h/a.png?x=1"),
                           Audio("snd", "mp3"), Audio("snd", ""), File::from_bytes("%PDF-1", "", "a.pdf"),
                           File::from_url("https://youtu.be/x", "video/mp4"), File::from_id("files/k8")}));
  EXPECT_EQ(
      asked.at("/contents/0/parts"),
      R"([{"text":"see"},{"inlineData":{"mimeType":"image/png","data":"iVBORw=="}},)"
      R"({"inlineData":{"mimeType":"image/gif","data":"R0lG"}},{"fileData":{"mimeType":"image/png","fileUri":"https://h/a.png?x=1"}},)"
      R"({"inlineData":{"mimeType":"audio/mp3","data":"c25k"}},{"inlineData":{"mimeType":"audio/wav","data":"c25k"}},)"
      R"({"inlineData":{"mimeType":"application/pdf","data":"JVBERi0x"}},)"
      R"({"fileData":{"mimeType":"video/mp4","fileUri":"https://youtu.be/x"}},)"
      R"({"fileData":{"fileUri":"https://generativelanguage.googleapis.com/v1beta/files/k8"}}])");
}

TEST(GenerateContentMedia, detail_is_a_resolution_where_that_is_known) {
  auto image = Image::from_bytes("x", "image/png");
  image.detail = "low";
  Asked newer;
  newer.say(Message(Role::user, {image}));
  EXPECT_EQ(newer.at("/contents/0/parts/0/mediaResolution"), R"({"level":"MEDIA_RESOLUTION_LOW"})");
  Asked older("gemini-2.5-flash");
  older.say(Message(Role::user, {image}));
  EXPECT_EQ(older.at("/contents/0/parts/0/mediaResolution"), "");
  EXPECT_EQ(older.warned(), "detail ");
}

TEST(GenerateContentMedia, media_without_content_or_type_is_refused) {
  const std::pair<Part, const char*> bad[] = {{Image(), "neither"},
                                              {File(), "neither"},
                                              {Audio(), "no content"},
                                              {Image::from_bytes("x", ""), "no type"},
                                              {File::from_bytes("x", "", ""), "no type"},
                                              {Image::from_url("data:image/png;base64,***"), "not base64"},
                                              {Image::from_url("data:image/png,x"), "not base64"}};
  for (const auto& [part, why] : bad) {
    Asked asked;
    asked.say(Message(Role::user, {part}));
    EXPECT_EQ(asked.refused_as(why), ErrorKind::invalid_request);
  }
}

}  // namespace
}  // namespace fastccg::protocols::generate_content
