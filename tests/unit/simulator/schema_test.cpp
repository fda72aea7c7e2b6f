#include <gtest/gtest.h>

#include "chat_helpers.hpp"

using fastccg::Simulator;
using namespace simulator_test;

namespace json = boost::json;

namespace {

json::value instance(const std::string& schema, const std::string& prompt = "hello") {
  const Simulator simulator;
  const auto answer = ask(
      simulator, chat_body(prompt, R"(,"response_format":{"type":"json_schema","json_schema":{"name":"r","schema":)" +
                                       schema + "}}"));
  return json::parse(content(answer));
}

}  // namespace

TEST(Schema, every_type_has_an_instance) {
  const auto value =
      instance(R"({"type":"object","properties":{"s":{"type":"string","minLength":30},"i":{"type":"integer",
      "minimum":7},"n":{"type":"number","maximum":0.5},"b":{"type":"boolean"},"z":{"type":"null"},
      "a":{"type":"array","items":{"type":"string","enum":["x","y"]},"minItems":2},
      "o":{"type":"object","properties":{"k":{"const":4}}},"d":{"type":"string","format":"date"},
      "u":{"anyOf":[{"type":"null"},{"type":"integer"}]},"t":{"type":["null","string"]}}})");
  EXPECT_GE(value.at("s").as_string().size(), 30U);
  EXPECT_GE(value.at("i").as_int64(), 7);
  EXPECT_LE(value.at("n").to_number<double>(), 0.5);
  EXPECT_TRUE(value.at("b").is_bool());
  EXPECT_TRUE(value.at("z").is_null());
  EXPECT_EQ(value.at("a"), json::parse(R"(["x","x"])"));
  EXPECT_EQ(value.at("o"), json::parse(R"({"k":4})"));
  EXPECT_EQ(value.at("d").as_string(), "2026-01-02");
  EXPECT_TRUE(value.at("u").is_number());
  EXPECT_TRUE(value.at("t").is_string());
}

TEST(Schema, references_are_followed) {
  const auto value = instance(R"({"type":"object","properties":{"p":{"$ref":"#/$defs/point"}},
      "$defs":{"point":{"type":"object","properties":{"x":{"type":"integer"}},"required":["x"]}}})");
  EXPECT_TRUE(value.at("p").at("x").is_number());
}

TEST(Schema, one_that_contains_itself_comes_to_an_end) {
  const auto value =
      instance(R"({"type":"object","properties":{"child":{"$ref":"#"},"v":{"type":"integer"}},"required":["v"]})");
  EXPECT_TRUE(value.at("v").is_number());
  EXPECT_TRUE(instance(R"({"type":"object","properties":{"child":{"$ref":"#"}},"required":["child"]})").is_object());
  EXPECT_TRUE(instance(R"({"$ref":"#"})").is_null());
}

TEST(Schema, unreasonable_demands_are_met_within_reason) {
  const auto value =
      instance(R"({"type":"object","properties":{"a":{"type":"array","minItems":1e18,"items":{"type":"integer"}},
      "s":{"type":"string","minLength":1e300},"n":{"type":"integer","minimum":1e300}}})");
  EXPECT_LE(value.at("a").as_array().size(), 1000U);
  EXPECT_LE(value.at("s").as_string().size(), 100'000U);
  EXPECT_TRUE(value.at("n").is_number());
}

TEST(Schema, numbers_and_choices_come_from_the_prompt) {
  const auto value =
      instance(R"({"type":"object","properties":{"count":{"type":"integer"},"colour":{"enum":["red","blue"]}}})",
               "Give me 12 blue balls");
  EXPECT_EQ(value, json::parse(R"({"count":12,"colour":"blue"})"));
}
