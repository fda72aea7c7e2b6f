#include <gtest/gtest.h>

#include "support.hpp"

namespace fastccg::protocols::messages {
namespace {

TEST(messages_stream, text_in_pieces_is_joined) {
  const auto outcome = streamed(start_event() + block_start(0, R"({"type":"text","text":""})") +
                                delta(0, "text_delta", R"("text":"Gr\u00fc")") +
                                delta(0, "text_delta", R"("text":"ße \"x\"")") + block_stop(0) + end_events());
  EXPECT_FALSE(outcome.error);
  EXPECT_EQ(outcome.reply.content, "Grüße \"x\"");
  EXPECT_EQ(outcome.heard, "text(Grü)text(ße \"x\")");
  EXPECT_EQ(outcome.reply.id, "msg_7");
  EXPECT_EQ(outcome.reply.provider_model, "claude-x-1");
  EXPECT_EQ(outcome.reply.finish_reason, FinishReason::stop);
  EXPECT_EQ(outcome.reply.raw_finish_reason, "end_turn");
}

TEST(messages_stream, padding_and_pings_change_nothing) {
  const auto outcome =
      streamed(start_event() + "event: ping\ndata: {\"type\": \"ping\"}\n\n" +
               "event: content_block_start\ndata: "
               "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\","
               "\"text\":\"\"}        }\n\n" +
               delta(0, "text_delta", R"("text":"a")") + "event: ping\ndata: {\"type\": \"ping\"}\n\n" +
               delta(0, "text_delta", R"("text":"b")") + block_stop(0) + end_events());
  EXPECT_EQ(outcome.reply.content, "ab");
  EXPECT_EQ(outcome.reply.message.parts.size(), 1u);
}

TEST(messages_stream, each_text_block_is_a_part) {
  const auto outcome = streamed(start_event() + text_block(0, "one") + text_block(1, "two") + end_events());
  EXPECT_EQ(outcome.reply.content, "onetwo");
  EXPECT_EQ(outcome.reply.message.parts.size(), 2u);
}

TEST(messages_stream, interleaved_blocks_do_not_run_into_each_other) {
  const auto outcome = streamed(
      start_event() + block_start(0, R"({"type":"tool_use","id":"a","name":"f","input":{}})") +
      block_start(1, R"({"type":"tool_use","id":"b","name":"g","input":{}})") +
      delta(0, "input_json_delta", R"("partial_json":"{\"x\":")") +
      delta(1, "input_json_delta", R"("partial_json":"{\"y\":")") +
      delta(0, "input_json_delta", R"("partial_json":"1}")") + delta(1, "input_json_delta", R"("partial_json":"2}")") +
      block_stop(1) + block_stop(0) + end_events("tool_use"));
  const auto calls = outcome.reply.tool_calls();
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[0].arguments, R"({"x":1})");
  EXPECT_EQ(calls[1].arguments, R"({"y":2})");
}

TEST(messages_stream, arguments_in_pieces_are_kept_as_written) {
  const auto outcome =
      streamed(start_event() + block_start(0, R"({"type":"tool_use","id":"toolu_1","name":"f","input":{}})") +
               delta(0, "input_json_delta", R"("partial_json":"")") +
               delta(0, "input_json_delta", R"("partial_json":"{\"n\": 123456789012345678901")") +
               delta(0, "input_json_delta", R"("partial_json":", \"s\": \"\\u00")") +
               delta(0, "input_json_delta", R"("partial_json":"e9\"}")") + block_stop(0) + end_events("tool_use"));
  const auto calls = outcome.reply.tool_calls();
  ASSERT_EQ(calls.size(), 1u);
  EXPECT_EQ(calls[0].id, "toolu_1");
  EXPECT_EQ(calls[0].name, "f");
  EXPECT_EQ(calls[0].arguments, R"({"n": 123456789012345678901, "s": "\u00e9"})");
  EXPECT_EQ(outcome.reply.finish_reason, FinishReason::tool_calls);
}

TEST(messages_stream, call_without_input_has_empty_object_as_arguments) {
  const auto outcome =
      streamed(start_event() + block_start(0, R"({"type":"tool_use","id":"t","name":"f","input":{}})") +
               delta(0, "input_json_delta", R"("partial_json":"")") + block_stop(0) + end_events("tool_use"));
  EXPECT_EQ(outcome.reply.tool_calls()[0].arguments, "{}");
}

TEST(messages_stream, input_that_came_with_the_start_counts_if_no_pieces_follow) {
  const auto call = R"({"type":"tool_use","id":"t","name":"f","input":{"a":1}})";
  EXPECT_EQ(
      streamed(start_event() + block_start(0, call) + block_stop(0) + end_events()).reply.tool_calls()[0].arguments,
      R"({"a":1})");
  const auto pieces =
      streamed(start_event() + block_start(0, call) + delta(0, "input_json_delta", R"("partial_json":"{\"b\":2}")") +
               block_stop(0) + end_events());
  EXPECT_EQ(pieces.reply.tool_calls()[0].arguments, R"({"b":2})");
}

TEST(messages_stream, arguments_cut_by_the_limit_stay_cut) {
  const auto outcome = streamed(
      start_event() + block_start(0, R"({"type":"tool_use","id":"t","name":"f","input":{}})") +
      delta(0, "input_json_delta", R"("partial_json":"{\"a\":[1,")") + block_stop(0) + end_events("max_tokens"));
  EXPECT_EQ(outcome.reply.tool_calls()[0].arguments, R"({"a":[1,)");
  EXPECT_EQ(outcome.reply.finish_reason, FinishReason::length);
}

TEST(messages_stream, call_made_by_code_keeps_its_caller) {
  const auto outcome = streamed(
      start_event() +
      block_start(
          0,
          R"({"type":"tool_use","id":"t","name":"f","input":{},"caller":{"type":"code_execution_1","tool_id":"s"}})") +
      block_stop(0) +
      block_start(1, R"({"type":"tool_use","id":"u","name":"f","input":{},"caller":{"type":"direct"}})") +
      block_stop(1) + end_events("tool_use"));
  const auto kept = parts_of<Opaque>(outcome.reply.message);
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].kind, "caller");
  EXPECT_EQ(kept[0].json, R"({"type":"code_execution_1","tool_id":"s"})");
}

TEST(messages_stream, thinking_keeps_its_signature) {
  const auto outcome = streamed(start_event() + block_start(0, R"({"type":"thinking","thinking":"","signature":""})") +
                                delta(0, "thinking_delta", R"("thinking":"first ")") +
                                delta(0, "thinking_delta", R"("thinking":"second")") +
                                delta(0, "signature_delta", R"("signature":"c2ln/+==")") + block_stop(0) +
                                text_block(1, "answer") + end_events());
  EXPECT_EQ(outcome.reply.content, "answer");
  EXPECT_EQ(outcome.reply.reasoning(), "first second");
  const auto thoughts = parts_of<Reasoning>(outcome.reply.message);
  ASSERT_EQ(thoughts.size(), 1u);
  EXPECT_EQ(thoughts[0].payload, R"({"type":"thinking","signature":"c2ln/+=="})");
  EXPECT_EQ(thoughts[0].provider, "anthropic");
}

TEST(messages_stream, thinking_of_a_signature_alone_is_a_part_of_its_own) {
  const auto block = [](int index, const std::string& signature) {
    return block_start(index, R"({"type":"thinking","thinking":"","signature":""})") +
           delta(index, "signature_delta", "\"signature\":\"" + signature + '"') + block_stop(index);
  };
  const auto outcome = streamed(start_event() + block(0, "s1") + block(1, "s2") + text_block(2, "a") + end_events());
  const auto thoughts = parts_of<Reasoning>(outcome.reply.message);
  ASSERT_EQ(thoughts.size(), 2u);
  EXPECT_EQ(thoughts[0].payload, R"({"type":"thinking","signature":"s1"})");
  EXPECT_EQ(thoughts[1].payload, R"({"type":"thinking","signature":"s2"})");
  EXPECT_EQ(outcome.reply.content, "a");
}

TEST(messages_stream, redacted_thinking_is_kept_whole_and_shows_no_text) {
  const auto outcome = streamed(start_event() + block_start(0, R"({"type":"redacted_thinking","data":"xyz"})") +
                                block_stop(0) + text_block(1, "a") + end_events());
  const auto thoughts = parts_of<Reasoning>(outcome.reply.message);
  ASSERT_EQ(thoughts.size(), 1u);
  EXPECT_EQ(thoughts[0].text, "");
  EXPECT_EQ(thoughts[0].payload, R"({"type":"redacted_thinking","data":"xyz"})");
}

TEST(messages_stream, blocks_of_the_providers_own_tools_are_kept_in_order) {
  const auto outcome =
      streamed(start_event() + text_block(0, "before") +
               block_start(1, R"({"type":"server_tool_use","id":"srv1","name":"web_search","input":{}})") +
               delta(1, "input_json_delta", R"("partial_json":"{\"query\":")") +
               delta(1, "input_json_delta", R"("partial_json":" \"x\"}")") + block_stop(1) +
               block_start(2, R"({"type":"web_search_tool_result","tool_use_id":"srv1","content":[{"url":"u"}]})") +
               block_stop(2) + text_block(3, "after") + end_events());
  const auto& parts = outcome.reply.message.parts;
  ASSERT_EQ(parts.size(), 4u);
  EXPECT_EQ(std::get<Opaque>(parts[1]).kind, "server_tool_use");
  EXPECT_EQ(std::get<Opaque>(parts[1]).json,
            R"({"type":"server_tool_use","id":"srv1","name":"web_search","input":{"query": "x"}})");
  EXPECT_EQ(std::get<Opaque>(parts[2]).json,
            R"({"type":"web_search_tool_result","tool_use_id":"srv1","content":[{"url":"u"}]})");
  EXPECT_EQ(outcome.reply.content, "beforeafter");
  EXPECT_TRUE(outcome.reply.tool_calls().empty());
  EXPECT_EQ(outcome.reply.finish_reason, FinishReason::stop);
}

TEST(messages_stream, citations_follow_their_text) {
  const auto outcome = streamed(
      start_event() + block_start(0, R"({"type":"text","text":"","citations":[]})") +
      delta(0, "text_delta", R"("text":"claim")") + delta(0, "citations_delta", R"("citation":{"url":"u1"})") +
      delta(0, "citations_delta", R"("citation":{"url":"u2"})") + block_stop(0) + text_block(1, "more") + end_events());
  const auto& parts = outcome.reply.message.parts;
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(std::get<Text>(parts[0]).text, "claim");
  EXPECT_EQ(std::get<Opaque>(parts[1]).kind, "citations");
  EXPECT_EQ(std::get<Opaque>(parts[1]).json, R"([{"url":"u1"},{"url":"u2"}])");
  EXPECT_EQ(std::get<Text>(parts[2]).text, "more");
}

TEST(messages_stream, summary_that_grows_in_an_unknown_block_is_put_together) {
  const auto outcome =
      streamed(start_event() + block_start(0, R"({"type":"compaction","content":null})") +
               delta(0, "compaction_delta", R"("content":"so \"far\" ")") +
               delta(0, "compaction_delta", R"("content":"so good")") + block_stop(0) + end_events("compaction"));
  const auto kept = parts_of<Opaque>(outcome.reply.message);
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].json, R"({"type":"compaction","content":"so \"far\" so good"})");
  EXPECT_EQ(outcome.reply.finish_reason, FinishReason::other);
  EXPECT_EQ(outcome.reply.raw_finish_reason, "compaction");
}

TEST(messages_stream, container_is_kept) {
  const auto outcome =
      streamed(start_event() + text_block(0, "a") +
               event("message_delta",
                     R"("delta":{"stop_reason":"end_turn","container":{"id":"c9"}},"usage":{"output_tokens":1})") +
               event("message_stop"));
  const auto kept = parts_of<Opaque>(outcome.reply.message);
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].kind, "container");
  EXPECT_EQ(kept[0].json, R"({"id":"c9"})");
}

TEST(messages_stream, later_usage_replaces_earlier_field_by_field) {
  const auto outcome = streamed(
      start_event() + text_block(0, "a") +
      end_events("end_turn", R"({"input_tokens":50,"cache_creation_input_tokens":2,"cache_read_input_tokens":null,)"
                             R"("output_tokens":30,"output_tokens_details":{"thinking_tokens":12}})"));
  const auto& usage = outcome.reply.usage;
  EXPECT_EQ(usage.input, 57);
  EXPECT_EQ(usage.input_cached, 5);
  EXPECT_EQ(usage.input_cache_write, 2);
  EXPECT_EQ(usage.output, 30);
  EXPECT_EQ(usage.output_reasoning, 12);
  EXPECT_EQ(usage.total, 87);
  EXPECT_EQ(outcome.reply.raw,
            R"({"input_tokens":50,"cache_read_input_tokens":5,"output_tokens":30,"cache_creation_input_tokens":2,)"
            R"("output_tokens_details":{"thinking_tokens":12}})");
}

TEST(messages_stream, answer_without_content_is_complete) {
  const auto outcome = streamed(start_event() + end_events());
  EXPECT_FALSE(outcome.error);
  EXPECT_EQ(outcome.reply.content, "");
  EXPECT_TRUE(outcome.reply.message.parts.empty());
}

TEST(messages_stream, start_without_message_is_accepted) {
  const auto outcome = streamed(event("message_start", "\"message\":null") + text_block(0, "a") + end_events());
  EXPECT_FALSE(outcome.error);
  EXPECT_EQ(outcome.reply.content, "a");
}

TEST(messages_stream, unknown_events_blocks_and_deltas_are_harmless) {
  const auto outcome =
      streamed(start_event() + event("news", "\"index\":3") + block_start(0, R"({"type":"text","text":""})") +
               delta(0, "hologram_delta", "\"beam\":1") + delta(0, "text_delta", R"("text":"a")") + block_stop(0) +
               block_start(1, "null") + block_stop(1) + delta(7, "hologram_delta", R"("content":"x")") + block_stop(8) +
               end_events());
  EXPECT_FALSE(outcome.error);
  EXPECT_EQ(outcome.reply.content, "a");
  EXPECT_EQ(outcome.reply.message.parts.size(), 1u);
}

TEST(messages_stream, deltas_of_the_wrong_kind_do_no_harm) {
  const auto outcome = streamed(start_event() + block_start(0, R"({"type":"text","text":"t"})") +
                                delta(0, "input_json_delta", R"("partial_json":"{")") +
                                delta(0, "signature_delta", R"("signature":"s")") + block_stop(0) + end_events());
  EXPECT_FALSE(outcome.error);
  EXPECT_EQ(outcome.reply.message.parts.size(), 1u);
}

TEST(messages_stream, delta_without_start_begins_its_block) {
  const auto outcome = streamed(delta(0, "text_delta", R"("text":"a")") + end_events());
  EXPECT_FALSE(outcome.error);
  EXPECT_EQ(outcome.reply.content, "a");
}

TEST(messages_stream, blocks_that_nobody_ended_end_with_the_message) {
  const auto outcome =
      streamed(start_event() + block_start(0, R"({"type":"thinking","thinking":"t","signature":"s"})") +
               block_start(1, R"({"type":"tool_use","id":"t","name":"f","input":{"a":1}})") + end_events("tool_use"));
  EXPECT_EQ(outcome.reply.tool_calls()[0].arguments, R"({"a":1})");
  EXPECT_EQ(parts_of<Reasoning>(outcome.reply.message)[0].text, "t");
}

TEST(messages_stream, repeated_index_is_another_call) {
  const auto call = [](const std::string& id) {
    return block_start(0, R"({"type":"tool_use","id":")" + id + R"(","name":"f","input":{}})") +
           delta(0, "input_json_delta", R"("partial_json":"{}")") + block_stop(0);
  };
  const auto calls = streamed(start_event() + call("a") + call("b") + end_events("tool_use")).reply.tool_calls();
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[1].id, "b");
  EXPECT_EQ(calls[1].arguments, "{}");
}

TEST(messages_stream, events_are_read_by_type_without_event_lines) {
  std::string body = start_event() + text_block(0, "a") + end_events();
  for (auto at = body.find("event: "); at != std::string::npos; at = body.find("event: "))
    body.erase(at, body.find('\n', at) + 1 - at);
  EXPECT_EQ(streamed(body).reply.content, "a");
}

TEST(messages_stream, mark_of_another_protocol_ends_what_is_done) {
  const auto done = "event: data\ndata: [DONE]\n\n";
  EXPECT_FALSE(streamed(start_event() + text_block(0, "a") + end_events() + done).error);
  const auto without_stop =
      streamed(start_event() + text_block(0, "a") +
               event("message_delta", R"("delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":1})") + done);
  EXPECT_FALSE(without_stop.error);
  EXPECT_EQ(without_stop.reply.content, "a");
  EXPECT_EQ(streamed(start_event() + text_block(0, "a") + done).error->kind, ErrorKind::stream_truncated);
}

TEST(messages_stream, last_event_without_blank_line_counts) {
  auto body = start_event() + text_block(0, "a") + end_events();
  body.resize(body.size() - 2);
  const auto outcome = streamed(body);
  EXPECT_FALSE(outcome.error);
  EXPECT_EQ(outcome.reply.content, "a");
}

TEST(messages_stream, cut_anywhere_before_its_end_is_truncated) {
  const auto body = start_event() + text_block(0, "abc") + end_events();
  const auto needed = body.size() - 2;  // all but the blank line
  for (std::size_t size = 0; size < needed; ++size) {
    const auto outcome = streamed_whole(body.substr(0, size));
    ASSERT_TRUE(outcome.error) << size;
    ASSERT_EQ(outcome.error->kind, ErrorKind::stream_truncated) << size;
  }
}

TEST(messages_stream, text_before_a_break_is_kept) {
  const auto outcome = streamed(start_event() + block_start(0, R"({"type":"text","text":""})") +
                                delta(0, "text_delta", R"("text":"half")"));
  EXPECT_EQ(outcome.error->kind, ErrorKind::stream_truncated);
  EXPECT_EQ(outcome.reply.content, "half");
}

TEST(messages_stream, error_event_fails_by_its_type) {
  const std::pair<const char*, ErrorKind> cases[] = {{"overloaded_error", ErrorKind::overloaded},
                                                     {"rate_limit_error", ErrorKind::rate_limited},
                                                     {"api_error", ErrorKind::server},
                                                     {"timeout_error", ErrorKind::server},
                                                     {"billing_error", ErrorKind::quota_exhausted},
                                                     {"not_found_error", ErrorKind::model_unavailable},
                                                     {"request_too_large", ErrorKind::invalid_request},
                                                     {"invalid_request_error", ErrorKind::invalid_request}};
  for (const auto& [type, kind] : cases) {
    const auto outcome =
        streamed(start_event() + text_block(0, "half") +
                 event("error", std::string(R"("error":{"type":")") + type + R"(","message":"Busy"})"));
    ASSERT_TRUE(outcome.error) << type;
    EXPECT_EQ(outcome.error->kind, kind) << type;
    EXPECT_EQ(outcome.error->code, type);
    EXPECT_EQ(outcome.error->provider_message, "Busy");
    EXPECT_EQ(outcome.reply.content, "half");
  }
}

TEST(messages_stream, error_event_that_is_no_json_fails_with_its_words) {
  const auto outcome = streamed(start_event() + "event: error\ndata: upstream gone\n\n");
  ASSERT_TRUE(outcome.error);
  EXPECT_EQ(outcome.error->provider_message, "upstream gone");
}

TEST(messages_stream, event_that_is_no_json_is_a_protocol_error) {
  const auto outcome = streamed(start_event() + "event: content_block_delta\ndata: {\"type\":\n\n" + end_events());
  ASSERT_TRUE(outcome.error);
  EXPECT_EQ(outcome.error->kind, ErrorKind::protocol);
}

TEST(messages_stream, whole_answer_in_place_of_a_stream_is_read) {
  const auto outcome = streamed("data: " + answer(R"([{"type":"text","text":"all at once"}])") + "\n\n");
  EXPECT_FALSE(outcome.error);
  EXPECT_EQ(outcome.reply.content, "all at once");
  EXPECT_EQ(outcome.reply.finish_reason, FinishReason::stop);
}

}  // namespace
}  // namespace fastccg::protocols::messages
