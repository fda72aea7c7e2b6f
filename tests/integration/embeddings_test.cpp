// Vectors from each provider that has them, over real sockets, in batches.

#include <gtest/gtest.h>

#include <chrono>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "fastccg/fastccg.hpp"
#include "fastccg/simulator.hpp"

namespace fastccg {
namespace {

using namespace std::chrono_literals;

constexpr const char* canary = "sk-canary-0123456789";

class Provider {
 public:
  const char* name;
  const char* model;
  const char* path;
  int dimensions;  ///< A size that the model can be reduced to.
};

void PrintTo(const Provider& provider, std::ostream* out) { *out << provider.name; }

std::vector<std::string> many_texts() {
  std::vector<std::string> texts;
  for (int i = 0; i < 110; ++i) texts.push_back("document number " + std::to_string(i));
  return texts;
}

class EmbeddingService : public ::testing::TestWithParam<Provider> {
 protected:
  Embedder make_embedder(const Simulator& simulator) {
    return init_embedding(GetParam().model, ApiKey(canary), Endpoint().base_url(simulator.url() + GetParam().path));
  }

  Simulator simulator;
  Embedder embedder = make_embedder(simulator);
};

TEST_P(EmbeddingService, each_text_has_its_own_vector_whatever_batch_it_was_in) {
  const auto all = embedder.embed(many_texts());
  ASSERT_EQ(all.size(), 110u);
  EXPECT_TRUE(all.normalized);
  for (const std::size_t i : {0u, 31u, 32u, 99u, 100u, 109u}) {
    const auto one = embedder.embed(many_texts()[i]);
    EXPECT_NEAR(cosine_similarity(all[i], one[0]), 1, 1e-6) << i;
    EXPECT_LT(cosine_similarity(all[i], all[(i + 1) % 110]), 0.9999) << i;
  }
}

TEST_P(EmbeddingService, the_batch_size_does_not_change_the_vectors) {
  const std::vector<std::string> texts{"a", "b", "c", "d", "e", "f", "g", "h"};
  const auto few = embedder.embed(texts, EmbeddingSettings().batch_size(3).parallel(2));
  EXPECT_EQ(few.values, embedder.embed(texts).values);
  EXPECT_EQ(few.attempts, 3);
}

TEST_P(EmbeddingService, reduced_vectors_are_of_that_size_and_of_length_one) {
  const auto vectors = embedder.embed({"one", "two"}, EmbeddingSettings().dimensions(GetParam().dimensions));
  EXPECT_EQ(vectors.dimensions, static_cast<std::size_t>(GetParam().dimensions));
  EXPECT_TRUE(vectors.normalized);
}

TEST_P(EmbeddingService, the_key_is_in_the_header_only) {
  simulator.set_faults({Fault("status").with("code", 401)});
  const auto result = embedder.embed_async("a").as_result();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::authentication);
  EXPECT_EQ(result.error().describe().find("canary"), std::string::npos);
  for (const auto& request : simulator.requests()) EXPECT_EQ(request.body.find("canary"), std::string::npos);
}

TEST_P(EmbeddingService, a_full_provider_is_asked_again) {
  simulator.set_faults({Fault("rate-limit").with("first", 2).with("retry-after-ms", 5)});
  const auto vectors = embedder.embed({"one", "two"});
  EXPECT_EQ(vectors.size(), 2u);
  EXPECT_EQ(vectors.attempts, 3);
}

TEST_P(EmbeddingService, an_answer_that_breaks_off_is_an_error_and_the_next_call_works) {
  embedder.retries(Retries().attempts(1));
  simulator.set_faults({Fault("truncate").with("first", 1).with("bytes", 700)});
  const auto result = embedder.embed_async("a").as_result();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::stream_truncated) << result.error().describe();
  EXPECT_EQ(embedder.embed("a").size(), 1u);
}

TEST_P(EmbeddingService, bytes_split_anywhere_make_the_same_vectors) {
  Simulator split(SimulatorOptions().fault(Fault("split").with("max", 1000)));
  EXPECT_EQ(make_embedder(split).embed({"one", "two"}).values, embedder.embed({"one", "two"}).values);
}

TEST_P(EmbeddingService, cancelling_hangs_up) {
  simulator.set_faults({Fault("stall-before-headers")});
  std::stop_source source;
  auto operation = embedder.embed_async(many_texts(), EmbeddingSettings().batch_size(20));
  operation.stop_token(source.get_token());
  std::jthread stopper([&] {
    simulator.wait_for_requests(4);
    source.request_stop();
  });
  const auto result = operation.as_result();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::cancelled);
  EXPECT_TRUE(simulator.wait_for_open_connections(0));
}

INSTANTIATE_TEST_SUITE_P(Providers, EmbeddingService,
                         ::testing::Values(Provider{"openai", "openai/text-embedding-3-small", "/v1", 256},
                                           Provider{"gemini", "gemini/gemini-embedding-001", "", 768},
                                           Provider{"gemini2", "gemini/gemini-embedding-2", "", 768},
                                           Provider{"mistral", "mistral/codestral-embed", "/mistral/v1", 256},
                                           Provider{"compatible", "together/some-embed", "/together/v1", 64}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace fastccg
