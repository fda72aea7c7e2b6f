#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/reply_builder.hpp"
#include "protocols/protocols.hpp"
#include "sse/framer.hpp"

namespace fastccg::protocols {
namespace {

const Protocol& protocol() { return find(Speaks::responses); }
constexpr Dialect dialect("openai", Quirk::none);

class Heard final : public ReplyBuilder::Listener {
 public:
  void on_text(std::string_view text) override { all += "text(" + std::string(text) + ")"; }
  void on_reasoning(std::string_view text) override { all += "reasoning(" + std::string(text) + ")"; }
  void on_refusal(std::string_view text) override { all += "refusal(" + std::string(text) + ")"; }
  void on_tool_call(std::size_t index, std::string_view id, std::string_view name) override {
    all += "call" + std::to_string(index) + "(" + std::string(id) + "," + std::string(name) + ")";
  }
  void on_tool_arguments(std::size_t index, std::string_view text) override {
    all += "arguments" + std::to_string(index) + "(" + std::string(text) + ")";
  }
  std::string all;
};

class Outcome {
 public:
  Reply reply;
  std::optional<Error> error;
  std::string heard;
};

Outcome decode(std::string_view body) {
  Heard heard;
  ReplyBuilder builder("openai", &heard);
  protocol().decode(body, dialect, builder);
  Outcome outcome;
  outcome.error = builder.failure();
  outcome.reply = builder.take();
  outcome.heard = heard.all;
  return outcome;
}

Outcome decode_in_pieces(std::string_view body, std::size_t piece) {
  class Feeder final : public sse::Handler {
   public:
    Feeder(StreamDecoder& decoder, ReplyBuilder& builder) : decoder_(decoder), builder_(builder) {}
    void on_event(const sse::Event& event) override { decoder_.on_event(event, builder_); }

   private:
    StreamDecoder& decoder_;
    ReplyBuilder& builder_;
  };
  Heard heard;
  ReplyBuilder builder("openai", &heard);
  const auto decoder = protocol().decode_stream(dialect);
  Feeder feeder(*decoder, builder);
  sse::Framer framer;
  for (std::size_t at = 0; at < body.size(); at += piece) framer.feed(body.substr(at, piece), feeder);
  framer.finish(feeder);
  decoder->on_end(builder);
  Outcome outcome;
  outcome.error = builder.failure();
  outcome.reply = builder.take();
  outcome.heard = heard.all;
  return outcome;
}

/// Decodes whole and in pieces of every size, which must come to the same.
Outcome decode_stream(const std::vector<std::string>& events, bool named = true) {
  std::string body;
  for (const auto& data : events) {
    const auto type = data.substr(9, data.find('"', 9) - 9);
    body += (named ? "event: " + type + "\n" : "") + "data: " + data + "\n\n";
  }
  auto whole = decode_in_pieces(body, body.size());
  for (std::size_t piece = 1; piece < body.size(); piece += 1 + piece / 8) {
    const auto other = decode_in_pieces(body, piece);
    EXPECT_EQ(other.heard, whole.heard) << "in pieces of " << piece;
    EXPECT_EQ(other.reply.message, whole.reply.message) << "in pieces of " << piece;
    EXPECT_EQ(other.error.has_value(), whole.error.has_value()) << "in pieces of " << piece;
  }
  return whole;
}

std::string render(const std::vector<Message>& messages, Settings settings = {}, ModelInfo model = {}) {
  Request request;
  if (model.id.empty()) model.id = "gpt-x";
  request.model = model;
  request.settings = std::move(settings);
  for (const auto& message : messages) request.messages.push_back(&message);
  return protocol().render(request, dialect).body;
}

std::vector<Warning> warnings_of(Settings settings) {
  const auto question = Message::user("hi");
  Request request;
  request.model.id = "gpt-x";
  request.settings = std::move(settings);
  request.messages.push_back(&question);
  return protocol().render(request, dialect).warnings;
}

const std::string completed =
    R"({"type":"response.completed","response":{"id":"resp_1","model":"gpt-x-1","status":"completed",)"
    R"("usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":4},"output_tokens":5,)"
    R"("output_tokens_details":{"reasoning_tokens":2},"total_tokens":14},"output":[]}})";

TEST(Responses, whole_answer_has_text_usage_and_reason) {
  const auto outcome = decode(
      R"({"id":"resp_1","model":"gpt-x-1","status":"completed","error":null,"output":[{"type":"message","id":"msg_1",)"
      R"("role":"assistant","content":[{"type":"output_text","text":"Hi ","annotations":[]},{"type":"output_text","text":"there"}]}],)"
      R"("usage":{"input_tokens":9,"output_tokens":5,"total_tokens":14}})");
  ASSERT_FALSE(outcome.error);
  EXPECT_EQ(outcome.reply.content, "Hi there");
  EXPECT_EQ(outcome.reply.id, "resp_1");
  EXPECT_EQ(outcome.reply.provider_model, "gpt-x-1");
  EXPECT_EQ(outcome.reply.finish_reason, FinishReason::stop);
  EXPECT_EQ(outcome.reply.raw_finish_reason, "completed");
  EXPECT_EQ(outcome.reply.tokens_used, 14);
}

TEST(Responses, call_is_known_by_its_call_id_and_decides_the_reason) {
  const auto outcome = decode(
      R"({"status":"completed","output":[{"type":"reasoning","id":"rs_1","summary":[]},{"type":"function_call","id":"fc_1",)"
      R"("call_id":"call_7","name":"add","arguments":"{\"a\":1}"}]})");
  EXPECT_EQ(outcome.reply.finish_reason, FinishReason::tool_calls);
  ASSERT_EQ(outcome.reply.tool_calls().size(), 1u);
  EXPECT_EQ(outcome.reply.tool_calls()[0], ToolCall("call_7", "add", "{\"a\":1}"));
}

TEST(Responses, incomplete_answer_says_why) {
  const auto outcome =
      decode(R"({"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[]})");
  EXPECT_EQ(outcome.reply.finish_reason, FinishReason::length);
  EXPECT_EQ(outcome.reply.content, "");
}

TEST(Responses, failed_answer_is_an_error_in_spite_of_its_status_of_success) {
  const auto outcome =
      decode(R"({"status":"failed","error":{"code":"rate_limit_exceeded","message":"slow down"},"output":[]})");
  ASSERT_TRUE(outcome.error);
  EXPECT_EQ(outcome.error->kind, ErrorKind::rate_limited);
  EXPECT_EQ(outcome.error->provider_message, "slow down");
}

TEST(Responses, streamed_text_calls_and_reasoning_come_in_order) {
  const auto outcome = decode_stream({
      R"({"type":"response.created","response":{"id":"resp_1","status":"in_progress","usage":null}})",
      R"({"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[]}})",
      R"({"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"hm"})",
      R"({"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"hm"}],"encrypted_content":"gAAA"}})",
      R"({"type":"response.output_item.added","output_index":1,"item":{"type":"message","id":"msg_1","phase":"commentary","content":[]}})",
      R"({"type":"response.output_text.delta","output_index":1,"item_id":"other_every_time","content_index":0,"delta":"Hel"})",
      R"({"type":"response.output_text.delta","output_index":1,"item_id":"and_other_again","content_index":0,"delta":"lo"})",
      R"({"type":"response.output_item.done","output_index":1,"item":{"type":"message","id":"msg_1","phase":"commentary","content":[{"type":"output_text","text":"Hello"}]}})",
      R"({"type":"response.output_item.added","output_index":2,"item":{"type":"function_call","id":"fc_1","call_id":"call_1","name":"add","arguments":""}})",
      R"({"type":"response.function_call_arguments.delta","output_index":2,"delta":"{\"a\""})",
      R"({"type":"response.function_call_arguments.delta","output_index":2,"delta":":1}"})",
      R"({"type":"response.output_item.done","output_index":2,"item":{"type":"function_call","id":"fc_1","call_id":"call_1","name":"add","arguments":"{\"a\":1}"}})",
      completed,
  });
  ASSERT_FALSE(outcome.error);
  EXPECT_EQ(outcome.heard, "reasoning(hm)text(Hel)text(lo)call0(call_1,add)arguments0({\"a\")arguments0(:1})");
  EXPECT_EQ(outcome.reply.usage.input_cached, 4);
  EXPECT_EQ(outcome.reply.usage.output_reasoning, 2);
  EXPECT_EQ(outcome.reply.finish_reason, FinishReason::tool_calls);

  const auto replay =
      render({Message::user("Q"), outcome.reply.message, Message::tool_results({ToolResult("call_1", "2")})});
  EXPECT_NE(replay.find(R"("encrypted_content":"gAAA")"), std::string::npos);
  EXPECT_NE(replay.find(R"({"role":"assistant","content":"Hello","phase":"commentary"})"), std::string::npos);
  EXPECT_NE(replay.find(R"({"type":"function_call_output","call_id":"call_1","output":"2"})"), std::string::npos);
}

TEST(Responses, events_without_names_are_read_by_their_type) {
  const auto outcome =
      decode_stream({R"({"type":"response.output_text.delta","output_index":0,"delta":"x"})", completed}, false);
  EXPECT_EQ(outcome.reply.content, "x");
}

TEST(Responses, items_that_were_not_streamed_are_taken_from_their_end_or_from_the_answers) {
  const auto from_item = decode_stream(
      {R"({"type":"response.output_item.done","output_index":0,"item":{"type":"message","content":[{"type":"output_text","text":"whole"}]}})",
       completed});
  EXPECT_EQ(from_item.reply.content, "whole");
  const auto from_end = decode_stream(
      {R"({"type":"response.completed","response":{"status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"late"}]}]}})"});
  EXPECT_EQ(from_end.reply.content, "late");
}

TEST(Responses, error_event_ends_the_stream_in_both_of_its_shapes) {
  for (
      const auto* event :
      {R"({"type":"error","sequence_number":2,"error":{"type":"insufficient_quota","code":"insufficient_quota","message":"no credit","param":null}})",
       R"({"type":"error","code":"insufficient_quota","message":"no credit","param":null})"}) {
    const auto outcome = decode_stream({event});
    ASSERT_TRUE(outcome.error);
    EXPECT_EQ(outcome.error->kind, ErrorKind::quota_exhausted);
    EXPECT_EQ(outcome.error->provider_message, "no credit");
  }
}

TEST(Responses, end_without_a_terminal_event_is_a_truncated_stream) {
  const auto outcome = decode_stream({R"({"type":"response.output_text.delta","output_index":0,"delta":"cut"})"});
  ASSERT_TRUE(outcome.error);
  EXPECT_EQ(outcome.error->kind, ErrorKind::stream_truncated);
}

TEST(Responses, refusal_streams_apart_from_the_text) {
  const auto outcome = decode_stream(
      {R"({"type":"response.refusal.delta","output_index":0,"delta":"No."})",
       R"({"type":"response.output_item.done","output_index":0,"item":{"type":"message","content":[{"type":"refusal","refusal":"No."}]}})",
       completed});
  EXPECT_EQ(outcome.reply.refusal(), "No.");
  EXPECT_EQ(outcome.reply.content, "");
}

TEST(Responses, unknown_items_are_kept_and_replayed_to_their_maker_only) {
  const std::string item = R"({"type":"web_search_call","id":"ws_1","status":"completed"})";
  const auto reply = decode(R"({"status":"completed","output":[)" + item +
                            R"(,{"type":"message","content":[{"type":"output_text","text":"found"}]}]})")
                         .reply;
  EXPECT_NE(render({Message::user("Q"), reply.message, Message::user("more")}).find(item), std::string::npos);
  auto foreign = reply.message;
  foreign.provider = "xai";
  for (auto& part : foreign.parts)
    if (auto* opaque = std::get_if<Opaque>(&part)) opaque->provider = "xai";
  EXPECT_EQ(render({Message::user("Q"), foreign, Message::user("more")}).find("web_search_call"), std::string::npos);
}

TEST(Responses, reasoning_without_what_followed_it_is_not_replayed) {
  Message alone;
  alone.role = Role::assistant;
  alone.provider = "openai";
  Reasoning reasoning("hm");
  reasoning.provider = "openai";
  reasoning.payload = R"({"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"gAAA"})";
  alone.parts.push_back(reasoning);
  EXPECT_EQ(render({Message::user("Q"), alone, Message::user("more")}).find("gAAA"), std::string::npos);
}

TEST(Responses, request_is_flat_and_stateless) {
  ModelInfo reasoning_model;
  reasoning_model.id = "gpt-r";
  reasoning_model.reasons = true;
  const auto body = render({Message::user("hi")},
                           Settings()
                               .sys_prompt("Be brief")
                               .max_tokens(100)
                               .tools({Tool("f", "d")})
                               .tool_choice(ToolChoice::named("f"))
                               .output_format(OutputFormat::schema("r", "{\"type\":\"object\"}"))
                               .reasoning(ReasoningSetting::effort("low"))
                               .extra("{\"store\":true}"),
                           reasoning_model);
  EXPECT_EQ(
      body,
      R"({"model":"gpt-r","input":[{"role":"user","content":"hi"}],"instructions":"Be brief","max_output_tokens":100,)"
      R"("tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object","properties":{}},"strict":false}],)"
      R"("tool_choice":{"type":"function","name":"f"},)"
      R"("text":{"format":{"type":"json_schema","name":"r","schema":{"type":"object"},"strict":true}},)"
      R"("reasoning":{"effort":"low"},"include":["reasoning.encrypted_content"],"store":true})");
}

TEST(Responses, settings_that_it_does_not_take_are_warned_of) {
  const auto warnings =
      warnings_of(Settings().stop({"x"}).seed(1).top_k(2).frequency_penalty(1).presence_penalty(1).max_tokens(5));
  EXPECT_EQ(warnings.size(), 6u);
}

TEST(Responses, missing_and_unasked_results_are_refused) {
  Message calls;
  calls.role = Role::assistant;
  calls.parts.push_back(ToolCall("call_1", "f", "{}"));
  EXPECT_THROW(render({Message::user("Q"), calls, Message::user("well?")}), InvalidRequest);
  EXPECT_THROW(render({Message::user("Q"), Message::tool_results({ToolResult("call_1", "2")})}), InvalidRequest);
}

TEST(Responses, web_page_and_nonsense_are_protocol_errors) {
  for (const auto* body : {"", "<html>login</html>", "not json", "{}", "[]"}) {
    const auto outcome = decode(body);
    ASSERT_TRUE(outcome.error) << body;
    EXPECT_EQ(outcome.error->kind, ErrorKind::protocol) << body;
  }
}

TEST(ResponsesStream, item_that_was_begun_and_never_ended_is_read_from_the_end) {
  const auto out = decode_stream(
      {R"({"type":"response.output_item.added","output_index":0,"item":{"type":"message","content":[]}})",
       R"({"type":"response.output_item.added","output_index":1,"item":{"type":"function_call","call_id":"c","name":"f","arguments":""}})",
       R"({"type":"response.function_call_arguments.delta","output_index":1,"delta":"{}"})",
       R"({"type":"response.completed","response":{"id":"r","status":"completed","output":[)"
       R"({"type":"message","content":[{"type":"output_text","text":"all of it"}]},)"
       R"({"type":"function_call","call_id":"c","name":"f","arguments":"{}"}]}})"});
  ASSERT_FALSE(out.error);
  EXPECT_EQ(out.reply.content, "all of it");
  ASSERT_EQ(out.reply.tool_calls().size(), 1u);
  EXPECT_EQ(out.reply.tool_calls()[0], ToolCall("c", "f", "{}"));
}

TEST(ResponsesAnswer, stream_that_was_not_asked_for_is_read) {
  const auto out = decode(
      "data: {\"type\":\"response.output_text.delta\",\"output_index\":0,\"delta\":\"hi\"}\n\n"
      "data: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\",\"output\":[]}}\n\n");
  ASSERT_FALSE(out.error);
  EXPECT_EQ(out.reply.content, "hi");
}

TEST(ResponsesRequest, reasoning_goes_back_only_with_the_item_that_followed_it) {
  Reasoning thought;
  thought.payload = R"({"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"SECRET"})";
  thought.provider = "openai";
  const auto replay = [&](std::vector<Part> parts) {
    parts.insert(parts.begin(), thought);
    Message answer(Role::assistant, std::move(parts));
    answer.provider = "openai";
    return render({Message::user("q"), answer, Message::user("on")}).find("SECRET") != std::string::npos;
  };
  EXPECT_TRUE(replay({Text("so")}));
  EXPECT_TRUE(replay({Opaque("openai", "phase", R"("final_answer")"), Text("so")}));
  EXPECT_TRUE(replay({Opaque("openai", "web_search_call", R"({"type":"web_search_call","id":"ws_1"})")}));
  EXPECT_FALSE(replay({}));
  EXPECT_FALSE(replay({Opaque("openai", "annotations", "[{}]")}));
  EXPECT_FALSE(replay({Opaque("other", "web_search_call", R"({"type":"web_search_call","id":"ws_1"})")}));
}

TEST(ResponsesRequest, refusal_goes_back_as_one_to_its_provider_and_as_text_to_others) {
  Message answer(Role::assistant, std::vector<Part>{Refusal("no")});
  answer.provider = "openai";
  EXPECT_NE(render({Message::user("q"), answer, Message::user("on")})
                .find(R"({"role":"assistant","content":[{"type":"refusal","refusal":"no"}]})"),
            std::string::npos);
  answer.provider = "other";
  EXPECT_NE(render({Message::user("q"), answer, Message::user("on")}).find(R"({"role":"assistant","content":"no"})"),
            std::string::npos);
}

TEST(ResponsesRequest, results_may_stand_alone_where_the_provider_has_the_calls) {
  const std::vector<Message> messages{Message::tool_results({ToolResult("call_1", "2")})};
  EXPECT_NE(render(messages, Settings().extra(R"({"previous_response_id":"resp_1"})"))
                .find(R"("input":[{"type":"function_call_output","call_id":"call_1","output":"2"}])"),
            std::string::npos);
}

TEST(ResponsesRequest, files_go_by_address_but_for_data_urls) {
  const auto body_with = [](const std::string& url) {
    return render({Message(Role::user, std::vector<Part>{File::from_url(url, "application/pdf")})});
  };
  EXPECT_NE(body_with("https://h/a.pdf").find(R"({"type":"input_file","file_url":"https://h/a.pdf"})"),
            std::string::npos);
  const std::string data = "data:application/pdf;base64,JVBERi0x";
  EXPECT_NE(body_with(data).find(R"({"type":"input_file","filename":"document","file_data":")" + data + R"("})"),
            std::string::npos)
      << body_with(data);
}

}  // namespace
}  // namespace fastccg::protocols
