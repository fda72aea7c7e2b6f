#include "protocols/messages/schema.hpp"

#include <gtest/gtest.h>

#include "support.hpp"

namespace fastccg::protocols::messages {
namespace {

std::string enforced(std::string_view schema) { return EnforcedSchema(schema, "it").text; }
bool loosens(std::string_view schema) { return EnforcedSchema(schema, "it").loosened; }

TEST(messages_schema, objects_are_closed_at_every_depth) {
  EXPECT_EQ(
      enforced(
          R"({"type":"object","properties":{"a":{"type":["object","null"],"properties":{}}},"$defs":{"d":{"properties":{}}}})"),
      R"({"type":"object","properties":{"a":{"type":["object","null"],"properties":{},"additionalProperties":false}},)"
      R"("$defs":{"d":{"properties":{},"additionalProperties":false}},"additionalProperties":false})");
  EXPECT_FALSE(loosens(R"({"type":"object","additionalProperties":false})"));
}

TEST(messages_schema, limits_move_into_the_description) {
  EXPECT_EQ(enforced(R"({"type":"integer","description":"Age.","minimum":0,"maximum":150})"),
            R"({"type":"integer","description":"Age. {minimum: 0, maximum: 150}"})");
  EXPECT_TRUE(loosens(R"({"type":"integer","minimum":0})"));
  EXPECT_EQ(enforced(R"({"items":{"type":"string","pattern":"^a"}})"),
            R"({"items":{"type":"string","description":"{pattern: \"^a\"}"}})");
}

TEST(messages_schema, what_can_be_enforced_stays) {
  const auto schema = R"({"type":"array","minItems":1,"items":{"type":"string","format":"date","enum":["a"]}})";
  EXPECT_EQ(enforced(schema), schema);
  EXPECT_FALSE(loosens(schema));
  EXPECT_TRUE(loosens(R"({"type":"array","minItems":2})"));
  EXPECT_TRUE(loosens(R"({"type":"string","format":"color"})"));
}

TEST(messages_schema, exclusive_alternatives_become_plain_ones) {
  EXPECT_EQ(enforced(R"({"oneOf":[{"type":"object"},{"type":"null"}]})"),
            R"({"anyOf":[{"type":"object","additionalProperties":false},{"type":"null"}]})");
}

TEST(messages_schema, properties_named_like_keywords_are_no_keywords) {
  EXPECT_EQ(
      enforced(R"({"properties":{"minimum":{"type":"integer"},"description":{"type":"string"}}})"),
      R"({"properties":{"minimum":{"type":"integer"},"description":{"type":"string"}},"additionalProperties":false})");
}

TEST(messages_schema, open_objects_are_closed_and_said_to_be_changed) {
  EXPECT_TRUE(loosens(R"({"type":"object","additionalProperties":{"type":"string"}})"));
  EXPECT_TRUE(loosens(R"({"type":"object","additionalProperties":true})"));
}

TEST(messages_schema, booleans_as_schemas_are_kept) {
  EXPECT_EQ(enforced(R"({"properties":{"a":true}})"), R"({"properties":{"a":true},"additionalProperties":false})");
}

TEST(messages_schema, what_is_no_object_is_refused) {
  for (const auto* schema : {"", "[]", "{", "true"}) {
    const auto error = error_of([schema] { EnforcedSchema(schema, "the tool 'x'"); });
    EXPECT_NE(error.message.find("the tool 'x'"), std::string::npos) << schema;
  }
}

}  // namespace
}  // namespace fastccg::protocols::messages
