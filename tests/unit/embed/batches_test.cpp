#include "embed/batches.hpp"

#include <gtest/gtest.h>

namespace fastccg::embed {
namespace {

using Texts = std::vector<std::string>;
using Batches = std::vector<Batch>;

TEST(Split, no_texts_need_no_batch) { EXPECT_TRUE(split(Texts(), 2, 100).empty()); }

TEST(Split, a_batch_has_no_more_texts_than_allowed) {
  EXPECT_EQ(split(Texts(5, "a"), 2, 100), (Batches{{0, 2}, {2, 2}, {4, 1}}));
}

TEST(Split, a_batch_has_no_more_bytes_than_allowed) {
  EXPECT_EQ(split(Texts{"aaa", "bb", "c", "dddd"}, 10, 5), (Batches{{0, 2}, {2, 2}}));
}

TEST(Split, a_text_that_is_too_long_goes_alone) {
  EXPECT_EQ(split(Texts{"a", std::string(50, 'x'), "b"}, 10, 5), (Batches{{0, 1}, {1, 1}, {2, 1}}));
}

TEST(Split, every_text_is_in_one_batch) {
  const Texts texts(100'000, "abc");
  std::size_t next = 0;
  for (const auto& batch : split(texts, 2048, 1000)) {
    EXPECT_EQ(batch.first, next);
    next += batch.count;
  }
  EXPECT_EQ(next, texts.size());
}

}  // namespace
}  // namespace fastccg::embed
