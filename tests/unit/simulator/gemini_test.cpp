#include <gtest/gtest.h>

#include <deque>

#include "chat_helpers.hpp"
#include "protocols/protocols.hpp"
#include "sse/framer.hpp"

using fastccg::Fault;
using fastccg::Simulator;
using fastccg::SimulatorOptions;
using namespace simulator_test;

namespace {

const std::string model_path = "/v1beta/models/gemini-3.6-flash";

RawAnswer ask_gemini(const Simulator& simulator, const std::string& body, const std::string& path = model_path) {
  return RawClient(simulator.port()).post(path + ":generateContent", body);
}

RawAnswer stream_gemini(const Simulator& simulator, const std::string& body, const std::string& path = model_path) {
  return RawClient(simulator.port()).post(path + ":streamGenerateContent?alt=sse", body);
}

/// Asks a question alone; `more` are further members of the body, such as `,"tools":[]`.
std::string question(const std::string& text, const std::string& more = "") {
  return R"({"contents":[{"role":"user","parts":[{"text":")" + text + R"("}]}])" + more + "}";
}

std::string text_of(const RawAnswer& answer) { return at(answer.body, "/candidates/0/content/parts/0/text"); }

constexpr auto add_tool =
    R"(,"tools":[{"functionDeclarations":[{"name":"get_weather","description":"w","parametersJsonSchema":)"
    R"({"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}]}])";

}  // namespace

TEST(Gemini, answers_from_the_conversation) {
  const Simulator simulator;
  EXPECT_NE(text_of(ask_gemini(simulator, question("What is the capital of Australia?"))).find("Canberra"),
            std::string::npos);
  const auto second =
      R"({"systemInstruction":{"parts":[{"text":"Be brief."}]},"contents":[{"role":"user","parts":[{"text":"What is a fugue?"}]},
      {"role":"model","parts":[{"text":"Music."}]},{"role":"user","parts":[{"text":"what was my last question?"}]}]})";
  EXPECT_EQ(text_of(ask_gemini(simulator, second)), "Your last question was: \"What is a fugue?\"");
}

TEST(Gemini, whole_answer_has_the_shape_of_the_service) {
  const Simulator simulator;
  const auto answer = ask_gemini(simulator, question("hi"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(at(answer.body, "/candidates/0/finishReason"), "STOP");
  EXPECT_EQ(at(answer.body, "/candidates/0/content/role"), "model");
  EXPECT_EQ(at(answer.body, "/modelVersion"), "gemini-3.6-flash");
  EXPECT_FALSE(at(answer.body, "/responseId").empty());
  EXPECT_EQ(count_at(answer.body, "/usageMetadata/totalTokenCount"),
            count_at(answer.body, "/usageMetadata/promptTokenCount") +
                count_at(answer.body, "/usageMetadata/candidatesTokenCount") +
                count_at(answer.body, "/usageMetadata/thoughtsTokenCount"));
}

TEST(Gemini, stream_comes_in_coarse_pieces_framed_as_the_service_does) {
  const Simulator simulator;
  const auto answer = stream_gemini(simulator, question("Tell me a short story about a robot."));
  EXPECT_EQ(answer.header("content-type"), "text/event-stream");
  EXPECT_NE(answer.body.find("}\r\n\r\ndata: {"), std::string::npos) << "each event ends with two CR LF";
  EXPECT_EQ(answer.body.find("[DONE]"), std::string::npos);
  const auto events = answer.events();
  ASSERT_GT(events.size(), 3u);
  for (const auto& event : events) EXPECT_GT(count_at(event, "/usageMetadata/promptTokenCount"), 0u) << event;
  EXPECT_EQ(at(events.front(), "/candidates/0/finishReason"), "");
  EXPECT_EQ(at(events.back(), "/candidates/0/finishReason"), "STOP");
  EXPECT_GT(at(events.front(), "/candidates/0/content/parts/0/text").size(), 10u);
}

TEST(Gemini, stream_has_the_text_of_the_whole_answer) {
  const Simulator simulator;
  const auto body = question("what was my last question?");
  std::string text;
  for (const auto& event : stream_gemini(simulator, body).events())
    text += at(event, "/candidates/0/content/parts/0/text");
  EXPECT_EQ(text, "You have not asked me anything before this.");
  EXPECT_EQ(text_of(ask_gemini(simulator, body)), text);
}

TEST(Gemini, stream_that_is_not_asked_for_as_events_is_a_list) {
  const Simulator simulator;
  const auto answer = RawClient(simulator.port()).post(model_path + ":streamGenerateContent", question("hi"));
  EXPECT_NE(answer.header("content-type").find("application/json"), std::string::npos);
  EXPECT_FALSE(at(answer.body, "/1/candidates/0").empty());
}

TEST(Gemini, call_is_signed_and_has_an_id_on_the_newest_models_only) {
  const Simulator simulator;
  const auto newest = ask_gemini(simulator, question("What is the weather in Paris?", add_tool)).body;
  EXPECT_EQ(at(newest, "/candidates/0/content/parts/0/functionCall/name"), "get_weather");
  EXPECT_EQ(at(newest, "/candidates/0/content/parts/0/functionCall/args/city"), "Paris");
  EXPECT_FALSE(at(newest, "/candidates/0/content/parts/0/functionCall/id").empty());
  EXPECT_EQ(at(newest, "/candidates/0/content/parts/0/thoughtSignature").size(), 72u);
  EXPECT_EQ(at(newest, "/candidates/0/finishReason"), "STOP");
  const auto older =
      ask_gemini(simulator, question("What is the weather in Paris?", add_tool), "/v1beta/models/gemini-2.5-flash")
          .body;
  EXPECT_EQ(at(older, "/candidates/0/content/parts/0/functionCall/id"), "");
}

TEST(Gemini, limit_spent_on_thinking_leaves_no_parts) {
  const Simulator simulator;
  const auto body = ask_gemini(simulator, question("hi", R"(,"generationConfig":{"maxOutputTokens":1})")).body;
  EXPECT_EQ(at(body, "/candidates/0/finishReason"), "MAX_TOKENS");
  EXPECT_EQ(at(body, "/candidates/0/content"), R"({"role":"model"})");
}

TEST(Gemini, schema_is_obeyed) {
  const Simulator simulator;
  const auto body =
      question("hi", R"(,"generation_config":{"response_mime_type":"application/json","response_json_schema":)"
                     R"({"type":"object","properties":{"first_name":{"type":"string"}},"required":["first_name"]}})");
  const auto text = text_of(ask_gemini(simulator, body));
  EXPECT_FALSE(at(text, "/first_name").empty()) << text;
}

TEST(Gemini, wrong_shapes_are_refused_with_the_field) {
  const Simulator simulator;
  const std::pair<std::string, const char*> bad[] = {
      {"{", "Invalid JSON"},
      {"{}", "contents is not specified"},
      {R"({"contents":[{"role":"user","parts":[]}]})", "parts"},
      {R"({"contents":[{"role":"assistant","parts":[{"text":"a"}]}]})", "valid role"},
      {R"({"contents":[{"parts":[{"text":"a","inlineData":{}}]}]})", "one kind of data"},
      {R"({"contents":[{"parts":[{"thought":true}]}]})", "one kind of data"},
      {question("a", R"(,"temperature":1)"), "temperature"},
      {question("a", R"(,"generationConfig":{"temperature":3})"), "out of range"},
      {question("a", R"(,"generationConfig":{"max_tokens":3})"), "max"},
      {question("a", R"(,"generationConfig":{"stopSequences":["1","2","3","4","5","6"]})"), "at most 5"},
      {question("a", R"(,"generationConfig":{"thinkingConfig":{"thinkingBudget":1,"thinkingLevel":"LOW"}})"),
       "thinking"},
      {question("a", R"(,"generationConfig":{"responseJsonSchema":{}})"), "mime type"},
      {question("a", R"(,"tools":[{"functionDeclarations":[{"name":"2nd"}]}])"), "function name"},
      {question("a", R"(,"toolConfig":{"functionCallingConfig":{"mode":"ANY"}})"), "ANY"},
      {question("a", R"(,"cachedContent":"c","systemInstruction":{"parts":[{"text":"a"}]})"), "CachedContent"}};
  for (const auto& [body, words] : bad) {
    const auto answer = ask_gemini(simulator, body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_EQ(at(answer.body, "/error/status"), "INVALID_ARGUMENT") << body;
    EXPECT_NE(at(answer.body, "/error/message").find(words), std::string::npos) << answer.body;
  }
}

TEST(Gemini, calls_and_responses_must_match) {
  const Simulator simulator;
  const std::string call = R"({"functionCall":{"name":"f","args":{}},"thoughtSignature":"QQ=="})";
  const std::string response = R"({"functionResponse":{"name":"f","response":{"output":"x"}}})";
  const auto talk = [](const std::string& model, const std::string& user) {
    return R"({"contents":[{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[)" + model +
           R"(]},{"role":"user","parts":[)" + user + "]}]}";
  };
  EXPECT_EQ(ask_gemini(simulator, talk(call, response)).status, 200);
  EXPECT_EQ(ask_gemini(simulator, talk(call + "," + call, response)).status, 400);
  EXPECT_EQ(ask_gemini(simulator, talk(call, R"({"text":"b"})")).status, 400);
  EXPECT_EQ(ask_gemini(simulator, talk(R"({"text":"b"})", response)).status, 400);
  const auto unsigned_call = talk(R"({"functionCall":{"name":"f","args":{}}})", response);
  EXPECT_NE(at(ask_gemini(simulator, unsigned_call).body, "/error/message").find("thought_signature"),
            std::string::npos);
  EXPECT_EQ(ask_gemini(simulator, unsigned_call, "/v1beta/models/gemini-2.5-flash").status, 200);
}

TEST(Gemini, key_and_model_are_checked) {
  const Simulator simulator(SimulatorOptions().require_key("right").models({"gemini-x"}));
  RawClient client(simulator.port());
  const auto wrong = client.post("/v1beta/models/gemini-x:generateContent", question("a"), "x-goog-api-key: wrong\r\n");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(at(wrong.body, "/error/details/0/reason"), "API_KEY_INVALID");
  EXPECT_EQ(wrong.body.find("wrong"), std::string::npos);
}

TEST(Gemini, unknown_model_is_not_found) {
  const Simulator simulator(SimulatorOptions().models({"gemini-x"}));
  const auto answer = ask_gemini(simulator, question("a"));
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(at(answer.body, "/error/status"), "NOT_FOUND");
}

TEST(Gemini, delay_of_a_limit_is_said_in_the_body) {
  const Simulator simulator(SimulatorOptions().fault(Fault("rate-limit").with("retry-after", "7")));
  const auto answer = ask_gemini(simulator, question("a"));
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(at(answer.body, "/error/details/1/retryDelay"), "7s");
}

namespace {

/// Carries what the library renders to the simulator and what that answers back.
class GeminiRoundTrip : public ::testing::Test {
 protected:
  static constexpr fastccg::protocols::Dialect dialect{"gemini", fastccg::protocols::Quirk::none};

  fastccg::Reply ask(bool stream) {
    request.stream = stream;
    request.messages.clear();
    for (const auto& message : history) request.messages.push_back(&message);
    const auto& protocol = fastccg::protocols::find(fastccg::protocols::Speaks::generate_content);
    const auto rendered = protocol.render(request, dialect);
    const auto answer = RawClient(simulator.port()).post(rendered.path, rendered.body);
    fastccg::ReplyBuilder builder("gemini");
    if (answer.status != 200) {
      ADD_FAILURE() << answer.body << "\n" << rendered.body;
    } else if (stream) {
      decode_events(protocol, answer.body, builder);
    } else {
      protocol.decode(answer.body, dialect, builder);
    }
    EXPECT_FALSE(builder.failure()) << builder.failure()->describe();
    auto reply = builder.take();
    history.push_back(reply.message);
    return reply;
  }

  static void decode_events(const fastccg::protocols::Protocol& protocol, std::string_view body,
                            fastccg::ReplyBuilder& builder) {
    class Feeder final : public fastccg::sse::Handler {
     public:
      Feeder(fastccg::protocols::StreamDecoder& decoder, fastccg::ReplyBuilder& out) : decoder_(decoder), out_(out) {}
      void on_event(const fastccg::sse::Event& event) override { decoder_.on_event(event, out_); }

     private:
      fastccg::protocols::StreamDecoder& decoder_;
      fastccg::ReplyBuilder& out_;
    };
    const auto decoder = protocol.decode_stream(dialect);
    Feeder feeder(*decoder, builder);
    fastccg::sse::Framer framer;
    framer.feed(body, feeder);
    framer.finish(feeder);
    decoder->on_end(builder);
  }

  void use(const char* model) {
    request.model.id = model;
    history.clear();
    request.settings.tools(
        {fastccg::Tool("get_weather", "tells the weather",
                       R"({"type":"object","properties":{"city":{"type":"string"}},"required":["city"]})")});
  }

  const Simulator simulator;
  fastccg::Request request;
  std::deque<fastccg::Message> history;
};

}  // namespace

TEST_F(GeminiRoundTrip, tool_rounds_of_all_generations_are_accepted) {
  for (const auto* model : {"gemini-2.0-flash", "gemini-2.5-flash", "gemini-3.6-flash", "gemini-flash-latest"}) {
    for (const bool stream : {false, true}) {
      use(model);
      history.push_back(fastccg::Message::user("What is the weather in Paris and in Rome?"));
      const auto reply = ask(stream);
      EXPECT_EQ(reply.finish_reason, fastccg::FinishReason::tool_calls) << model;
      std::vector<fastccg::ToolResult> results;
      for (const auto& call : reply.tool_calls()) results.emplace_back(call.id, "sunny");
      ASSERT_EQ(results.size(), 2u);
      history.push_back(fastccg::Message::tool_results(std::move(results)));
      const auto last = ask(stream);
      EXPECT_EQ(last.finish_reason, fastccg::FinishReason::stop) << model;
      EXPECT_NE(last.content.find("sunny"), std::string::npos) << last.content;
      history.push_back(fastccg::Message::user("what was my last question?"));
      EXPECT_FALSE(ask(stream).content.empty());
    }
  }
}

TEST_F(GeminiRoundTrip, history_of_another_provider_is_accepted) {
  use("gemini-3.6-flash");
  fastccg::Reasoning reasoning("hm");
  reasoning.payload = R"("foreign")";
  reasoning.provider = "anthropic";
  fastccg::Message foreign(fastccg::Role::assistant,
                           {reasoning, fastccg::ToolCall("toolu_1", "get_weather", R"({"city":"Oslo"})")});
  foreign.provider = "anthropic";
  history.push_back(fastccg::Message::user("weather?"));
  history.push_back(foreign);
  history.push_back(fastccg::Message::tool_results({fastccg::ToolResult("toolu_1", "rain")}));
  EXPECT_NE(ask(false).content.find("rain"), std::string::npos);
}

TEST_F(GeminiRoundTrip, every_setting_is_accepted) {
  use("gemini-3.6-flash");
  history.push_back(fastccg::Message::user("hi"));
  request.settings.sys_prompt("x")
      .temperature(1)
      .top_p(0.5)
      .top_k(3)
      .max_tokens(500)
      .stop({"zzz"})
      .seed(7)
      .frequency_penalty(0.1)
      .presence_penalty(0.1)
      .logprobs(2)
      .tool_choice(fastccg::ToolChoice::none())
      .output_format(
          fastccg::OutputFormat::schema("s", R"({"type":"object","properties":{"a":{"const":1}},"required":["a"]})"))
      .reasoning(fastccg::ReasoningSetting::effort("low"));
  EXPECT_EQ(at(ask(true).content, "/a"), "1");
}
