#include "json/writer.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace fastccg::json {
namespace {

using namespace std::string_literals;

std::string string(std::string_view text) { return Writer().string(text).take(); }

TEST(Writer, commas_stand_between_members_and_elements_only) {
  Writer writer;
  writer.begin_object().member("a", 1).key("b").begin_array().integer(1).begin_object().end_object().begin_array();
  writer.end_array().string("x").end_array().member("c", "d").member("e", true).key("f").null().end_object();
  EXPECT_EQ(writer.text(), R"({"a":1,"b":[1,{},[],"x"],"c":"d","e":true,"f":null})");
}

TEST(Writer, numbers_are_written_as_people_write_them) {
  Writer writer;
  writer.begin_array().number(0.7).number(1).number(1e300).integer(-5);
  writer.number(std::numeric_limits<double>::infinity()).number(std::numeric_limits<double>::quiet_NaN()).end_array();
  EXPECT_EQ(writer.text(), "[0.7,1,1e+300,-5,null,null]");
}

TEST(Writer, text_is_escaped) {
  EXPECT_EQ(string("a\"\\/\n\r\t\x01\x1F\x7F"), "\"a\\\"\\\\/\\n\\r\\t\\u0001\\u001f\\u007f\"");
  EXPECT_EQ(string("\xC3\xA9\xF0\x9F\x98\x80"), "\"\xC3\xA9\xF0\x9F\x98\x80\"");
}

TEST(Writer, what_is_not_utf8_is_replaced) {
  EXPECT_EQ(string("a\xFFz"), "\"a\xEF\xBF\xBDz\"");
  EXPECT_EQ(string("\xC3"), "\"\xEF\xBF\xBD\"");
  EXPECT_EQ(string("\xE2\x82"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
  EXPECT_EQ(string("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"") << "a surrogate";
  EXPECT_EQ(string("\xC0\x80x"), "\"\xEF\xBF\xBD\xEF\xBF\xBDx\"") << "an overlong NUL";
  EXPECT_EQ(string("\xF4\x90\x80\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"") << "beyond Unicode";
}

TEST(Writer, nul_is_left_out) { EXPECT_EQ(string("a\0b"s), "\"ab\""); }

TEST(Writer, raw_json_is_kept_byte_for_byte) {
  EXPECT_EQ(Writer().begin_object().key("a").raw("{ \"x\" : 1.50 }").end_object().text(), "{\"a\":{ \"x\" : 1.50 }}");
}

TEST(Writer, is_object_tells_objects_from_the_rest) {
  EXPECT_TRUE(is_object(" {} "));
  EXPECT_FALSE(is_object("[]"));
  EXPECT_FALSE(is_object("{"));
  EXPECT_FALSE(is_object(""));
  EXPECT_TRUE(is_json("[]"));
  EXPECT_FALSE(is_json("x"));
}

}  // namespace
}  // namespace fastccg::json
