#include <gtest/gtest.h>

#include "support.hpp"

namespace fastccg::protocols::generate_content {
namespace {

Asked hello(const char* model = "gemini-3.6-flash") {
  Asked asked(model);
  asked.user("hi");
  return asked;
}

TEST(GenerateContentRequest, path_names_model_and_method) {
  auto asked = hello();
  EXPECT_EQ(asked.rendered().path, "/v1beta/models/gemini-3.6-flash:generateContent");
  asked.request.stream = true;
  EXPECT_EQ(asked.rendered().path, "/v1beta/models/gemini-3.6-flash:streamGenerateContent?alt=sse");
}

TEST(GenerateContentRequest, model_may_be_written_with_its_collection) {
  EXPECT_EQ(hello("models/gemini-x").rendered().path, "/v1beta/models/gemini-x:generateContent");
  EXPECT_EQ(hello("tunedModels/mine").rendered().path, "/v1beta/tunedModels/mine:generateContent");
}

TEST(GenerateContentRequest, model_cannot_lead_out_of_its_path) {
  EXPECT_EQ(hello("../a?b#c").rendered().path, "/v1beta/models/..%2Fa%3Fb%23c:generateContent");
  EXPECT_EQ(hello("models/").refused_as("no name"), ErrorKind::usage);
}

TEST(GenerateContentRequest, least_request_has_contents_only) {
  EXPECT_EQ(hello().rendered().body, R"({"contents":[{"role":"user","parts":[{"text":"hi"}]}]})");
  EXPECT_TRUE(hello().rendered().warnings.empty());
}

TEST(GenerateContentRequest, sampling_stands_in_the_generation_config) {
  auto asked = hello();
  asked.request.settings.temperature(0.5)
      .top_p(0.25)
      .top_k(7)
      .max_tokens(99)
      .seed(-3)
      .stop({"a", "b"})
      .frequency_penalty(1)
      .presence_penalty(-1)
      .logprobs(3);
  EXPECT_EQ(
      asked.at("/generationConfig"),
      R"({"maxOutputTokens":99,"stopSequences":["a","b"],"temperature":5E-1,"topP":2.5E-1,"topK":7,"frequencyPenalty":1,)"
      R"("presencePenalty":-1,"responseLogprobs":true,"logprobs":3,"seed":-3})");
  EXPECT_EQ(asked.warned(), "");
}

TEST(GenerateContentRequest, what_the_provider_has_not_is_warned_about) {
  auto asked = hello();
  asked.request.settings.metadata({{"user", "7"}}).seed(1LL << 40).parallel_tools(false).tools({Tool("f", "does")});
  EXPECT_EQ(asked.warned(), "parallel_tools seed metadata ");
  EXPECT_EQ(asked.at("/generationConfig"), "");
}

TEST(GenerateContentRequest, settings_that_the_model_rejects_are_left_out) {
  auto asked = hello();
  asked.request.model.sampling = ModelInfo::Sampling::rejected;
  asked.request.model.takes_stop = false;
  asked.request.settings.temperature(1).top_k(1).stop({"x"});
  EXPECT_EQ(asked.warned(), "stop temperature top_k ");
  EXPECT_EQ(asked.at("/generationConfig"), "");
}

TEST(GenerateContentRequest, sixth_stop_sequence_is_refused) {
  auto asked = hello();
  asked.request.settings.stop({"1", "2", "3", "4", "5", "6"});
  EXPECT_EQ(asked.refused_as("at most 5"), ErrorKind::invalid_request);
}

TEST(GenerateContentRequest, system_texts_stand_apart_from_the_contents) {
  Asked asked;
  asked.request.settings.sys_prompt("one");
  asked.say(Message::system("two")).user("hi").say(Message::system("three")).user("go");
  EXPECT_EQ(asked.at("/systemInstruction"), R"({"parts":[{"text":"one"},{"text":"two"}]})");
  EXPECT_EQ(asked.at("/contents/1"), R"({"role":"user","parts":[{"text":"<system>\nthree\n</system>"}]})");
}

TEST(GenerateContentRequest, model_without_instructions_gets_them_with_the_first_words) {
  auto asked = hello("gemma-3-27b-it");
  asked.request.settings.sys_prompt("be brief");
  EXPECT_EQ(asked.at("/contents"), R"([{"role":"user","parts":[{"text":"be brief"},{"text":"hi"}]}])");
  EXPECT_EQ(asked.at("/systemInstruction"), "");

  Asked assistant_first("gemma-3-27b-it");
  assistant_first.request.settings.sys_prompt("be brief");
  assistant_first.assistant({Text("hello")}).user("hi");
  EXPECT_EQ(assistant_first.at("/contents/0"), R"({"role":"user","parts":[{"text":"be brief"}]})");
  EXPECT_EQ(assistant_first.at("/contents/1"), R"({"role":"model","parts":[{"text":"hello"}]})");
}

TEST(GenerateContentRequest, tools_are_declared_with_their_schema) {
  auto asked = hello();
  asked.request.settings.tools({Tool("add", "adds", R"({"type":"object","properties":{"a":{"type":"integer"}}})"),
                                Tool("now", ""), Tool("roll", "rolls", R"({"type":"object","properties":{}})")});
  EXPECT_EQ(
      asked.at("/tools"),
      R"([{"functionDeclarations":[{"name":"add","description":"adds","parametersJsonSchema":)"
      R"({"type":"object","properties":{"a":{"type":"integer"}}}},{"name":"now"},{"name":"roll","description":"rolls"}]}])");
  EXPECT_EQ(asked.at("/toolConfig"), "");
}

TEST(GenerateContentRequest, tool_choice_becomes_a_mode) {
  auto asked = hello();
  asked.request.settings.tools({Tool("add", "adds")});
  const auto config = [&asked](ToolChoice choice) {
    asked.request.settings.tool_choice(std::move(choice));
    return asked.at("/toolConfig/functionCallingConfig");
  };
  EXPECT_EQ(config(ToolChoice::automatic()), R"({"mode":"AUTO"})");
  EXPECT_EQ(config(ToolChoice::none()), R"({"mode":"NONE"})");
  EXPECT_EQ(config(ToolChoice::required()), R"({"mode":"ANY"})");
  EXPECT_EQ(config(ToolChoice::named("add")), R"({"mode":"ANY","allowedFunctionNames":["add"]})");
  asked.request.settings.tool_choice(ToolChoice::named("sub"));
  EXPECT_EQ(asked.refused_as("not among the tools"), ErrorKind::usage);
}

TEST(GenerateContentRequest, strict_tools_are_validated_where_that_is_known) {
  Tool tool("add", "adds");
  tool.strict = true;
  auto newer = hello("gemini-2.5-flash");
  newer.request.settings.tools({tool});
  EXPECT_EQ(newer.at("/toolConfig/functionCallingConfig"), R"({"mode":"VALIDATED"})");
  auto older = hello("gemini-2.0-flash");
  older.request.settings.tools({tool});
  EXPECT_EQ(older.at("/toolConfig"), "");
  EXPECT_EQ(older.warned(), "tools ");
}

TEST(GenerateContentRequest, bad_tools_are_refused) {
  auto asked = hello();
  asked.request.settings.tools({Tool("2nd", "x")});
  EXPECT_EQ(asked.refused_as("2nd"), ErrorKind::invalid_request);
  asked.request.settings.tools({Tool("f", "x", "[1]")});
  EXPECT_EQ(asked.refused_as("not a JSON object"), ErrorKind::usage);
}

TEST(GenerateContentRequest, output_format_is_a_type_and_a_schema) {
  auto asked = hello();
  asked.request.settings.output_format(OutputFormat::json());
  EXPECT_EQ(asked.at("/generationConfig"), R"({"responseMimeType":"application/json"})");
  asked.request.settings.output_format(OutputFormat::schema("city", R"({"type":"object"})"));
  EXPECT_EQ(asked.at("/generationConfig"),
            R"({"responseMimeType":"application/json","responseJsonSchema":{"type":"object"}})");
  asked.request.settings.output_format(OutputFormat::schema("city", "7"));
  EXPECT_EQ(asked.refused_as("not a JSON object"), ErrorKind::usage);
}

TEST(GenerateContentRequest, output_format_beside_tools_is_told_in_words_to_older_models) {
  auto asked = hello("gemini-2.5-flash");
  asked.request.settings.tools({Tool("f", "x")}).output_format(OutputFormat::schema("city", R"({"type":"object"})"));
  EXPECT_EQ(asked.at("/generationConfig"), "");
  EXPECT_NE(asked.at("/systemInstruction").find("JSON Schema"), std::string::npos);
  EXPECT_EQ(asked.warned(), "output_format ");
  asked.request.model.id = "gemini-3.6-flash";
  EXPECT_NE(asked.at("/generationConfig/responseJsonSchema"), "");
  EXPECT_EQ(asked.warned(), "");
}

TEST(GenerateContentRequest, schema_that_cannot_be_enforced_is_told_in_words) {
  auto asked = hello();
  asked.request.model.schema_output = false;
  asked.request.settings.output_format(OutputFormat::schema("city", R"({"type":"object"})"));
  EXPECT_EQ(asked.at("/generationConfig"), R"({"responseMimeType":"application/json"})");
  EXPECT_NE(asked.at("/systemInstruction").find("JSON Schema"), std::string::npos);
  EXPECT_EQ(asked.warned(), "output_format ");
}

TEST(GenerateContentRequest, schema_keywords_that_are_not_known_are_rewritten_or_named) {
  auto asked = hello();
  asked.request.settings.output_format(OutputFormat::schema(
      "s",
      R"({"$schema":"x","title":"T","type":"object","properties":{)"
      R"("const":{"const":"a"},"mail":{"type":"string","format":"email","description":"d"},"id":{"type":"string","format":"uuid"},)"
      R"("day":{"type":"string","format":"date"},"n":{"anyOf":[{"type":"integer","exclusiveMinimum":0},{"type":"null"}]}},)"
      R"("$defs":{"examples":{"examples":[1],"items":{"const":1}}},"additionalProperties":false})"));
  EXPECT_EQ(
      asked.at("/generationConfig/responseJsonSchema"),
      R"({"title":"T","type":"object","properties":{"const":{"enum":["a"]},"mail":{"type":"string","description":"d Format: email."},)"
      R"("id":{"type":"string","description":"Format: uuid."},"day":{"type":"string","format":"date"},)"
      R"("n":{"anyOf":[{"type":"integer"},{"type":"null"}]}},"$defs":{"examples":{"items":{"enum":[1]}}},"additionalProperties":false})");
  ASSERT_EQ(asked.rendered().warnings.size(), 1u);
  EXPECT_NE(asked.rendered().warnings[0].message.find("exclusiveMinimum"), std::string::npos);
}

TEST(GenerateContentRequest, extra_is_merged_member_by_member_and_wins) {
  auto asked = hello();
  asked.request.settings.temperature(1)
      .max_tokens(5)
      .tools({Tool("f", "x")})
      .tool_choice(ToolChoice::required())
      .extra(
          R"({"generationConfig":{"temperature":0,"candidateCount":2},"toolConfig":{"includeServerSideToolInvocations":true},)"
          R"("safetySettings":[],"tools":[{"googleSearch":{}}]})");
  EXPECT_EQ(asked.at("/generationConfig"), R"({"maxOutputTokens":5,"temperature":0,"candidateCount":2})");
  EXPECT_EQ(asked.at("/toolConfig"),
            R"({"functionCallingConfig":{"mode":"ANY"},"includeServerSideToolInvocations":true})");
  EXPECT_EQ(asked.at("/tools"), R"([{"googleSearch":{}}])");
  EXPECT_EQ(asked.at("/safetySettings"), "[]");
}

TEST(GenerateContentRequest, extra_may_replace_what_is_merged) {
  auto asked = hello();
  asked.request.settings.temperature(1).extra(R"({"generationConfig":null,"contents":[]})");
  EXPECT_EQ(asked.rendered().body, R"({"generationConfig":null,"contents":[]})");
  asked.request.settings.extra("[]");
  EXPECT_EQ(asked.refused_as("extra"), ErrorKind::usage);
}

TEST(GenerateContentRequest, schema_in_extra_takes_the_place_of_the_other_kind) {
  auto asked = hello();
  asked.request.settings.output_format(OutputFormat::schema("s", R"({"type":"object"})"))
      .extra(R"({"generationConfig":{"responseSchema":{"type":"STRING"}}})");
  EXPECT_EQ(asked.at("/generationConfig"),
            R"({"responseMimeType":"application/json","responseSchema":{"type":"STRING"}})");
}

TEST(GenerateContentRequest, cached_content_brings_its_own_instructions_and_tools) {
  auto asked = hello();
  asked.request.settings.sys_prompt("x")
      .tools({Tool("f", "x")})
      .tool_choice(ToolChoice::required())
      .extra(R"({"cachedContent":"cachedContents/a"})");
  EXPECT_EQ(asked.rendered().body,
            R"({"contents":[{"role":"user","parts":[{"text":"hi"}]}],"cachedContent":"cachedContents/a"})");
  EXPECT_EQ(asked.warned(), "sys_prompt tools ");
}

TEST(GenerateContentRequest, text_that_is_not_utf8_is_mended) {
  Asked asked;
  asked.user("a\xFFz");
  EXPECT_EQ(asked.at("/contents/0/parts/0/text"), "\"a\xEF\xBF\xBDz\"");
}

TEST(GenerateContentRequest, conversation_without_content_is_refused) {
  EXPECT_EQ(Asked().refused_as("nothing to answer"), ErrorKind::invalid_request);
  Asked empty;
  empty.user("").assistant({Text("")});
  EXPECT_EQ(empty.refused_as("nothing to answer"), ErrorKind::invalid_request);
}

}  // namespace
}  // namespace fastccg::protocols::generate_content
