#include "core/base64.hpp"

#include <gtest/gtest.h>

namespace fastccg {
namespace {

TEST(Base64, known_texts) {
  EXPECT_EQ(base64_encode(""), "");
  EXPECT_EQ(base64_encode("f"), "Zg==");
  EXPECT_EQ(base64_encode("fo"), "Zm8=");
  EXPECT_EQ(base64_encode("foo"), "Zm9v");
  EXPECT_EQ(base64_encode("foobar"), "Zm9vYmFy");
}

TEST(Base64, decoding_undoes_encoding_for_every_byte_at_every_place) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes += static_cast<char>(i);
    EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes) << i;
  }
}

TEST(Base64, every_byte_that_is_no_digit_is_refused_at_every_place) {
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int byte = 0; byte < 256; ++byte) {
    const auto c = static_cast<char>(byte);
    if (digits.find(c) != std::string::npos) continue;
    for (std::size_t place = 0; place < 8; ++place) {
      std::string text = "AAAAAAAA";
      text[place] = c;
      // At the end it is padding.
      if (c == '=' && place == 7) continue;
      EXPECT_EQ(base64_decode(text), std::nullopt) << byte << " at " << place;
    }
  }
}

TEST(Base64, padding_of_the_wrong_form_is_refused) {
  for (const auto* text : {"A", "AA", "AAA", "AAAAA", "A===", "====", "=", "AA=A", "AAAA=", "Zg==Zg=="})
    EXPECT_EQ(base64_decode(text), std::nullopt) << text;
}

TEST(Base64, digits_that_say_more_than_the_bytes_are_refused) {
  EXPECT_EQ(base64_decode("Zh=="), std::nullopt);
  EXPECT_EQ(base64_decode("Zm9="), std::nullopt);
}

}  // namespace
}  // namespace fastccg
