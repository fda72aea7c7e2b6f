#include <gtest/gtest.h>

#include "support.hpp"

namespace fastccg::protocols {
namespace {

/// The opaque part of log probabilities; empty if there is none.
std::string logprobs_of(const Reply& reply) {
  for (const auto& part : reply.message.parts)
    if (const auto* opaque = std::get_if<Opaque>(&part); opaque && opaque->kind == "logprobs") return opaque->json;
  return {};
}

TEST(Logprobs, of_chunks_are_put_together) {
  const auto piece = [](const std::string& text, const std::string& logprobs) {
    return R"({"choices":[{"index":0,"delta":{"content":")" + text + R"("},"logprobs":)" + logprobs + "}]}";
  };
  const auto out = decode_stream(
      events({piece("a", R"({"content":[{"token":"a","logprob":-0.5}],"refusal":null})"), piece("", "null"),
              piece("b", R"({"content":[{"token":"b","logprob":-1}]})"), chunk("{}", R"("stop")"), "[DONE]"}));
  ASSERT_FALSE(out.error);
  EXPECT_EQ(logprobs_of(out.reply), R"({"content":[{"token":"a","logprob":-0.5},{"token":"b","logprob":-1}]})");
}

TEST(Logprobs, of_a_whole_answer_are_kept) {
  const auto out = decode(R"({"choices":[{"index":0,"message":{"content":"a"},"finish_reason":"stop",)"
                          R"("logprobs":{"content":[{"token":"a","logprob":-2}]}}]})");
  EXPECT_EQ(logprobs_of(out.reply), R"({"content":[{"token":"a","logprob":-2}]})");
}

TEST(Logprobs, that_were_not_asked_for_leave_nothing) {
  const auto out =
      decode(R"({"choices":[{"message":{"content":"a"},"finish_reason":"stop","logprobs":{"content":[]}}]})");
  EXPECT_EQ(out.reply.message.parts.size(), 1u);
}

TEST(Logprobs, of_responses_stand_after_their_text) {
  const auto out =
      decode(R"({"status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"a",)"
             R"("logprobs":[{"token":"a","logprob":-1}]}]}]})",
             Dialect("openai", Quirk::none), find(Speaks::responses));
  EXPECT_EQ(logprobs_of(out.reply), R"([{"token":"a","logprob":-1}])");
}

TEST(Logprobs, are_never_sent_back) {
  const Message question = Message::user("q");
  Message answer(Role::assistant,
                 std::vector<Part>{Text("a"), Opaque("openai", "logprobs", R"([{"token":"SECRET"}])")});
  answer.provider = "openai";
  const Message next = Message::user("on");
  Request request;
  request.messages = {&question, &answer, &next};
  for (const auto speaks : {Speaks::chat_completions, Speaks::responses})
    EXPECT_EQ(find(speaks).render(request, Dialect("openai", Quirk::none)).body.find("SECRET"), std::string::npos);
}

TEST(ChatUsage, in_the_choice_counts_where_there_is_no_other) {
  const auto out = decode_stream(events(
      {chunk(R"({"content":"a"})"),
       R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop","usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}]})",
       "[DONE]"}));
  EXPECT_EQ(out.reply.usage.input, 3);
  EXPECT_EQ(out.reply.usage.output, 4);
}

}  // namespace
}  // namespace fastccg::protocols
