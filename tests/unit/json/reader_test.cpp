#include "json/reader.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fastccg::json {
namespace {

TEST(Reader, value_of_another_type_is_absent) {
  Reader reader;
  const auto root = reader.parse(R"({"s":"x","n":1,"null":null,"list":[1],"object":{"a":1}})");
  ASSERT_TRUE(root);
  EXPECT_EQ((*root)["s"].string(), "x");
  EXPECT_FALSE((*root)["s"].integer());
  EXPECT_FALSE((*root)["n"].string());
  EXPECT_EQ((*root)["n"].text(), "");
  EXPECT_FALSE((*root)["missing"]);
  EXPECT_FALSE((*root)["missing"]["deeper"].at(3)["x"].boolean());
  EXPECT_FALSE((*root)["null"]);
  EXPECT_TRUE((*root)["null"].is_null());
  EXPECT_FALSE((*root)["missing"].is_null());
  EXPECT_FALSE((*root)["list"]["a"]);
  EXPECT_FALSE((*root)["object"].at(0));
  EXPECT_EQ((*root)["object"]["a"].integer(), 1);
}

TEST(Reader, absent_node_answers_everything) {
  const Node node;
  EXPECT_FALSE(node || node.is_object() || node.is_array() || node.is_string() || node.is_null());
  EXPECT_FALSE(node.string() || node.integer() || node.number() || node.boolean());
  EXPECT_EQ(node.size(), 0u);
  EXPECT_EQ(node.serialized(), "null");
  for ([[maybe_unused]] const auto element : node.elements()) FAIL();
  for ([[maybe_unused]] const auto& member : node.members()) FAIL();
}

TEST(Reader, lists_and_objects_are_walked_in_order) {
  Reader reader;
  const auto root = reader.parse(R"({"b":[1,"two",null],"a":true})");
  ASSERT_TRUE(root);
  std::string names;
  for (const auto& [name, value] : root->members()) names += name;
  EXPECT_EQ(names, "ba");
  EXPECT_EQ(root->size(), 2u);
  std::string values;
  for (const auto element : (*root)["b"].elements()) values += element.serialized() + ' ';
  EXPECT_EQ(values, "1 \"two\" null ");
  EXPECT_EQ((*root)["b"].at(1).text(), "two");
  EXPECT_EQ((*root)["a"].boolean(), true);
}

TEST(Reader, white_space_and_byte_order_mark_may_stand_before_the_document) {
  Reader reader;
  EXPECT_TRUE(reader.parse("\n\n \r\n {\"a\":1}\n"));
  EXPECT_TRUE(reader.parse("\xEF\xBB\xBF{\"a\":1}"));
}

TEST(Reader, integers_beyond_64_bits_do_not_spoil_the_document) {
  Reader reader;
  const auto root = reader.parse(
      R"({"big":123456789012345678901234567890,"small":-99999999999999999999,"a":"99999999999999999999"})");
  ASSERT_TRUE(root) << reader.error();
  EXPECT_FALSE((*root)["big"].integer());
  EXPECT_DOUBLE_EQ((*root)["big"].number().value(), 123456789012345678901234567890.0);
  EXPECT_DOUBLE_EQ((*root)["small"].number().value(), -99999999999999999999.0);
  EXPECT_EQ((*root)["a"].text(), "99999999999999999999");
}

TEST(Reader, numbers_beyond_double_become_null) {
  Reader reader;
  const auto root = reader.parse("{\"a\":[1e999,-1E+999,1.5e3],\"b\":\"1e999\"}");
  ASSERT_TRUE(root) << reader.error();
  EXPECT_EQ((*root)["a"].serialized(), "[null,null,1500.0]");
  EXPECT_EQ((*root)["b"].text(), "1e999");
}

TEST(Reader, integer_accepts_whole_doubles_and_refuses_the_rest) {
  Reader reader;
  const auto root = reader.parse("[12.0,12.5,9223372036854775807,18446744073709551615,-9223372036854775808,9.3e18]");
  ASSERT_TRUE(root);
  EXPECT_EQ(root->at(0).integer(), 12);
  EXPECT_FALSE(root->at(1).integer());
  EXPECT_EQ(root->at(2).integer(), INT64_MAX);
  EXPECT_FALSE(root->at(3).integer());
  EXPECT_EQ(root->at(4).integer(), INT64_MIN);
  EXPECT_FALSE(root->at(5).integer());
}

TEST(Reader, halves_of_surrogate_pairs_become_replacement_characters) {
  Reader reader;
  const auto root = reader.parse(R"(["a\ud83d","\ude00b","\ud83d\ude00","\ud83d\u0041","\\ud83d"])");
  ASSERT_TRUE(root) << reader.error();
  EXPECT_EQ(root->at(0).text(), "a\xEF\xBF\xBD");
  EXPECT_EQ(root->at(1).text(),
            "\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(root->at(2).text(), "\xF0\x9F\x98\x80");
  EXPECT_EQ(root->at(3).text(),
            "\xEF\xBF\xBD"
            "A");
  EXPECT_EQ(root->at(4).text(), "\\ud83d");
}

TEST(Reader, what_is_not_json_is_refused_with_a_reason) {
  Reader reader;
  EXPECT_FALSE(reader.parse(""));
  EXPECT_EQ(reader.error(), "it is empty");
  EXPECT_FALSE(reader.parse("  \n "));
  EXPECT_FALSE(reader.parse("{\"a\":"));
  EXPECT_FALSE(reader.parse("{\"a\":1}}"));
  EXPECT_FALSE(reader.parse("{\"a\":1} {\"b\":2}"));
  EXPECT_FALSE(reader.parse("<html>"));
  EXPECT_FALSE(reader.parse("{\"a\":1-2}"));
  EXPECT_FALSE(reader.parse("\"\\ud83d"));
  EXPECT_FALSE(reader.parse("\"\\"));
  EXPECT_FALSE(reader.error().empty());
}

TEST(Reader, invalid_utf8_is_refused_by_name) {
  Reader reader;
  EXPECT_FALSE(reader.parse("{\"a\":\"\xFF\"}"));
  EXPECT_EQ(reader.error(), "it is not valid UTF-8");
}

TEST(Reader, deep_nesting_is_refused_by_name) {
  Reader reader;
  EXPECT_FALSE(reader.parse(std::string(100'000, '[') + std::string(100'000, ']')));
  EXPECT_EQ(reader.error(), "it is nested too deeply");
  EXPECT_TRUE(reader.parse(std::string(200, '[') + std::string(200, ']')));
}

TEST(Reader, reader_is_good_again_after_a_refusal) {
  Reader reader;
  EXPECT_FALSE(reader.parse("nonsense"));
  EXPECT_TRUE(reader.parse("{}"));
  EXPECT_EQ(reader.error(), "");
}

TEST(Reader, documents_of_growing_size_are_read) {
  Reader reader;
  for (std::size_t size = 1; size < 300'000; size = size * 3 + 1) {
    const auto root = reader.parse("[\"" + std::string(size, 'x') + "\"]");
    ASSERT_TRUE(root) << size;
    EXPECT_EQ(root->at(0).text().size(), size);
  }
}

TEST(BorrowedReader, two_at_once_do_not_disturb_each_other) {
  BorrowedReader first;
  const auto a = first->parse("{\"v\":\"first\"}");
  {
    BorrowedReader second;
    const auto b = second->parse("{\"v\":\"second\"}");
    EXPECT_EQ((*b)["v"].text(), "second");
  }
  EXPECT_EQ((*a)["v"].text(), "first");
}

}  // namespace
}  // namespace fastccg::json
