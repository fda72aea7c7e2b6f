#include "exchange/redact.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fastccg {
namespace {

constexpr const char* key = "sk-a/b+c=d";

std::string redacted(std::string text) {
  Error error;
  error.body = std::move(text);
  redact(error, key);
  return error.body;
}

TEST(Redact, takes_the_key_out_of_what_a_server_says_of_an_error) {
  Error error(ErrorKind::authentication, "no sk-a/b+c=d");
  error.provider_message = error.code = error.param = error.request_id = error.body = error.message;
  redact(error, key);
  for (const auto* text :
       {&error.message, &error.provider_message, &error.code, &error.param, &error.request_id, &error.body})
    EXPECT_EQ(*text, "no [key]");
}

TEST(Redact, finds_the_key_again_and_again) {
  EXPECT_EQ(redacted("sk-a/b+c=dsk-a/b+c=d, s sk-a/b+c= sk-a/b+c=d."), "[key][key], s sk-a/b+c= [key].");
}

TEST(Redact, finds_the_key_as_json_and_urls_write_it) {
  EXPECT_EQ(redacted(R"("sk-a\/b+c=d")"), R"("[key]")");
  EXPECT_EQ(redacted(R"("sk-a\u002Fb\u002bc\u003dd")"), R"("[key]")");
  EXPECT_EQ(redacted("?key=sk-a%2Fb%2bc%3Dd&x"), "?key=[key]&x");
  EXPECT_EQ(redacted(R"(\u0073k-a/b+c=d)"), "[key]");
}

TEST(Redact, finds_the_beginning_of_a_key_at_the_end_of_a_text_that_was_cut) {
  EXPECT_EQ(redacted("bad key sk-a/b+c"), "bad key [key]");
  EXPECT_EQ(redacted("an unfinished sk-a"), "an unfinished sk-a") << "so little may be anything";
}

TEST(Redact, leaves_texts_alone_that_only_begin_like_the_key) {
  for (const std::string text : {"", "s", "sk-a/b", "sk-other", "100%", R"(\)", R"(\u)", "%2", R"(\u00)"})
    EXPECT_EQ(redacted(text + (text.empty() ? "" : " ")), text + (text.empty() ? "" : " "));
}

TEST(Redact, takes_no_word_out_for_a_key_that_guards_nothing) {
  Error error(ErrorKind::server, "test failed");
  redact(error, "test");
  EXPECT_EQ(error.message, "test failed");
}

}  // namespace
}  // namespace fastccg
