#include <gtest/gtest.h>

#include "../support.hpp"

namespace fastccg::protocols {
namespace {

const std::string done = "[DONE]";

TEST(ChatStream, text_is_reported_piece_by_piece) {
  const auto out = decode_stream(events({chunk(R"({"role":"assistant","content":""})"), chunk(R"({"content":"Hel"})"),
                                         chunk(R"({"content":"lo"})"), chunk("{}", R"("stop")"), done}));
  ASSERT_FALSE(out.error) << out.error->describe();
  EXPECT_EQ(out.heard, "text(Hel)text(lo)");
  EXPECT_EQ(out.reply.content, "Hello");
  EXPECT_EQ(out.reply.id, "c1");
  EXPECT_EQ(out.reply.provider_model, "m-2");
  EXPECT_EQ(out.reply.finish_reason, FinishReason::stop);
  EXPECT_EQ(out.reply.raw_finish_reason, "stop");
}

TEST(ChatStream, usage_in_a_chunk_without_choices_counts) {
  const auto out = decode_stream(
      events({R"({"choices":[],"prompt_filter_results":[{"x":1}],"id":"","model":""})", chunk(R"({"content":"a"})"),
              chunk("{}", R"("stop")"),
              R"({"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13,)"
              R"("prompt_tokens_details":{"cached_tokens":3},"completion_tokens_details":{"reasoning_tokens":2}}})",
              R"({"choices":[],"moderation":{"flagged":false},"usage":null})", done}));
  ASSERT_FALSE(out.error);
  EXPECT_EQ(out.reply.usage.input, 9);
  EXPECT_EQ(out.reply.usage.input_cached, 3);
  EXPECT_EQ(out.reply.usage.output, 4);
  EXPECT_EQ(out.reply.usage.output_reasoning, 2);
  EXPECT_EQ(out.reply.tokens_used, 13);
  EXPECT_EQ(out.reply.id, "c1");
}

TEST(ChatStream, usage_absent_stays_absent) {
  const auto out = decode_stream(events({chunk(R"({"content":"a"})", R"("stop")"), done}));
  EXPECT_EQ(out.reply.usage, Usage());
  EXPECT_FALSE(out.reply.tokens_used);
}

TEST(ChatStream, last_usage_wins_and_is_never_summed) {
  const auto out = decode_stream(events(
      {R"({"choices":[{"index":0,"delta":{"content":"a"},"message":{"content":"a"}}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}})",
       R"({"choices":[{"index":0,"delta":{"content":"b"},"message":{"content":"ab"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}})"}));
  ASSERT_FALSE(out.error);
  EXPECT_EQ(out.reply.content, "ab") << "the message that is repeated beside the delta does not count";
  EXPECT_EQ(out.reply.usage.total, 3);
}

TEST(ChatStream, usage_of_another_name_is_found) {
  const auto out = decode_stream(events(
      {R"({"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}],"x_groq":{"id":"r","usage":{"prompt_tokens":5,"completion_tokens":6,"total_tokens":11}}})",
       done}));
  EXPECT_EQ(out.reply.usage.total, 11);
}

TEST(ChatStream, reasoning_outside_of_completion_tokens_is_added) {
  const auto out = decode_stream(events(
      {chunk(R"({"content":"a"})", R"("stop")"),
       R"({"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":1,"total_tokens":303,"completion_tokens_details":{"reasoning_tokens":290}}})",
       done}));
  EXPECT_EQ(out.reply.usage.output, 291);
  EXPECT_EQ(out.reply.usage.total, 303);
}

TEST(ChatStream, cached_tokens_never_exceed_the_input) {
  const auto out = decode_stream(events(
      {chunk(R"({"content":"a"})", R"("stop")"),
       R"({"choices":[],"usage":{"prompt_tokens":235,"completion_tokens":1,"total_tokens":236,"prompt_tokens_details":{"cached_tokens":373}}})",
       done}));
  EXPECT_EQ(out.reply.usage.input_cached, 235);
}

TEST(ChatStream, repeated_or_forgotten_finish_reason_changes_nothing) {
  const auto out =
      decode_stream(events({chunk(R"({"content":"a"})"), chunk(R"({"content":""})", R"("length")"), chunk("{}", "null"),
                            chunk(R"({"content":""})", R"("length")"), chunk("{}", R"("")"), done}));
  EXPECT_EQ(out.reply.finish_reason, FinishReason::length);
  EXPECT_EQ(out.reply.content, "a");
}

TEST(ChatStream, only_the_first_choice_counts) {
  const auto out =
      decode_stream(events({R"({"choices":[{"index":1,"delta":{"content":"x"}},{"index":0,"delta":{"content":"a"}}]})",
                            R"({"choices":[{"index":1,"delta":{"content":"y"},"finish_reason":"length"}]})",
                            R"({"choices":[{"index":0,"delta":{"content":"b"},"finish_reason":"stop"}]})", done}));
  EXPECT_EQ(out.reply.content, "ab");
  EXPECT_EQ(out.reply.finish_reason, FinishReason::stop);
}

TEST(ChatStream, refusal_is_not_text) {
  const auto out =
      decode_stream(events({chunk(R"({"refusal":"I "})"), chunk(R"({"refusal":"cannot"})", R"("stop")"), done}));
  EXPECT_EQ(out.heard, "refusal(I )refusal(cannot)");
  EXPECT_EQ(out.reply.content, "");
  EXPECT_EQ(out.reply.refusal(), "I cannot");
}

TEST(ChatStream, reasoning_is_read_from_one_of_its_two_names) {
  const auto out = decode_stream(events({chunk(R"({"content":"","reasoning_content":"a","reasoning":"a"})"),
                                         chunk(R"({"reasoning":"b","reasoning_content":null})"),
                                         chunk(R"({"content":"c","reasoning_content":null})", R"("stop")"), done}));
  EXPECT_EQ(out.heard, "reasoning(a)reasoning(b)text(c)");
  EXPECT_EQ(out.reply.content, "c");
}

TEST(ChatStream, reasoning_details_are_put_together_for_replay) {
  const Dialect dialect("router", Quirk::reasoning_details);
  const auto out = decode_stream(
      events(
          {chunk(R"({"reasoning":"a","reasoning_details":[{"type":"reasoning.text","text":"a","index":0}]})"),
           chunk(
               R"({"reasoning":"b","reasoning_details":[{"type":"reasoning.text","text":"b","index":0,"signature":"s"}]})"),
           chunk(R"({"reasoning_details":[{"type":"reasoning.encrypted","data":"xyz","index":1}]})"),
           chunk(R"({"content":"c"})", R"("stop")"), done}),
      dialect);
  ASSERT_EQ(out.reply.message.parts.size(), 2u);
  const auto& reasoning = std::get<Reasoning>(out.reply.message.parts[0]);
  EXPECT_EQ(reasoning.text, "ab");
  EXPECT_EQ(reasoning.provider, "router");
  EXPECT_EQ(reasoning.payload, R"([{"type":"reasoning.text","text":"ab","index":0,"signature":"s"},)"
                               R"({"type":"reasoning.encrypted","data":"xyz","index":1}])");
}

TEST(ChatStream, reasoning_details_alone_are_read_as_text) {
  const auto out = decode_stream(events({chunk(R"({"reasoning_details":[{"type":"reasoning.text","text":"why"}]})"),
                                         chunk(R"({"content":"c"})", R"("stop")"), done}));
  EXPECT_EQ(out.heard, "reasoning(why)text(c)");
}

TEST(ChatStream, tool_call_is_put_together_from_fragments) {
  const auto out = decode_stream(events(
      {chunk(
           R"({"content":null,"tool_calls":[{"index":0,"id":"call_a","type":"function","function":{"name":"add","arguments":""}}]})"),
       chunk(R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"a\""}}]})"),
       chunk(
           R"({"tool_calls":[{"index":1,"id":"call_b","type":"function","function":{"name":"sub","arguments":""}}]})"),
       chunk(
           R"({"tool_calls":[{"index":0,"id":"","function":{"name":"","arguments":":1}"}},{"index":1,"function":{"arguments":"{}"}}]})"),
       chunk("{}", R"("tool_calls")"), done}));
  EXPECT_EQ(out.heard, "call0(call_a,add)arguments0({\"a\")call1(call_b,sub)arguments0(:1})arguments1({})");
  const auto calls = out.reply.tool_calls();
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[0], ToolCall("call_a", "add", "{\"a\":1}"));
  EXPECT_EQ(calls[1], ToolCall("call_b", "sub", "{}"));
  EXPECT_EQ(out.reply.finish_reason, FinishReason::tool_calls);
}

TEST(ChatStream, first_tool_index_may_be_one) {
  const auto out = decode_stream(events(
      {chunk(R"({"tool_calls":[{"index":1,"id":"a","function":{"name":"f","arguments":"{}"}}]})", R"("tool_calls")"),
       done}));
  EXPECT_EQ(out.heard, "call0(a,f)arguments0({})");
}

TEST(ChatStream, name_repeated_with_the_same_id_goes_on_with_the_call) {
  const auto out = decode_stream(events(
      {chunk(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"f"}}]})"),
       chunk(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]})", R"("tool_calls")"),
       done}));
  ASSERT_EQ(out.reply.tool_calls().size(), 1u);
  EXPECT_EQ(out.reply.tool_calls()[0], ToolCall("a", "f", "{}"));
}

TEST(ChatStream, whole_calls_under_one_index_are_kept_apart_by_id) {
  const auto out = decode_stream(events(
      {chunk(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]})"),
       chunk(R"({"tool_calls":[{"index":0,"id":"b","function":{"name":"f","arguments":"{}"}}]})", R"("stop")"), done}));
  ASSERT_EQ(out.reply.tool_calls().size(), 2u);
  EXPECT_EQ(out.reply.finish_reason, FinishReason::tool_calls);
}

TEST(ChatStream, calls_without_index_follow_their_ids) {
  const auto out = decode_stream(events(
      {chunk(R"({"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{"}}]})"),
       chunk(R"({"tool_calls":[{"function":{"arguments":"}"}}]})"),
       chunk(R"({"tool_calls":[{"id":"b","function":{"name":"g","arguments":"{}"}}]})", R"("tool_calls")"), done}));
  ASSERT_EQ(out.reply.tool_calls().size(), 2u);
  EXPECT_EQ(out.reply.tool_calls()[0], ToolCall("a", "f", "{}"));
}

TEST(ChatStream, missing_ids_are_made_up_and_differ) {
  const auto out = decode_stream(events(
      {chunk(
           R"({"tool_calls":[{"index":0,"id":"","function":{"name":"f","arguments":"{}"}},{"index":1,"function":{"name":"g","arguments":null}}]})",
           R"("stop")"),
       done}));
  const auto calls = out.reply.tool_calls();
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_FALSE(calls[0].id.empty());
  EXPECT_NE(calls[0].id, calls[1].id);
  EXPECT_EQ(calls[1].arguments, "");
}

TEST(ChatStream, members_that_are_null_are_absent) {
  const auto out = decode_stream(events(
      {chunk(R"({"role":null,"content":null,"tool_calls":null,"refusal":null,"reasoning":null,"function_call":null})"),
       chunk(R"({"content":"a","function_call":{"name":"","arguments":""},"audio":{"id":"","data":""}})", R"("stop")"),
       done}));
  ASSERT_FALSE(out.error);
  ASSERT_EQ(out.reply.message.parts.size(), 1u);
  EXPECT_EQ(out.reply.content, "a");
}

TEST(ChatStream, ancestor_of_tool_calls_is_read_as_one) {
  const auto out =
      decode_stream(events({chunk(R"({"function_call":{"name":"f","arguments":""}})"),
                            chunk(R"({"function_call":{"arguments":"{}"}})", R"("function_call")"), done}));
  ASSERT_EQ(out.reply.tool_calls().size(), 1u);
  EXPECT_EQ(out.reply.tool_calls()[0].arguments, "{}");
}

TEST(ChatStream, content_may_change_between_text_and_list) {
  const auto out = decode_stream(
      events({chunk(R"({"role":"assistant","content":""})"),
              chunk(R"({"content":[{"type":"thinking","thinking":[{"type":"text","text":"so"}],"closed":true}]})"),
              chunk(R"({"content":[{"type":"thinking","thinking":[{"type":"text","text":" then"}]}]})"),
              chunk(R"({"content":[{"type":"text","text":"1"},{"type":"reference","reference_ids":[7]}]})"),
              chunk(R"({"content":"44"})", R"("stop")"), done}));
  EXPECT_EQ(out.heard, "reasoning(so)reasoning( then)text(1)text(44)");
  EXPECT_EQ(out.reply.content, "144");
  ASSERT_EQ(out.reply.message.parts.size(), 4u);
  const auto& reference = std::get<Opaque>(out.reply.message.parts[2]);
  EXPECT_EQ(reference.kind, "content");
  EXPECT_EQ(reference.json, R"({"type":"reference","reference_ids":[7]})");
}

TEST(ChatStream, delta_finish_and_usage_in_one_chunk_all_count) {
  const auto out = decode_stream(events(
      {R"({"id":"x","model":"m","choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":"model_length"}],"usage":{"prompt_tokens":31,"total_tokens":97,"completion_tokens":66,"num_cached_tokens":4},"p":"abc"})",
       done}));
  EXPECT_EQ(out.reply.content, "lo");
  EXPECT_EQ(out.reply.finish_reason, FinishReason::length);
  EXPECT_EQ(out.reply.usage.output, 66);
  EXPECT_EQ(out.reply.usage.input_cached, 4);
}

TEST(ChatStream, what_is_not_modelled_is_kept) {
  const auto out = decode_stream(events(
      {R"({"choices":[{"index":0,"delta":{"content":"a","annotations":[{"type":"url_citation","n":1}]}}],"citations":["u1"]})",
       R"({"choices":[{"index":0,"delta":{"content":"b","annotations":[{"n":2}]},"finish_reason":"stop"}],"citations":["u1","u2"]})",
       done}));
  EXPECT_EQ(out.reply.content, "ab");
  ASSERT_EQ(out.reply.message.parts.size(), 3u);
  EXPECT_EQ(std::get<Opaque>(out.reply.message.parts[1]),
            Opaque("test", "annotations", R"([{"type":"url_citation","n":1},{"n":2}])"));
  EXPECT_EQ(std::get<Opaque>(out.reply.message.parts[2]), Opaque("test", "citations", R"(["u1","u2"])"));
}

TEST(ChatStream, seal_of_the_reasoning_is_kept) {
  const auto out = decode_stream(
      events({chunk(R"({"reasoning_text":"so"})"), chunk(R"({"reasoning_text":" then"})"), chunk(R"({"content":"a"})"),
              chunk(R"({"reasoning_opaque":"a+b/c="})", R"("stop")"), done}));
  EXPECT_EQ(out.heard, "reasoning(so)reasoning( then)text(a)");
  ASSERT_EQ(out.reply.message.parts.size(), 3u);
  EXPECT_EQ(std::get<Opaque>(out.reply.message.parts[2]), Opaque("test", "reasoning_opaque", R"("a+b/c=")"));
}

TEST(ChatStream, moderation_after_the_usage_is_kept) {
  const auto out =
      decode_stream(events({chunk(R"({"content":"a"})", R"("stop")"),
                            R"({"choices":[],"moderation":{"input":{"model":"m","flagged":false}}})", done}));
  ASSERT_EQ(out.reply.message.parts.size(), 2u);
  EXPECT_EQ(std::get<Opaque>(out.reply.message.parts[1]),
            Opaque("test", "moderation", R"({"input":{"model":"m","flagged":false}})"));
}

TEST(ChatStream, free_text_tool_call_is_kept_whole) {
  const auto out = decode_stream(
      events({chunk(R"({"tool_calls":[{"index":0,"id":"c","type":"custom","custom":{"name":"sql","input":"SEL"}}]})"),
              chunk(R"({"tool_calls":[{"index":0,"custom":{"input":"ECT"}}]})", R"("tool_calls")"), done}));
  ASSERT_EQ(out.reply.message.parts.size(), 1u);
  EXPECT_EQ(std::get<Opaque>(out.reply.message.parts[0]).json,
            R"({"id":"c","type":"custom","custom":{"name":"sql","input":"SELECT"}})");
}

TEST(ChatStream, done_without_finish_reason_is_a_good_end) {
  const auto out = decode_stream(events({R"({"choices":[{"index":0,"delta":{"content":"a"}}]})", done}));
  ASSERT_FALSE(out.error);
  EXPECT_EQ(out.reply.finish_reason, FinishReason::unknown);
}

TEST(ChatStream, done_without_blank_line_ends_the_stream) {
  const auto out = decode_stream(events({chunk(R"({"content":"a"})")}) + "data: [DONE]");
  EXPECT_FALSE(out.error);
}

TEST(ChatStream, finish_reason_without_done_is_a_good_end) {
  const auto out = decode_stream(events({chunk(R"({"content":"a"})", R"("stop")")}));
  ASSERT_FALSE(out.error);
  EXPECT_EQ(out.reply.content, "a");
}

TEST(ChatStream, end_with_neither_is_truncation_with_the_partial_text) {
  const auto out = decode_stream(events({chunk(R"({"content":"par"})")}) + "data: {\"choices\":[{\"index\":0,\"del");
  ASSERT_TRUE(out.error);
  EXPECT_EQ(out.error->kind, ErrorKind::stream_truncated);
  EXPECT_EQ(out.error->provider, "test");
  EXPECT_EQ(out.reply.content, "par");
}

TEST(ChatStream, empty_stream_is_truncation) {
  for (const auto* body : {"", "\n\n", ": ping\n\n", "data:\n\n"})
    EXPECT_EQ(decode_stream(body).error.value().kind, ErrorKind::stream_truncated) << body;
}

TEST(ChatStream, nothing_counts_after_done) {
  const auto out = decode_stream(events({chunk(R"({"content":"a"})", R"("stop")"), done, chunk(R"({"content":"b"})"),
                                         "nonsense", R"({"error":{"message":"late"}})"}));
  EXPECT_FALSE(out.error);
  EXPECT_EQ(out.reply.content, "a");
}

TEST(ChatStream, malformed_event_is_a_protocol_error) {
  for (const auto* data : {"{\"choices\":", "nonsense", "{\"a\":\"\xFF\"}"}) {
    const auto out = decode_stream(events({chunk(R"({"content":"a"})"), data, done}));
    ASSERT_TRUE(out.error) << data;
    EXPECT_EQ(out.error->kind, ErrorKind::protocol);
    EXPECT_EQ(out.error->body, data);
    EXPECT_EQ(out.reply.content, "a");
  }
}

TEST(ChatStream, pings_are_ignored) {
  const auto out = decode_stream("event: ping\ndata: now\n\n: keep-alive\n\n" +
                                 events({chunk(R"({"content":"a"})", R"("stop")"), done}));
  EXPECT_FALSE(out.error);
}

TEST(ChatStream, members_of_unexpected_types_are_ignored) {
  const auto out = decode_stream(events(
      {R"({"id":7,"model":null,"choices":{"index":0},"usage":[1]})",
       R"({"choices":[null,7,"x",{"index":"0","delta":"x"}]})",
       R"({"choices":[{"index":0,"delta":{"content":{"a":1},"tool_calls":{"x":1},"reasoning":5},"finish_reason":7}]})",
       R"({"choices":[{"delta":{"tool_calls":[null,5,{"function":"x"}]}}]})", R"([])", R"(5)",
       chunk(R"({"content":"a"})", R"("stop")"), done}));
  ASSERT_FALSE(out.error) << out.error->describe();
  EXPECT_EQ(out.reply.content, "a");
}

// The forms in which servers report a failure after a status of success.

class MidStreamError : public testing::Test {
 protected:
  /// The error of a stream that begins well and then has this text.
  static Error after_text(const std::string& text) {
    const auto out = decode_stream(events({chunk(R"({"content":"par"})")}) + text);
    EXPECT_EQ(out.heard, "text(par)");
    EXPECT_EQ(out.reply.content, "par");
    if (!out.error) ADD_FAILURE() << "no error for " << text;
    return out.error.value_or(Error());
  }
};

TEST_F(MidStreamError, object_without_choices) {
  const auto error =
      after_text(events({R"({"error":{"message":"broke","type":"server_error","param":null,"code":null}})", done}));
  EXPECT_EQ(error.kind, ErrorKind::server);
  EXPECT_EQ(error.provider_message, "broke");
  EXPECT_EQ(error.code, "server_error");
}

TEST_F(MidStreamError, text_in_place_of_the_object) {
  EXPECT_EQ(after_text(events({R"({"error":"broke"})"})).provider_message, "broke");
}

TEST_F(MidStreamError, flat_object_of_old_servers) {
  const auto error = after_text(
      events({R"({"object":"error","message":"too much","type":"BadRequestError","param":null,"code":400})", done}));
  EXPECT_EQ(error.kind, ErrorKind::invalid_request);
  EXPECT_EQ(error.provider_message, "too much");
  EXPECT_EQ(error.status, 400);
}

TEST_F(MidStreamError, event_named_error_then_end) {
  const auto error = after_text(
      "event: error\ndata: {\"error\":{\"message\":\"no call\",\"type\":\"invalid_request_error\","
      "\"code\":\"tool_use_failed\",\"failed_generation\":\"\",\"status_code\":400}}\n\n");
  EXPECT_EQ(error.kind, ErrorKind::invalid_request);
  EXPECT_EQ(error.code, "tool_use_failed");
  EXPECT_EQ(error.status, 400);
}

TEST_F(MidStreamError, event_named_error_with_plain_text) {
  EXPECT_EQ(after_text("event: error\ndata: the backend died\n\n").provider_message, "the backend died");
}

TEST_F(MidStreamError, chunk_with_both_choices_and_error_after_a_finish_reason) {
  const auto error = after_text(events(
      {chunk(R"({"content":""})", R"("length")"),
       R"({"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}],"error":{"code":400,"message":"bad"},"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}})",
       done}));
  EXPECT_EQ(error.kind, ErrorKind::invalid_request);
  EXPECT_EQ(error.code, "400");
}

TEST_F(MidStreamError, line_whose_field_is_named_error) {
  for (const auto* end : {"\n\n", "\n", ""}) {
    const auto error =
        after_text(std::string("error: {\"detail\":\"x\",\"error\":{\"message\":\"prompt too long\"}}") + end);
    EXPECT_EQ(error.kind, ErrorKind::context_too_long);
    EXPECT_EQ(error.provider_message, "prompt too long");
  }
}

TEST_F(MidStreamError, field_named_error_with_plain_text) {
  EXPECT_EQ(after_text("error: slot died\n\n").provider_message, "slot died");
}

TEST_F(MidStreamError, bare_json_without_a_field) {
  const auto error = after_text("{\n \"error\": {\n  \"code\": 503,\n  \"message\": \"busy\"\n }\n}");
  EXPECT_EQ(error.kind, ErrorKind::overloaded);
  EXPECT_EQ(error.provider_message, "busy");
}

TEST_F(MidStreamError, kinds_follow_codes_without_a_status) {
  const auto kind = [](const std::string& code) {
    return after_text(events({R"({"error":{"message":"m","code":")" + code + R"("}})"})).kind;
  };
  EXPECT_EQ(kind("insufficient_quota"), ErrorKind::quota_exhausted);
  EXPECT_EQ(kind("rate_limit_exceeded"), ErrorKind::rate_limited);
  EXPECT_EQ(kind("context_length_exceeded"), ErrorKind::context_too_long);
  EXPECT_EQ(kind("429"), ErrorKind::server) << "a code that is text is no status";
}

TEST(ChatStream, error_members_that_say_no_error_are_ignored) {
  const auto out =
      decode_stream(events({R"({"error":null,"choices":[{"index":0,"delta":{"content":"a"}}]})",
                            R"({"error":"","choices":[]})", R"({"error":{},"choices":[]})",
                            R"({"error":false,"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})", done}));
  ASSERT_FALSE(out.error);
  EXPECT_EQ(out.reply.content, "a");
}

}  // namespace
}  // namespace fastccg::protocols
