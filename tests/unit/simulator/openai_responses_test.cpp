#include <gtest/gtest.h>

#include "chat_helpers.hpp"

using fastccg::Fault;
using fastccg::Simulator;
using fastccg::SimulatorOptions;
using namespace simulator_test;

namespace json = boost::json;

namespace {

RawAnswer respond(const Simulator& simulator, const std::string& members, const std::string& model = "gpt-4o",
                  const std::string& path = "/v1/responses") {
  return RawClient(simulator.port()).post(path, R"({"model":")" + model + "\"," + members + "}");
}

RawAnswer respond(const std::string& members, const std::string& model = "gpt-4o") {
  const Simulator simulator;
  return respond(simulator, members, model);
}

RawAnswer with_fault(const std::string& fault, const std::string& more = "") {
  const Simulator simulator(SimulatorOptions().faults(Fault::parse_list(fault)));
  return respond(simulator, R"("input":"count to 9")" + more);
}

/// The kinds of the events, without the deltas' repetitions.
std::string kinds(const RawAnswer& answer) {
  std::string result;
  std::string last;
  for (const auto& event : answer.events()) {
    const auto kind = at(event, "/type").substr(9);  // "response."
    if (kind != last) result += (result.empty() ? "" : " ") + kind;
    last = kind;
  }
  return result;
}

std::string deltas(const RawAnswer& answer, const std::string& kind) {
  std::string text;
  for (const auto& event : answer.events())
    if (at(event, "/type") == kind) text += at(event, "/delta");
  return text;
}

/// What a request is refused with, as "param code message".
std::string complaint(const std::string& members, const std::string& model = "gpt-4o") {
  const auto answer = respond(members, model);
  if (answer.status != 400) return "status " + std::to_string(answer.status);
  return at(answer.body, "/error/param") + " " + at(answer.body, "/error/code") + " " +
         at(answer.body, "/error/message");
}

bool begins(const std::string& text, const std::string& start) { return text.rfind(start, 0) == 0; }

const std::string weather_tool =
    R"(,"tools":[{"type":"function","name":"get_weather","parameters":)"
    R"({"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}}])";

const std::string call = R"({"type":"function_call","call_id":"c1","name":"f","arguments":"{}"})";
const std::string result = R"({"type":"function_call_output","call_id":"c1","output":"fine"})";

}  // namespace

TEST(Responses, whole_answer_has_the_shape_of_the_service) {
  const auto answer = respond(R"("input":"What is the capital of France?","instructions":"Be brief.")");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(at(answer.body, "/object"), "response");
  EXPECT_EQ(at(answer.body, "/status"), "completed");
  EXPECT_EQ(at(answer.body, "/model"), "gpt-4o-2024-08-06");
  EXPECT_EQ(at(answer.body, "/instructions"), "Be brief.");
  EXPECT_EQ(at(answer.body, "/output/0/type"), "message");
  EXPECT_EQ(at(answer.body, "/output/0/content/0/text"), "The capital of France is Paris.");
  EXPECT_EQ(at(answer.body, "/error"), "null");
  EXPECT_EQ(count_at(answer.body, "/usage/total_tokens"),
            count_at(answer.body, "/usage/input_tokens") + count_at(answer.body, "/usage/output_tokens"));
}

TEST(Responses, stream_has_all_its_events_in_order) {
  const auto answer = respond(R"("input":"count to 5","stream":true)");
  EXPECT_EQ(kinds(answer),
            "created in_progress output_item.added content_part.added output_text.delta output_text.done "
            "content_part.done output_item.done completed");
  const auto events = answer.events();
  for (std::size_t i = 0; i < events.size(); ++i) EXPECT_EQ(at(events[i], "/sequence_number"), std::to_string(i));
  EXPECT_EQ(deltas(answer, "response.output_text.delta"), "1 2 3 4 5");
  EXPECT_EQ(at(events.front(), "/response/usage"), "null");
  EXPECT_EQ(at(events.back(), "/response/output/0/content/0/text"), "1 2 3 4 5");
  EXPECT_NE(answer.body.find("event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\""),
            std::string::npos);
  EXPECT_NE(answer.body.find("obfuscation"), std::string::npos);
  EXPECT_EQ(respond(R"("input":"count to 5","stream":true,"stream_options":{"include_obfuscation":false})")
                .body.find("obfuscation"),
            std::string::npos);
}

TEST(Responses, stream_ends_with_the_whole_answer) {
  const Simulator simulator;
  const auto whole = respond(simulator, R"("input":"count to 5")");
  const auto last = respond(simulator, R"("input":"count to 5","stream":true)").events().back();
  EXPECT_EQ(at(last, "/response/usage"), at(whole.body, "/usage"));
  EXPECT_EQ(at(last, "/response/status"), "completed");
}

TEST(Responses, calls_are_items_of_their_own) {
  const auto answer = respond(R"("input":"weather in Oslo and in Rome?","stream":true)" + weather_tool);
  EXPECT_EQ(kinds(answer),
            "created in_progress output_item.added function_call_arguments.delta function_call_arguments.done "
            "output_item.done output_item.added function_call_arguments.delta function_call_arguments.done "
            "output_item.done completed");
  const auto last = answer.events().back();
  EXPECT_EQ(at(last, "/response/output/1/arguments"), R"({"city":"Rome"})");
  EXPECT_TRUE(begins(at(last, "/response/output/0/call_id"), "call_"));
  EXPECT_TRUE(begins(at(last, "/response/output/0/id"), "fc_"));
  EXPECT_EQ(at(last, "/response/tools/0/strict"), "true") << "on unless it is switched off";
}

TEST(Responses, results_lead_to_an_answer) {
  const auto answer = respond("\"input\":[{\"role\":\"user\",\"content\":\"do f\"}," + call + "," + result + "]");
  EXPECT_EQ(at(answer.body, "/output/0/content/0/text"), "According to f: fine.");
}

TEST(Responses, thoughts_are_shown_and_sealed_on_request) {
  const auto plain = respond(R"("input":"say hi")", "gpt-5");
  EXPECT_EQ(at(plain.body, "/output/0/type"), "reasoning");
  EXPECT_EQ(at(plain.body, "/output/0/summary"), "[]");
  EXPECT_EQ(at(plain.body, "/output/0/encrypted_content"), "");
  EXPECT_GT(count_at(plain.body, "/usage/output_tokens_details/reasoning_tokens"), 0U);
  const auto asked = respond(
      R"("input":"say hi","reasoning":{"effort":"low","summary":"auto"},"include":["reasoning.encrypted_content"],)"
      R"("stream":true)",
      "gpt-5");
  EXPECT_TRUE(begins(kinds(asked),
                     "created in_progress output_item.added reasoning_summary_part.added reasoning_summary_text.delta "
                     "reasoning_summary_text.done reasoning_summary_part.done output_item.done output_item.added"));
  const auto last = asked.events().back();
  EXPECT_EQ(deltas(asked, "response.reasoning_summary_text.delta"), at(last, "/response/output/0/summary/0/text"));
  EXPECT_TRUE(begins(at(last, "/response/output/0/encrypted_content"), "gAAAA"));
}

TEST(Responses, thoughts_must_come_back_as_they_were) {
  const Simulator simulator;
  const auto first =
      respond(simulator, R"("input":"say hi","include":["reasoning.encrypted_content"],"store":false)", "gpt-5");
  const auto thought = at(first.body, "/output/0");
  const auto said = at(first.body, "/output/1");
  const auto again = [&](const std::string& items) {
    const auto answer = respond(
        simulator, R"("input":[{"role":"user","content":"say hi"},)" + items + R"({"role":"user","content":"and?"}])",
        "gpt-5");
    return std::to_string(answer.status) + at(answer.body, "/error/code") + at(answer.body, "/error/message");
  };
  EXPECT_TRUE(begins(again(thought + "," + said + ","), "200"));
  EXPECT_NE(again(thought + ",").find("without its required following item"), std::string::npos);
  auto changed = thought;
  changed.replace(changed.find("gAAAA") + 20, 1, changed[changed.find("gAAAA") + 20] == 'x' ? "y" : "x");
  EXPECT_TRUE(begins(again(changed + "," + said + ","), "400invalid_encrypted_content"));
}

TEST(Responses, an_answer_can_follow_a_schema) {
  const auto answer = respond(
      R"("input":"a book","text":{"format":{"type":"json_schema","name":"book","strict":true,"schema":{"type":"object",)"
      R"("properties":{"pages":{"type":"integer"}},"required":["pages"],"additionalProperties":false}}})");
  EXPECT_EQ(at(answer.body, "/output/0/content/0/text"), R"({"pages":1})");
  EXPECT_EQ(at(answer.body, "/text/format/name"), "book");
}

TEST(Responses, an_answer_can_be_too_long) {
  const auto answer = respond(R"("input":"count to 90","max_output_tokens":16,"stream":true)");
  const auto last = answer.events().back();
  EXPECT_EQ(at(last, "/type"), "response.incomplete");
  EXPECT_EQ(at(last, "/response/incomplete_details/reason"), "max_output_tokens");
  EXPECT_EQ(at(last, "/response/output/0/status"), "incomplete");
}

TEST(Responses, an_answer_can_be_continued_and_forgotten) {
  const Simulator simulator;
  const auto first = at(respond(simulator, R"("input":"My name is Ada.")").body, "/id");
  const auto next = R"("input":"What is my name?","previous_response_id":")" + first + "\"";
  EXPECT_EQ(at(respond(simulator, next).body, "/output/0/content/0/text"), "Your name is Ada.");
  const auto path = "/v1/responses/" + first;
  RawClient client(simulator.port());
  const std::string end = " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer k\r\n\r\n";
  client.send("GET " + path + end);
  EXPECT_EQ(at(client.read().body, "/id"), first);
  client.send("DELETE " + path + end);
  EXPECT_EQ(at(client.read().body, "/deleted"), "true");
  client.send("GET " + path + end);
  EXPECT_EQ(client.read().status, 404);
  EXPECT_EQ(at(respond(simulator, next).body, "/error/code"), "previous_response_not_found");
}

TEST(Responses, what_is_not_to_be_stored_is_not) {
  const Simulator simulator;
  const auto id = at(respond(simulator, R"("input":"hi","store":false)").body, "/id");
  EXPECT_EQ(respond(simulator, R"("input":"x","previous_response_id":")" + id + "\"").status, 400);
}

TEST(Responses, an_answer_can_be_made_in_the_background) {
  const Simulator simulator;
  const auto queued = respond(simulator, R"("input":"say hi","background":true)");
  EXPECT_EQ(at(queued.body, "/status"), "queued");
  EXPECT_EQ(at(queued.body, "/output"), "[]");
  RawClient client(simulator.port());
  client.send("GET /v1/responses/" + at(queued.body, "/id") +
              " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer k\r\n\r\n");
  EXPECT_EQ(at(client.read().body, "/output/0/content/0/text"), "hi");
}

TEST(Responses, wrong_fields_are_refused_as_the_service_refuses_them) {
  EXPECT_TRUE(begins(complaint(R"("store":true)"), "input missing_required_parameter"));
  EXPECT_TRUE(begins(complaint(R"("input":"x","stop":"y")"), "stop unknown_parameter"));
  EXPECT_TRUE(begins(complaint(R"("input":"x","max_output_tokens":5)"), "max_output_tokens integer_below_min_value"));
  EXPECT_TRUE(begins(complaint(R"("input":"x","temperature":0.5)", "gpt-5"), "temperature null"));
  EXPECT_TRUE(
      begins(complaint(R"("input":"x","reasoning":{"effort":"low"})"), "reasoning.effort unsupported_parameter"));
  EXPECT_TRUE(begins(complaint(R"("input":"x","stream_options":{"include_usage":true})"),
                     "stream_options.include_usage unknown_parameter"));
  EXPECT_TRUE(begins(complaint(R"("input":"x","include":["everything"])"), "include[0] invalid_value"));
  EXPECT_TRUE(begins(complaint(R"("input":"x","tools":[{"type":"function","function":{"name":"f"}}])"),
                     "tools[0].name missing_required_parameter"));
  EXPECT_TRUE(
      begins(complaint(R"("input":"x","tool_choice":{"type":"function","name":"g"})" + weather_tool), "tool_choice"));
  EXPECT_TRUE(begins(complaint(R"("input":"x","text":{"format":{"type":"json_schema","schema":{}}})"),
                     "text.format.name missing_required_parameter"));
  EXPECT_TRUE(begins(complaint(R"("input":"x","text":{"format":{"type":"json_schema","name":"a","strict":true,)"
                               R"("schema":{"type":"object","properties":{"b":{"type":"string"}}}}})"),
                     "text.format.schema invalid_json_schema"));
  EXPECT_TRUE(
      begins(complaint(R"("input":"x","tools":[{"type":"function","name":"f","strict":true,"parameters":{"type":)"
                       R"("object","properties":{"b":{"type":"string"}},"additionalProperties":false}}])"),
             "tools[0].parameters invalid_function_parameters"));
}

TEST(Responses, wrong_items_are_refused_as_the_service_refuses_them) {
  const auto refused = [](const std::string& items) { return complaint("\"input\":[" + items + "]"); };
  EXPECT_TRUE(begins(refused(call), "input null No tool output found for function call c1."));
  EXPECT_TRUE(begins(refused(result), "input null No tool call found"));
  EXPECT_TRUE(begins(refused(R"({"role":"tool","content":"x"})"), "input[0].role invalid_value"));
  EXPECT_TRUE(begins(refused(R"({"role":"user","content":[{"type":"text","text":"x"}]})"),
                     "input[0].content[0] invalid_value"));
  EXPECT_TRUE(begins(refused(R"({"role":"assistant","content":[{"type":"input_text","text":"x"}]})"),
                     "input[0].content[0] invalid_value"));
  EXPECT_TRUE(begins(refused(R"({"role":"user","content":[{"type":"input_image","image_url":{"url":"http://a/"}}]})"),
                     "input[0].content[0].image_url invalid_type"));
  EXPECT_TRUE(begins(refused(R"({"type":"dream"})"), "input[0].type invalid_value"));
  EXPECT_TRUE(begins(refused(R"({"role":"user"})"), "input[0].content missing_required_parameter"));
}

TEST(Responses, unknown_model_is_a_bad_request_here) {
  const Simulator simulator(SimulatorOptions().models({"gpt-4o"}));
  const auto answer = respond(simulator, R"("input":"x")", "gpt-9");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(at(answer.body, "/error/code"), "model_not_found");
  EXPECT_EQ(at(answer.body, "/error/param"), "model");
}

TEST(Responses, other_services_have_fields_of_their_own) {
  const Simulator simulator;
  EXPECT_EQ(respond(simulator, R"("input":"x","search_parameters":{})", "grok-4", "/xai/v1/responses").status, 200);
}

TEST(Responses, an_error_in_a_stream_is_followed_by_its_failure) {
  const auto events =
      with_fault("error-event;events=5;code=429;error-code=insufficient_quota", R"(,"stream":true)").events();
  ASSERT_EQ(events.size(), 7U);
  EXPECT_EQ(at(events[5], "/type"), "error");
  EXPECT_EQ(at(events[5], "/error/code"), "insufficient_quota");
  EXPECT_EQ(at(events[5], "/sequence_number"), "5");
  EXPECT_EQ(at(events[6], "/type"), "response.failed");
  EXPECT_EQ(at(events[6], "/response/status"), "failed");
  EXPECT_EQ(at(events[6], "/response/error/code"), "insufficient_quota");
  EXPECT_EQ(at(events[6], "/response/id"), at(events[0], "/response/id"));
}

TEST(Responses, the_last_event_can_be_missing) {
  const auto events = with_fault("missing-terminator", R"(,"stream":true)").events();
  EXPECT_EQ(at(events.back(), "/type"), "response.output_item.done");
}

TEST(Responses, pictures_and_files_are_seen) {
  const auto answer = respond(
      R"("input":[{"role":"user","content":[{"type":"input_text","text":"look"},{"type":"input_image","image_url":"https://e.com/a.png"},)"
      R"({"type":"input_file","file_url":"https://e.com/a.pdf"}]}])");
  EXPECT_NE(at(answer.body, "/output/0/content/0/text").find("I received your image. I received your file."),
            std::string::npos);
}
