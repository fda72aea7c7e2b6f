#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

#include "chat_helpers.hpp"

using fastccg::Fault;
using fastccg::Simulator;
using fastccg::SimulatorOptions;
using namespace simulator_test;

namespace json = boost::json;

namespace {

/// A request whose messages are these; `more` are further members.
std::string body_of(const std::string& messages, const std::string& more = "",
                    const std::string& model = "mistral-small-latest") {
  return R"({"model":")" + model + R"(","messages":[)" + messages + "]" + more + "}";
}

std::string user(const std::string& text) { return R"({"role":"user","content":")" + text + R"("})"; }

RawAnswer post(const std::string& body, const std::string& path = chat_path) {
  const Simulator simulator;
  return RawClient(simulator.port()).post(path, body);
}

RawAnswer with_fault(const std::string& fault, const std::string& more = "") {
  const Simulator simulator(SimulatorOptions().fault(Fault(fault)));
  return RawClient(simulator.port()).post("/mistral/v1/chat/completions", body_of(user("count to 9"), more));
}

/// What a request of the wrong shape is refused with, as "place type".
std::string shape_complaint(const std::string& body) {
  const auto answer = post(body);
  if (answer.status != 422) return "status " + std::to_string(answer.status) + " " + answer.body;
  return at(answer.body, "/detail/0/loc") + " " + at(answer.body, "/detail/0/type");
}

/// What a request that makes no sense is refused with, as "type code message".
std::string complaint(const std::string& messages, const std::string& more = "") {
  const auto answer = post(body_of(messages, more));
  if (answer.status != 400) return "status " + std::to_string(answer.status) + " " + answer.body;
  return at(answer.body, "/type") + " " + at(answer.body, "/code") + " " + at(answer.body, "/message");
}

const std::string weather_tool = R"(,"tools":[{"type":"function","function":{"name":"get_weather","parameters":)"
                                 R"({"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}}])";

std::string call_of(const std::string& id) {
  return R"({"role":"assistant","content":"","tool_calls":[{"id":")" + id +
         R"(","function":{"name":"f","arguments":"{}"}}]})";
}

std::string result_of(const std::string& id) {
  return R"({"role":"tool","tool_call_id":")" + id + R"(","content":"ok"})";
}

}  // namespace

TEST(Mistral, is_meant_by_its_models_its_path_or_its_client) {
  const Simulator simulator;
  const auto persona = [&](const std::string& path, const std::string& model, const std::string& headers = "") {
    RawClient(simulator.port()).post(path, body_of(user("hi"), "", model), headers);
    return simulator.requests().back().persona;
  };
  EXPECT_EQ(persona(chat_path, "mistral-small-latest"), "mistral");
  EXPECT_EQ(persona(chat_path, "magistral-medium-latest"), "mistral");
  EXPECT_EQ(persona("/mistral/v1/chat/completions", "anything"), "mistral");
  EXPECT_EQ(persona(chat_path, "anything", "user-agent: sdk mistralai\r\n"), "mistral");
  EXPECT_EQ(persona(chat_path, "gpt-4o"), "openai_chat");
  EXPECT_EQ(persona(chat_path, "mistralai/mistral-small"), "openai_chat") << "another server's name for it";
  EXPECT_EQ(persona("/openrouter/v1/chat/completions", "mistral-small-latest"), "openai_chat");
}

TEST(Mistral, only_the_model_at_the_top_of_the_body_counts) {
  const Simulator simulator;
  RawClient(simulator.port())
      .post(
          chat_path,
          R"({"messages":[{"role":"user","content":"\"model\":\"mistral-x\""}],"metadata":{"model":"mistral-x"},"model":"gpt-4o"})");
  EXPECT_EQ(simulator.requests().back().persona, "openai_chat");
}

TEST(Mistral, whole_answer_has_the_shape_of_the_service) {
  const auto answer = post(body_of(user("What is the capital of France?")));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(content(answer), "The capital of France is Paris.");
  EXPECT_EQ(at(answer.body, "/model"), "mistral-small-latest");
  EXPECT_EQ(at(answer.body, "/id").size(), 32U);
  EXPECT_EQ(at(answer.body, "/choices/0/message/tool_calls"), "null");
  EXPECT_EQ(at(answer.body, "/choices/0/finish_reason"), "stop");
  EXPECT_EQ(at(answer.body, "/usage/num_cached_tokens"), "0");
  EXPECT_NE(answer.header("mistral-correlation-id"), "");
  EXPECT_NE(answer.header("x-ratelimit-remaining-req-minute"), "");
}

TEST(Mistral, last_chunk_of_a_stream_has_text_reason_and_usage) {
  const auto answer = post(body_of(user("count to 5"), R"(,"stream":true)"));
  EXPECT_EQ(joined(answer), "1 2 3 4 5");
  const auto events = answer.events();
  EXPECT_EQ(events.back(), "[DONE]");
  const auto& last = events[events.size() - 2];
  EXPECT_EQ(at(last, "/choices/0/delta/content"), " 5");
  EXPECT_EQ(at(last, "/choices/0/finish_reason"), "stop");
  EXPECT_GT(count_at(last, "/usage/completion_tokens"), 0U);
  EXPECT_EQ(at(events[1], "/usage"), "");
  EXPECT_NE(at(events[1], "/p"), "") << "padding";
}

TEST(Mistral, thoughts_come_in_chunks_of_content) {
  const auto whole = post(body_of(user("say yes"), R"(,"reasoning_effort":"high")"));
  EXPECT_EQ(at(whole.body, "/choices/0/message/content/0/type"), "thinking");
  EXPECT_NE(at(whole.body, "/choices/0/message/content/0/thinking/0/text"), "");
  EXPECT_EQ(at(whole.body, "/choices/0/message/content/1/text"), "yes");
  const auto events = post(body_of(user("say yes of course"), R"(,"stream":true)", "magistral-small-latest")).events();
  EXPECT_EQ(at(events[0], "/choices/0/delta/content"), "");
  EXPECT_EQ(at(events[1], "/choices/0/delta/content/0/type"), "thinking");
  EXPECT_EQ(at(events[events.size() - 4], "/choices/0/delta/content/0/text"), "yes") << "first a list,";
  EXPECT_EQ(at(events[events.size() - 3], "/choices/0/delta/content"), " of") << "then text";
}

TEST(Mistral, calls_come_whole_with_ids_of_nine_characters) {
  const auto body = body_of(user("weather in Oslo and in Rome?"), weather_tool + R"(,"stream":true)");
  const auto events = post(body).events();
  const auto& last = events[events.size() - 2];
  EXPECT_EQ(at(last, "/choices/0/finish_reason"), "tool_calls");
  EXPECT_EQ(at(last, "/choices/0/delta/tool_calls/1/function/arguments"), R"({"city":"Rome"})");
  EXPECT_EQ(at(last, "/choices/0/delta/tool_calls/1/index"), "1");
  const auto id = at(last, "/choices/0/delta/tool_calls/0/id");
  EXPECT_EQ(id.size(), 9U);
  EXPECT_TRUE(std::ranges::all_of(id, [](unsigned char c) { return std::isalnum(c) != 0; }));
}

TEST(Mistral, a_tool_is_forced_by_the_word_any) {
  const auto answer = post(body_of(user("hi"), weather_tool + R"(,"tool_choice":"any")"));
  EXPECT_EQ(at(answer.body, "/choices/0/message/tool_calls/0/function/name"), "get_weather");
  EXPECT_EQ(at(answer.body, "/choices/0/message/content"), "");
}

TEST(Mistral, results_lead_to_an_answer) {
  const auto answer = post(body_of(user("do f") + "," + call_of("abcDEF123") + "," + result_of("abcDEF123")));
  EXPECT_EQ(content(answer), "According to f: ok.");
}

TEST(Mistral, wrong_shapes_are_refused_with_their_place) {
  EXPECT_EQ(shape_complaint(R"({"model":"mistral-small-latest"})"), R"(["body","messages"] missing)");
  EXPECT_EQ(shape_complaint(body_of(user("hi"), R"(,"seed":1)")), R"(["body","seed"] extra_forbidden)");
  EXPECT_EQ(shape_complaint(body_of(user("hi"), R"(,"stream_options":{})")),
            R"(["body","stream_options"] extra_forbidden)");
  EXPECT_EQ(shape_complaint(body_of(user("hi"), R"(,"temperature":1.6)")), R"(["body","temperature"] less_than_equal)");
  EXPECT_EQ(shape_complaint(body_of(user("hi"), R"(,"random_seed":"x")")), R"(["body","random_seed"] int_type)");
  EXPECT_EQ(shape_complaint(body_of(user("hi"), R"(,"tool_choice":"some")")), R"(["body","tool_choice"] enum)");
  EXPECT_EQ(shape_complaint(body_of(R"({"role":"developer","content":"x"})")),
            R"(["body","messages",0] union_tag_invalid)");
  EXPECT_EQ(shape_complaint(body_of(R"({"role":"user"})")), R"(["body","messages",0,"content"] missing)");
  EXPECT_EQ(shape_complaint(body_of(R"({"role":"user","content":[{"type":"video"}]})")),
            R"(["body","messages",0,"content",0] union_tag_invalid)");
  EXPECT_EQ(shape_complaint(body_of(user("hi"), R"(,"response_format":{"type":"json_schema"})")),
            R"(["body","response_format","json_schema"] missing)");
}

TEST(Mistral, conversations_that_make_no_sense_are_refused) {
  EXPECT_NE(complaint(user("hi") + R"(,{"role":"assistant","content":"ho"})").find("Expected last role"),
            std::string::npos);
  EXPECT_NE(complaint(user("hi") + "," + call_of("call_1") + "," + result_of("call_1")).find("3280 Tool call id was"),
            std::string::npos);
  EXPECT_NE(complaint(user("hi") + "," + call_of("abcDEF123")).find("Not the same number"), std::string::npos);
  EXPECT_NE(complaint(user("hi") + "," + call_of("abcDEF123") + "," + user("and?")).find("Not the same number"),
            std::string::npos);
  EXPECT_NE(complaint(user("hi") + "," + result_of("abcDEF123")).find("Unexpected role 'tool'"), std::string::npos);
  EXPECT_NE(complaint(user("a") + R"(,{"role":"assistant","content":""},)" + user("b")).find("not none"),
            std::string::npos);
  EXPECT_NE(complaint(user("hi"), R"(,"temperature":0,"top_p":0.5)").find("greedy sampling"), std::string::npos);
}

TEST(Mistral, an_answer_can_be_begun_by_the_client) {
  EXPECT_EQ(post(body_of(user("hi") + R"(,{"role":"assistant","content":"Well","prefix":true})")).status, 200);
}

TEST(Mistral, pictures_and_documents_are_seen) {
  const auto answer = post(body_of(
      R"({"role":"user","content":[{"type":"text","text":"look"},{"type":"image_url","image_url":"https://e.com/a.png"},)"
      R"({"type":"document_url","document_url":"https://e.com/a.pdf"}]})"));
  EXPECT_NE(content(answer).find("I received your image. I received your file."), std::string::npos);
}

TEST(Mistral, errors_have_as_many_shapes_as_the_service_has) {
  const Simulator keyed(SimulatorOptions().require_key("right").models({"mistral-small-latest"}));
  RawClient client(keyed.port());
  EXPECT_EQ(client.post(chat_path, body_of(user("hi")), "x-api-key: wrong\r\n").body,
            R"({"detail":"Invalid API Key"})");
  const Simulator simulator(SimulatorOptions().models({"mistral-small-latest"}));
  const auto unknown = RawClient(simulator.port()).post(chat_path, body_of(user("hi"), "", "mistral-tiny"));
  EXPECT_EQ(unknown.status, 400);
  EXPECT_EQ(at(unknown.body, "/type"), "invalid_model");
  EXPECT_EQ(at(unknown.body, "/code"), "1500");
  const auto limited = with_fault("rate-limit;retry-after=2;reset-requests=30s");
  EXPECT_EQ(at(limited.body, "/type"), "rate_limited");
  EXPECT_EQ(at(limited.body, "/raw_status_code"), "429");
  EXPECT_EQ(limited.header("retry-after"), "2");
  EXPECT_EQ(limited.header("x-ratelimit-remaining-req-minute"), "0");
  EXPECT_EQ(at(with_fault("422").body, "/detail/0/type"), "value_error");
  EXPECT_EQ(at(with_fault("500").body, "/code"), "1000");
  EXPECT_NE(at(with_fault("context-length").body, "/message").find("maximum context length"), std::string::npos);
  EXPECT_EQ(at(with_fault("error-event;events=2", R"(,"stream":true)").events().back(), "/object"), "error");
}

TEST(MistralEmbeddings, have_the_shape_of_the_service) {
  const auto answer = post(R"({"model":"mistral-embed","input":["a","b c"]})", "/v1/embeddings");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(json::parse(at(answer.body, "/data/1/embedding")).as_array().size(), 1024U);
  EXPECT_EQ(at(answer.body, "/usage/completion_tokens"), "0");
  EXPECT_EQ(at(answer.body, "/usage/prompt_audio_seconds"), "null");
}

TEST(MistralEmbeddings, can_be_whole_numbers_bits_or_text) {
  const auto vector = [](const std::string& more) {
    return at(
        post(R"({"model":"codestral-embed","input":"a","output_dimension":16)" + more + "}", "/v1/embeddings").body,
        "/data/0/embedding");
  };
  const auto size = [&](const std::string& more) { return json::parse(vector(more)).as_array().size(); };
  EXPECT_EQ(size(""), 16U);
  EXPECT_EQ(size(R"(,"output_dtype":"int8")"), 16U);
  EXPECT_EQ(size(R"(,"output_dtype":"ubinary")"), 2U);
  EXPECT_EQ(vector(R"(,"encoding_format":"base64")").size(), 88U);
  EXPECT_EQ(vector(R"(,"encoding_format":"base64","output_dtype":"binary")").size(), 4U);
}

TEST(MistralEmbeddings, what_is_wrong_is_said_as_the_service_says_it) {
  const auto code = [](const std::string& members, const std::string& model = "mistral-embed") {
    const auto answer = post(R"({"model":")" + model + "\"" + members + "}", "/v1/embeddings");
    return answer.status == 422 ? at(answer.body, "/detail/0/type") : at(answer.body, "/code");
  };
  std::string many = "\"a\"";
  for (int i = 0; i < 256; ++i) many += ",\"a\"";
  EXPECT_EQ(code(",\"input\":[" + many + "]"), "3210");
  EXPECT_EQ(code(R"(,"input":"a","dimensions":3)"), "extra_forbidden");
  EXPECT_EQ(code(R"(,"input":"a","output_dimension":3)"), "3051");
  EXPECT_EQ(code(""), "missing");
  EXPECT_EQ(code(R"(,"input":[[1,2]])"), "string_type");
  EXPECT_EQ(code(R"(,"input":"a")", "mistral-small-latest"), "1500");
}
