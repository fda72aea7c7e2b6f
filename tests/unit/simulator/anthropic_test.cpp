#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>

#include "chat_helpers.hpp"

using fastccg::Fault;
using fastccg::Simulator;
using fastccg::SimulatorOptions;
using namespace simulator_test;

namespace json = boost::json;

namespace {

constexpr auto version = "anthropic-version: 2023-06-01\r\nx-api-key: k\r\n";

std::string request_of(const std::string& body, const std::string& headers) {
  return "POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string user(const std::string& text) {
  return R"({"role":"user","content":[{"type":"text","text":")" + text + R"("}]})";
}

/// A request whose messages are these; `more` are further members.
std::string body_of(const std::string& messages, const std::string& more = "",
                    const std::string& model = "claude-sonnet-4-5") {
  return R"({"model":")" + model + R"(","max_tokens":4096,"messages":[)" + messages + "]" + more + "}";
}

RawAnswer post(const Simulator& simulator, const std::string& body, const char* headers = version) {
  RawClient client(simulator.port());
  client.send(request_of(body, headers));
  return client.read();
}

RawAnswer ask_plainly(const Simulator& simulator, const std::string& question, const std::string& more = "") {
  return post(simulator, body_of(user(question), more));
}

/// The words with which a request is refused; empty if it is not.
std::string refusal_of(const std::string& body) {
  const Simulator simulator;
  const auto answer = post(simulator, body);
  return answer.status == 400 && at(answer.body, "/error/type") == "invalid_request_error"
             ? at(answer.body, "/error/message")
             : "";
}

std::string tool(const std::string& name = "get_time") {
  return R"({"name":")" + name +
         R"(","description":"The time.","input_schema":{"type":"object","properties":{"zone":{"type":"string"}},"required":["zone"]}})";
}

std::string event_names(const RawAnswer& answer) {
  std::string names;
  for (std::size_t begin = 0; (begin = answer.body.find("event: ", begin)) != std::string::npos;) {
    begin += 7;
    const auto name = answer.body.substr(begin, answer.body.find('\n', begin) - begin);
    if (names.size() < name.size() || names.substr(names.size() - name.size()) != name)
      names += (names.empty() ? "" : " ") + name;
  }
  return names;
}

}  // namespace

TEST(Anthropic, answers_in_the_form_of_the_service) {
  const Simulator simulator;
  const auto answer = ask_plainly(simulator, "What is the capital of Australia?");
  EXPECT_EQ(answer.status, 200);
  EXPECT_NE(at(answer.body, "/content/0/text").find("Canberra"), std::string::npos);
  EXPECT_EQ(at(answer.body, "/type"), "message");
  EXPECT_EQ(at(answer.body, "/model"), "claude-sonnet-4-5-20250929");
  EXPECT_EQ(at(answer.body, "/stop_reason"), "end_turn");
  EXPECT_GT(count_at(answer.body, "/usage/input_tokens"), 0U);
  EXPECT_GT(count_at(answer.body, "/usage/output_tokens"), 0U);
  EXPECT_EQ(answer.header("request-id").substr(0, 4), "req_");
  EXPECT_NE(answer.header("retry-after"), "");
}

TEST(Anthropic, knows_history_and_system_text) {
  const Simulator simulator;
  const auto asked = body_of(user("What is a fugue?") + R"(,{"role":"assistant","content":"Music."},)" +
                                 user("Based on our previous conversation, what was my last question?"),
                             R"(,"system":[{"type":"text","text":"Be kind."}])");
  EXPECT_EQ(at(post(simulator, asked).body, "/content/0/text"), "Your last question was: \"What is a fugue?\"");
}

TEST(Anthropic, stream_has_the_order_of_the_service) {
  const Simulator simulator;
  const auto answer = ask_plainly(simulator, "hi", R"(,"stream":true)");
  EXPECT_EQ(answer.header("content-type"), "text/event-stream; charset=utf-8");
  EXPECT_EQ(event_names(answer),
            "message_start content_block_start ping content_block_delta content_block_stop message_delta message_stop");
  const auto events = answer.events();
  EXPECT_EQ(at(events.front(), "/message/content"), "[]");
  EXPECT_EQ(events.back(), R"({"type":"message_stop"})");
  EXPECT_EQ(at(events[events.size() - 2], "/delta/stop_reason"), "end_turn");
  std::string text;
  std::size_t pieces = 0;
  for (const auto& event : events)
    if (at(event, "/type") == "content_block_delta") text += at(event, "/delta/text"), ++pieces;
  EXPECT_EQ(text, at(ask_plainly(simulator, "hi").body, "/content/0/text"));
  EXPECT_EQ(count_at(events[events.size() - 2], "/usage/output_tokens"), pieces);
}

TEST(Anthropic, same_seed_and_request_same_bytes) {
  const Simulator one(SimulatorOptions().seed(5));
  const Simulator same(SimulatorOptions().seed(5));
  const auto first = ask_plainly(one, "Tell me a story.", R"(,"stream":true)").bytes;
  EXPECT_EQ(first, ask_plainly(same, "Tell me a story.", R"(,"stream":true)").bytes);
  EXPECT_NE(first, ask_plainly(one, "Tell me a tale.", R"(,"stream":true)").bytes);
}

TEST(Anthropic, calls_tools_and_takes_their_results) {
  const Simulator simulator;
  const auto tools = R"(,"tools":[)" + tool() + R"(],"tool_choice":{"type":"any"})";
  const auto answer = ask_plainly(simulator, "What time is it?", tools);
  EXPECT_EQ(at(answer.body, "/stop_reason"), "tool_use");
  EXPECT_EQ(at(answer.body, "/content/0/type"), "tool_use");
  EXPECT_EQ(at(answer.body, "/content/0/id").substr(0, 6), "toolu_");
  EXPECT_NE(at(answer.body, "/content/0/input/zone"), "");

  const auto content = json::serialize(json::parse(answer.body).at("content"));
  const auto result = R"({"role":"user","content":[{"type":"tool_result","tool_use_id":")" +
                      at(answer.body, "/content/0/id") + R"(","content":"noon"}]})";
  const auto last =
      post(simulator, body_of(user("What time is it?") + R"(,{"role":"assistant","content":)" + content + "}," + result,
                              R"(,"tools":[)" + tool() + "]"));
  EXPECT_EQ(last.status, 200) << last.body;
  EXPECT_NE(at(last.body, "/content/0/text").find("noon"), std::string::npos);
}

TEST(Anthropic, streams_the_input_of_tools_in_pieces) {
  const Simulator simulator;
  const auto answer = ask_plainly(simulator, "What time is it?",
                                  R"(,"stream":true,"tools":[)" + tool() + R"(],"tool_choice":{"type":"any"})");
  std::string input;
  for (const auto& event : answer.events())
    if (at(event, "/delta/type") == "input_json_delta") input += at(event, "/delta/partial_json");
  EXPECT_TRUE(json::parse(input).as_object().contains("zone")) << input;
}

TEST(Anthropic, thinks_when_told_to_and_signs_it) {
  const Simulator simulator;
  const auto thinking = R"(,"thinking":{"type":"enabled","budget_tokens":1024})";
  const auto answer = ask_plainly(simulator, "Why is the sky blue?", thinking);
  ASSERT_EQ(at(answer.body, "/content/0/type"), "thinking");
  EXPECT_NE(at(answer.body, "/content/0/signature"), "");
  EXPECT_GT(count_at(answer.body, "/usage/output_tokens_details/thinking_tokens"), 0U);

  auto content = json::parse(answer.body).at("content");
  const auto history = [&] {
    return body_of(user("Why is the sky blue?") + R"(,{"role":"assistant","content":)" + json::serialize(content) +
                   "}," + user("And red?"));
  };
  EXPECT_EQ(refusal_of(history()), "");
  content.at(0).as_object()["thinking"] = "something else";
  EXPECT_NE(refusal_of(history()).find("Invalid `signature`"), std::string::npos);
}

TEST(Anthropic, stops_at_limits_and_sequences) {
  const Simulator simulator;
  const auto cut =
      post(simulator, R"({"model":"claude-sonnet-4-5","max_tokens":3,"messages":[)" + user("Tell me a story.") + "]}");
  EXPECT_EQ(at(cut.body, "/stop_reason"), "max_tokens");
  const auto stopped = ask_plainly(simulator, "What is the capital of Australia?", R"(,"stop_sequences":["Canberra"])");
  EXPECT_EQ(at(stopped.body, "/stop_reason"), "stop_sequence");
  EXPECT_EQ(at(stopped.body, "/stop_sequence"), "Canberra");
}

TEST(Anthropic, obeys_a_schema) {
  const auto format =
      R"(,"output_config":{"format":{"type":"json_schema","schema":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}}})";
  const Simulator simulator;
  EXPECT_TRUE(json::parse(at(ask_plainly(simulator, "Name a city.", format).body, "/content/0/text"))
                  .as_object()
                  .contains("city"));
}

TEST(Anthropic, refuses_keys_versions_and_methods_in_its_own_form) {
  const Simulator simulator(SimulatorOptions().require_key("secret"));
  const auto none = post(simulator, body_of(user("hi")), "anthropic-version: 2023-06-01\r\n");
  EXPECT_EQ(none.status, 401);
  EXPECT_EQ(at(none.body, "/type"), "error");
  EXPECT_EQ(at(none.body, "/error/type"), "authentication_error");
  EXPECT_EQ(at(none.body, "/request_id"), none.header("request-id"));
  EXPECT_EQ(none.header("x-should-retry"), "false");
  EXPECT_EQ(post(simulator, body_of(user("hi"))).status, 401);
  EXPECT_EQ(post(simulator, body_of(user("hi")), "anthropic-version: 1\r\nx-api-key: secret\r\n").status, 200);
  EXPECT_EQ(post(simulator, body_of(user("hi")), "x-api-key: secret\r\n").status, 400);
}

TEST(Anthropic, unknown_model_is_not_found) {
  const Simulator simulator(SimulatorOptions().models({"claude-one"}));
  const auto answer = ask_plainly(simulator, "hi");
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(at(answer.body, "/error/type"), "not_found_error");
  EXPECT_EQ(at(answer.body, "/error/message"), "model: claude-sonnet-4-5");
}

TEST(Anthropic, refuses_fields_of_the_wrong_shape) {
  const auto with = [](const std::string& more, const char* model = "claude-sonnet-4-5") {
    return refusal_of(body_of(user("hi"), "," + more, model));
  };
  EXPECT_EQ(refusal_of(R"({"model":"claude-x","messages":[]})"), "max_tokens: Field required");
  EXPECT_EQ(refusal_of(body_of("")), "messages: at least one message is required");
  EXPECT_EQ(with(R"("seed":1)"), "seed: Extra inputs are not permitted");
  EXPECT_EQ(with(R"("temperature":1.5)"), "temperature: range: 0..1");
  EXPECT_NE(with(R"("temperature":0.5)", "claude-opus-4-7"), "");
  EXPECT_NE(with(R"("temperature":0.5,"top_p":0.5)"), "");
  EXPECT_NE(with(R"("stop_sequences":[" "])"), "");
  EXPECT_NE(with(R"("thinking":{"type":"enabled","budget_tokens":1000})"), "");
  EXPECT_NE(with(R"("thinking":{"type":"enabled","budget_tokens":4096})"), "");
  EXPECT_NE(with(R"("thinking":{"type":"enabled","budget_tokens":2000},"temperature":0.2)"), "");
  EXPECT_NE(with(R"("thinking":{"type":"enabled","budget_tokens":2000})", "claude-opus-5"), "");
  EXPECT_NE(with(R"("thinking":{"type":"adaptive"})"), "");
  EXPECT_NE(with(R"("tool_choice":{"type":"auto"})"), "");
  EXPECT_NE(with(R"("tools":[{"name":"f","input_schema":{"type":"string"}}])"), "");
  EXPECT_NE(with(R"("tools":[{"name":"f g","input_schema":{"type":"object"}}])"), "");
  EXPECT_NE(with(R"("tools":[)" + tool() + "," + tool() + "]"), "");
  EXPECT_NE(with(R"("output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}})"), "");
  EXPECT_NE(with(R"("output_config":{"effort":"xhigh"})", "claude-opus-4-6"), "");
  EXPECT_EQ(with(R"("temperature":0.5,"top_k":3,"metadata":{"user_id":"u"},"stream":false)"), "");
}

TEST(Anthropic, refuses_conversations_of_the_wrong_shape) {
  const auto assistant = [](const std::string& blocks) {
    return R"(,{"role":"assistant","content":[)" + blocks + "]},";
  };
  const auto turn = [](const std::string& blocks) { return R"({"role":"user","content":[)" + blocks + "]}"; };
  const std::string use = R"({"type":"tool_use","id":"t1","name":"f","input":{}})";
  const std::string result = R"({"type":"tool_result","tool_use_id":"t1","content":"r"})";
  const std::string text = R"({"type":"text","text":"x"})";
  const auto say = [](const std::string& messages, const char* model = "claude-sonnet-4-5") {
    return refusal_of(body_of(messages, "", model));
  };

  EXPECT_EQ(say(user("a") + assistant(use) + turn(result + "," + text)), "");
  EXPECT_NE(say(user("")), "");
  EXPECT_NE(say(user(" ")), "");
  EXPECT_NE(say(user("a") + assistant(use) + user("b")).find("without `tool_result`"), std::string::npos);
  EXPECT_NE(say(user("a") + assistant(use + "," + use) + turn(result)), "");
  EXPECT_NE(say(user("a") + assistant(use) + turn(text + "," + result)), "");
  EXPECT_NE(say(user("a") + assistant(use) + turn(result + "," + result)), "");
  EXPECT_NE(say(turn(result)).find("unexpected `tool_use_id`"), std::string::npos);
  EXPECT_NE(say(turn(R"({"type":"image","source":{"type":"base64","data":"x"}})")), "");
  EXPECT_NE(say(user("a") + assistant(R"({"type":"tool_use","id":"a b","name":"f","input":{}})") + turn(result)), "");
  EXPECT_NE(say(R"({"role":"robot","content":"x"})"), "");
  EXPECT_NE(say(user("a") + R"(,{"role":"system","content":"x"})"), "");
  EXPECT_EQ(say(user("a") + R"(,{"role":"system","content":"x"})", "claude-opus-4-8"), "");
  EXPECT_EQ(say(user("a") + R"(,{"role":"assistant","content":"x"})"), "");
  EXPECT_NE(say(user("a") + R"(,{"role":"assistant","content":"x "})"), "");
  EXPECT_NE(say(user("a") + R"(,{"role":"assistant","content":"x"})", "claude-opus-4-6").find("prefill"),
            std::string::npos);
}

TEST(Anthropic, faults_speak_its_language) {
  Simulator simulator;
  const auto under = [&simulator](const char* fault, const char* more = "") {
    simulator.set_faults({Fault(fault)});
    return ask_plainly(simulator, "Tell me a story.", more);
  };
  EXPECT_EQ(at(under("status;code=529").body, "/error/type"), "overloaded_error");
  const auto limited = under("status;code=429;retry-after=7");
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(limited.header("retry-after"), "7");
  const auto heartbeats = under("heartbeats;count=2", R"(,"stream":true)");
  EXPECT_NE(heartbeats.body.find("event: ping\ndata: {\"type\": \"ping\"}\n\nevent: ping"), std::string::npos);
  const auto endless = under("missing-terminator", R"(,"stream":true)");
  EXPECT_EQ(endless.body.find("message_stop"), std::string::npos);
}
