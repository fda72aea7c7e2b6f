#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <stop_token>

#include "embed/init.hpp"
#include "fake_transport.hpp"
#include "fastccg/fastccg.hpp"

namespace fastccg {
namespace {

using namespace std::chrono_literals;

/// An answer of vectors with one number each.
std::string answer_of(const std::vector<double>& numbers, int tokens = 1) {
  std::string data;
  for (std::size_t i = 0; i < numbers.size(); ++i)
    data += std::string(i == 0 ? "" : ",") + R"({"index":)" + std::to_string(i) + R"(,"embedding":[)" +
            std::to_string(numbers[i]) + "]}";
  return R"({"model":"m-1","data":[)" + data + R"(],"usage":{"prompt_tokens":)" + std::to_string(tokens) +
         R"(,"total_tokens":)" + std::to_string(tokens) + "}}";
}

const std::string too_long = R"({"error":{"message":"maximum context length is 8192 tokens","code":null}})";

class Embedding : public ::testing::Test {
 protected:
  Embedder make_embedder(std::string_view name = "openai/text-embedding-3-small") {
    return detail::init_embedding(name, ApiKey("sk-test-canary-1"), Endpoint(), &fake.engine);
  }
  /// Which of the calls 1 and 2 is about that text. The caller's thread and the loop's may both begin calls, so that a
  /// later one can be there first.
  std::size_t call_about(std::string_view text) { return server.body(1).find(text) != std::string::npos ? 1 : 2; }
  static EmbeddingSettings singly() { return EmbeddingSettings().batch_size(1).parallel(2); }

  testing::FakeEngine fake;
  testing::FakeServer& server = fake.server;
};

std::future<Result<Embeddings>> in_background(Operation<Embeddings> operation) {
  return std::async(std::launch::async, [op = std::move(operation)]() mutable { return op.as_result(); });
}

/// Counts what has finished, and adds up what it has cost.
class Tally : public CallObserver {
 public:
  void on_event(const CallEvent& event) override {
    if (event.kind != CallEvent::Kind::finished) return;
    const std::lock_guard lock(mutex_);
    ++finished_;
    cost_ += event.cost.value_or(0);
    changed_.notify_all();
  }
  bool wait_for(int calls) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 5s, [&] { return finished_ >= calls; });
  }
  double cost() const { return cost_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int finished_ = 0;
  double cost_ = 0;
};

TEST_F(Embedding, requests_keep_to_the_rate_limits_and_observers_hear_of_each) {
  const auto tally = std::make_shared<Tally>();
  add_observer(tally);
  set_rate_limits("openai", RateLimits().concurrent(1));
  auto embedder = make_embedder();
  auto result = in_background(embedder.embed_async({"a", "b", "c"}, singly()));
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(server.wait_for_calls(i + 1));
    EXPECT_EQ(server.calls(), i + 1) << "one at a time, although two might be under way";
    server.answer(i, 200, answer_of({1}, 1'000'000));
  }
  EXPECT_TRUE(result.get());
  clear_rate_limits();
  EXPECT_TRUE(tally->wait_for(3));
  remove_observer(tally);
  EXPECT_DOUBLE_EQ(tally->cost(), 3 * embedder.model_info().input_price.value());
}

TEST_F(Embedding, vectors_come_with_what_is_known_of_them) {
  auto embedder = make_embedder();
  auto result = in_background(embedder.embed_async({"a", "b"}));
  ASSERT_TRUE(server.wait_for_calls(1));
  EXPECT_EQ(server.request(0).url, "https://api.openai.com/v1/embeddings");
  EXPECT_EQ(*find_header(server.request(0).headers, "authorization"), "Bearer sk-test-canary-1");
  server.answer(0, 200, answer_of({1, -1}, 7), {{"x-request-id", "req_1"}});

  const auto embeddings = result.get().value();
  EXPECT_EQ(embeddings.values, (std::vector<float>{1, -1}));
  EXPECT_EQ(embeddings.dimensions, 1u);
  EXPECT_TRUE(embeddings.normalized);
  EXPECT_EQ(embeddings.provider, "openai");
  EXPECT_EQ(embeddings.model, "text-embedding-3-small");
  EXPECT_EQ(embeddings.provider_model, "m-1");
  EXPECT_EQ(embeddings.tokens_used, 7);
  EXPECT_DOUBLE_EQ(embeddings.cost.value(), 7e-6 * embedder.model_info().input_price.value());
  EXPECT_EQ(embeddings.request_ids, std::vector<std::string>{"req_1"});
  EXPECT_EQ(embeddings.attempts, 1);
}

TEST_F(Embedding, nothing_is_sent_before_the_operation_is_waited_for) {
  auto embedder = make_embedder();
  { auto operation = embedder.embed_async("never"); }
  auto result = in_background(embedder.embed_async("sent"));
  ASSERT_TRUE(server.wait_for_calls(1));
  EXPECT_NE(server.body(0).find("sent"), std::string::npos);
  server.answer(0, 200, answer_of({1}));
  EXPECT_TRUE(result.get());
}

TEST_F(Embedding, no_texts_have_no_vectors_and_send_nothing) {
  auto embedder = make_embedder();
  const auto embeddings = embedder.embed(std::vector<std::string>());
  EXPECT_TRUE(embeddings.empty());
  EXPECT_EQ(embeddings.dimensions, 0u);
  EXPECT_EQ(embeddings.model, "text-embedding-3-small");
  EXPECT_EQ(server.calls(), 0u);
}

TEST_F(Embedding, an_empty_text_is_refused_by_number) {
  auto embedder = make_embedder();
  const auto result = embedder.embed_async({"a", "", "b"}).as_result();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::usage);
  EXPECT_NE(result.error().message.find("text 1"), std::string::npos);
  EXPECT_EQ(server.calls(), 0u);
}

TEST_F(Embedding, dimensions_that_the_model_does_not_have_are_refused) {
  auto embedder = make_embedder("mistral/mistral-embed");
  EXPECT_THROW((void)embedder.embed("a", EmbeddingSettings().dimensions(256)), UsageError);
  EXPECT_EQ(server.calls(), 0u);
}

TEST_F(Embedding, batches_are_sent_a_few_at_once_and_stand_in_order) {
  auto embedder = make_embedder();
  auto result = in_background(embedder.embed_async({"a", "b", "c"}, singly()));
  ASSERT_TRUE(server.wait_for_calls(2));
  EXPECT_EQ(server.calls(), 2u) << "two at once were allowed";
  server.answer(1, 200, answer_of({2}));
  ASSERT_TRUE(server.wait_for_calls(3));
  server.answer(2, 200, answer_of({3}));
  server.answer(0, 200, answer_of({1}));
  const auto embeddings = result.get().value();
  EXPECT_EQ(embeddings.values, (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(embeddings.tokens_used, 3);
  EXPECT_EQ(embeddings.attempts, 3);
}

TEST_F(Embedding, the_providers_limit_splits_what_is_sent) {
  auto embedder = make_embedder("mistral/mistral-embed");
  auto result = in_background(embedder.embed_async(std::vector<std::string>(33, "a")));
  ASSERT_TRUE(server.wait_for_calls(2));
  server.answer(0, 200, answer_of(std::vector<double>(server.body(0).size() > server.body(1).size() ? 32 : 1, 1)));
  server.answer(1, 200, answer_of(std::vector<double>(server.body(0).size() > server.body(1).size() ? 1 : 32, 1)));
  EXPECT_EQ(result.get().value().size(), 33u);
}

TEST_F(Embedding, a_failed_batch_fails_the_call_and_cancels_the_rest) {
  auto embedder = make_embedder();
  auto result = in_background(embedder.embed_async({"a", "b", "c"}, singly()));
  ASSERT_TRUE(server.wait_for_calls(2));
  server.answer(1, 401, R"({"error":{"message":"bad key sk-test-canary-1","code":"invalid_api_key"}})");
  const auto outcome = result.get();
  ASSERT_FALSE(outcome);
  const auto& error = outcome.error();
  EXPECT_EQ(error.kind, ErrorKind::authentication);
  EXPECT_NE(error.message.find("text 1"), std::string::npos) << error.message;
  EXPECT_EQ(error.provider_message.find("canary"), std::string::npos);
  EXPECT_TRUE(server.wait_until([](const auto& s) { return s.cancelled == std::vector<std::size_t>{0}; }));
  EXPECT_EQ(server.calls(), 2u) << "nothing is sent any more";
}

TEST_F(Embedding, a_batch_that_asks_for_too_much_is_divided) {
  auto embedder = make_embedder();
  auto result = in_background(embedder.embed_async({"a", "b"}));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 400, too_long);
  ASSERT_TRUE(server.wait_for_calls(3));
  server.answer(call_about(R"("a")"), 200, answer_of({1}));
  server.answer(call_about(R"("b")"), 200, answer_of({2}));
  const auto embeddings = result.get().value();
  EXPECT_EQ(embeddings.values, (std::vector<float>{1, 2}));
  EXPECT_EQ(embeddings.attempts, 3);
}

TEST_F(Embedding, a_text_that_is_too_long_is_named) {
  auto embedder = make_embedder();
  auto result = in_background(embedder.embed_async({"a", "b"}));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 400, too_long);
  ASSERT_TRUE(server.wait_for_calls(3));
  server.answer(call_about(R"("a")"), 200, answer_of({1}));
  server.answer(call_about(R"("b")"), 400, too_long);
  const auto outcome = result.get();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::context_too_long);
  EXPECT_NE(outcome.error().message.find("text 1 "), std::string::npos) << outcome.error().message;
}

TEST_F(Embedding, a_batch_is_repeated_as_any_call_is) {
  auto embedder = make_embedder();
  auto settings = EmbeddingSettings().retries(Retries().initial_delay(1ms));
  auto result = in_background(embedder.embed_async("a", settings));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 503, "{}");
  ASSERT_TRUE(server.wait_for_calls(2));
  server.answer(1, 200, answer_of({1}));
  EXPECT_EQ(result.get().value().attempts, 2);
}

TEST_F(Embedding, an_answer_that_breaks_off_is_not_used) {
  auto embedder = make_embedder();
  auto result = in_background(embedder.embed_async("a", EmbeddingSettings().retries(Retries().attempts(1))));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.headers(0, 200);
  server.send(0, R"({"data":[{"index":0,)");
  server.end(0, transport::HttpEnd(Error(ErrorKind::connection, "reset")));
  const auto outcome = result.get();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::connection);
}

/// Too large to be decoded on the loop's thread.
std::string large_answer(const std::string& last) {
  std::string vector;
  for (int i = 0; i < 20'000; ++i) vector += "0.25,";
  return R"({"data":[{"index":0,"embedding":[)" + vector + last + "]}]}";
}

TEST_F(Embedding, a_large_answer_is_decoded_all_the_same) {
  auto embedder = make_embedder();
  auto result = in_background(embedder.embed_async("a"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 200, large_answer("1"));
  const auto embeddings = result.get().value();
  EXPECT_EQ(embeddings.dimensions, 20'001u);
  EXPECT_EQ(embeddings.values.back(), 1);
}

TEST_F(Embedding, what_is_wrong_with_a_large_answer_is_said_all_the_same) {
  auto embedder = make_embedder();
  auto result = in_background(embedder.embed_async("a"));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 200, large_answer("null"), {{"x-request-id", "req_9"}});
  const auto outcome = result.get();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::protocol);
  EXPECT_EQ(outcome.error().request_id, "req_9");
  EXPECT_EQ(outcome.error().model, "text-embedding-3-small");
  EXPECT_EQ(outcome.error().attempts, 1);
}

TEST_F(Embedding, an_answer_of_nothing_is_asked_for_again) {
  auto embedder = make_embedder();
  auto result = in_background(embedder.embed_async("a", EmbeddingSettings().retries(Retries().initial_delay(1ms))));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 200, " \n");
  ASSERT_TRUE(server.wait_for_calls(2));
  server.answer(1, 200, answer_of({1}));
  EXPECT_EQ(result.get().value().attempts, 2);
}

TEST_F(Embedding, blanks_do_not_begin_an_answer) {
  auto embedder = make_embedder();
  auto settings = EmbeddingSettings().retries(Retries().attempts(1)).timeouts(Timeouts().first_byte(50ms));
  auto result = in_background(embedder.embed_async("a", settings));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.headers(0, 200);
  server.send(0, "\n");
  const auto outcome = result.get();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().deadline, Deadline::first_byte);
}

TEST_F(Embedding, batches_of_different_size_fail_the_call) {
  auto embedder = make_embedder();
  auto result = in_background(embedder.embed_async({"a", "b"}, singly()));
  ASSERT_TRUE(server.wait_for_calls(2));
  server.answer(0, 200, answer_of({1}));
  server.answer(1, 200, R"({"data":[{"index":0,"embedding":[1,2]}]})");
  const auto outcome = result.get();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::protocol);
}

TEST_F(Embedding, a_stop_token_cancels_all_batches) {
  auto embedder = make_embedder();
  std::stop_source source;
  auto result = in_background(embedder.embed_async({"a", "b"}, singly()).stop_token(source.get_token()));
  ASSERT_TRUE(server.wait_for_calls(2));
  source.request_stop();
  const auto outcome = result.get();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::cancelled);
  EXPECT_TRUE(server.wait_until([](const auto& s) { return s.cancelled.size() == 2; }));
}

TEST_F(Embedding, a_call_that_is_stopped_before_it_starts_sends_nothing) {
  auto embedder = make_embedder();
  std::stop_source source;
  source.request_stop();
  const auto outcome = embedder.embed_async("a").stop_token(source.get_token()).as_result();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::cancelled);
  EXPECT_EQ(server.calls(), 0u);
}

TEST_F(Embedding, the_total_deadline_is_for_all_batches_together) {
  auto embedder = make_embedder();
  auto settings = EmbeddingSettings().batch_size(1).parallel(1).timeouts(Timeouts().total(150ms));
  auto result = in_background(embedder.embed_async({"a", "b"}, settings));
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 200, answer_of({1}));
  ASSERT_TRUE(server.wait_for_calls(2));
  const auto outcome = result.get();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::timeout);
  EXPECT_EQ(outcome.error().deadline, Deadline::total);
}

TEST_F(Embedding, warnings_are_given_once) {
  auto embedder = make_embedder();
  auto result = in_background(embedder.embed_async({"a", "b"}, singly().input_kind(InputKind::query)));
  ASSERT_TRUE(server.wait_for_calls(2));
  server.answer(0, 200, answer_of({1}));
  server.answer(1, 200, answer_of({1}));
  const auto embeddings = result.get().value();
  ASSERT_EQ(embeddings.warnings.size(), 1u);
  EXPECT_EQ(embeddings.warnings[0].setting, "input_kind");
}

TEST_F(Embedding, the_embedders_settings_are_those_of_its_calls) {
  auto embedder = make_embedder();
  embedder.dimensions(1).normalize(true);
  EXPECT_EQ(embedder.settings(), EmbeddingSettings().dimensions(1).normalize(true));
  auto result = in_background(embedder.embed_async("a"));
  ASSERT_TRUE(server.wait_for_calls(1));
  EXPECT_NE(server.body(0).find(R"("dimensions":1)"), std::string::npos);
  server.answer(0, 200, answer_of({4}));
  EXPECT_EQ(result.get().value().values, std::vector<float>{1});
}

Task<std::size_t> count_vectors(Embedder& embedder) {
  auto operation = embedder.embed_async("a");
  const auto embeddings = co_await operation;
  co_return embeddings.size();
}

TEST_F(Embedding, a_call_can_be_awaited) {
  auto embedder = make_embedder();
  auto count = std::async(std::launch::async, [&] { return run(count_vectors(embedder)); });
  ASSERT_TRUE(server.wait_for_calls(1));
  server.answer(0, 200, answer_of({1}));
  EXPECT_EQ(count.get(), 1u);
}

TEST_F(Embedding, destroying_the_embedder_leaves_its_calls_alone) {
  std::future<Result<Embeddings>> result;
  {
    auto embedder = make_embedder();
    result = in_background(embedder.embed_async("a"));
    ASSERT_TRUE(server.wait_for_calls(1));
  }
  server.answer(0, 200, answer_of({1}));
  EXPECT_TRUE(result.get());
}

TEST(InitEmbedding, a_provider_without_embeddings_is_refused) {
  EXPECT_THROW((void)init_embedding("anthropic/some-model", ApiKey("k-123456")), UsageError);
}

TEST(InitEmbedding, a_model_for_conversations_is_refused) {
  EXPECT_THROW((void)init_embedding(models::gpt_4o, ApiKey("k-123456")), UsageError);
}

TEST(InitEmbedding, an_unlisted_model_is_taken) {
  EXPECT_EQ(init_embedding("openai/my-own", ApiKey("k-123456")).name(), "openai/my-own");
}

TEST(InitEmbedding, presets_are_listed_as_models_for_vectors) {
  for (const auto preset :
       {models::text_embedding_3_small, models::text_embedding_3_large, models::gemini_embedding_001,
        models::gemini_embedding_2, models::mistral_embed, models::codestral_embed}) {
    const auto model = init_embedding(preset, ApiKey("k-123456")).model_info();
    EXPECT_TRUE(model.listed) << preset.text();
    EXPECT_EQ(model.kind, ModelInfo::Kind::embeddings) << preset.text();
  }
}

}  // namespace
}  // namespace fastccg
