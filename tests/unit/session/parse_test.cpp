#include <gtest/gtest.h>

#include <string>

#include "samples.hpp"
#include "session/session.hpp"

namespace fastccg::session {
namespace {

using namespace samples;

std::string message_of(const std::string& text) {
  try {
    parse(text);
  } catch (const SessionError& error) {
    EXPECT_EQ(error.kind(), ErrorKind::session);
    return error.error().message;
  }
  return "no error";
}

void expect_error(const std::string& text, const std::string& part) {
  const auto message = message_of(text);
  EXPECT_NE(message.find(part), std::string::npos) << message;
}

/// A session with `members` in place of the default settings and turns.
std::string file_with(const std::string& members) {
  return R"({"format": "fastccg-session", "version": 1, "name": "openai/gpt-4o", )" + members + "}";
}
std::string file_with_settings(const std::string& settings) {
  return file_with(R"("turns": [], "settings": )" + settings);
}
std::string file_with_part(const std::string& part) {
  return file_with(R"("turns": [{"messages": [{"role": "user", "parts": [)" + part + "]}]}]");
}

TEST(SessionParse, broken_json_is_placed_by_line_and_column) {
  expect_error("{\n  \"format\": \"fastccg-session\",\n  \"version\": ?\n}", "line 3, column 14: unexpected '?'");
}

TEST(SessionParse, columns_count_characters) {
  expect_error("{\"é你\U0001F600\" ?", "line 1, column 8: unexpected '?'");
}

TEST(SessionParse, each_cut_of_a_file_is_an_error) {
  const auto text = render(full());
  for (std::size_t size = 0; size + 1 < text.size(); ++size) {  // the last byte is a line break
    ASSERT_THROW(parse(std::string_view(text).substr(0, size)), SessionError) << size;
  }
}

TEST(SessionParse, truncated_file_is_called_cut_off) {
  const auto text = render(plain());
  expect_error(text.substr(0, text.size() / 2), "cut off");
}

TEST(SessionParse, empty_file_is_an_error) {
  expect_error("", "the text is empty");
  expect_error(" \n\t", "the text is empty");
  expect_error("\xEF\xBB\xBF", "the text is empty");
}

TEST(SessionParse, byte_order_mark_is_skipped) {
  EXPECT_EQ(parse("\xEF\xBB\xBF" + render(plain())).name, "openai/gpt-4o");
}

TEST(SessionParse, utf16_is_named) { expect_error(std::string("\xFF\xFE{\0", 4), "UTF-16"); }

TEST(SessionParse, trailing_garbage_is_an_error) {
  expect_error(render(plain()) + "x", "unexpected 'x' after the end");
  expect_error(render(plain()) + "{}", "unexpected '{' after the end");
}

TEST(SessionParse, duplicate_keys_are_an_error) {
  expect_error(file_with(R"("turns": [], "turns": [])"), "the key \"turns\" stands twice");
  expect_error(file_with(R"("turns": [], "t\u0075rns": [])"), "the key \"turns\" stands twice");
  expect_error(file_with(R"("t\u0075rns": [], "turns": [])"), "the key \"turns\" stands twice");
}

TEST(SessionParse, duplicate_key_of_a_large_object_is_an_error) {
  std::string members;
  for (int i = 0; i < 1000; ++i) members += "\"k" + std::to_string(i) + "\": {\"k\": 1}, ";
  EXPECT_EQ(message_of(file_with(members + R"("turns": [])")), "no error");
  expect_error(file_with(members + R"("k7": 1, "turns": [])"), "the key \"k7\" stands twice");
}

TEST(SessionParse, duplicate_empty_key_is_an_error) { expect_error(R"({"": 1, "": 2})", "the key \"\" stands twice"); }

TEST(SessionParse, names_in_errors_are_short_and_in_one_line) {
  const auto key = "a\\nb" + std::string(60, 'x') + "\u00e9" + std::string(100'000, 'y');
  for (const auto& text :
       {"{\"" + key + "\": 1, \"" + key + "\": 2}", file_with_settings("{\"metadata\": {\"" + key + "\": 1}}")}) {
    const auto message = message_of(text);
    EXPECT_NE(message.find("a?b" + std::string(60, 'x') + "..."), std::string::npos) << message;
    EXPECT_LT(message.size(), 300u);
  }
}

TEST(SessionParse, zero_bytes_are_an_error) {
  expect_error(std::string(100, '\0'), "line 1, column 1: a zero byte");
  auto text = render(plain());
  text[text.find("Hello") + 2] = '\0';
  expect_error(text, "line 12");
}

TEST(SessionParse, text_that_is_not_utf8_is_an_error) {
  auto text = render(plain());
  text[text.find("Hello")] = '\xFF';
  expect_error(text, "line 12");
}

TEST(SessionParse, deep_nesting_is_an_error) {
  const std::size_t depth = 1'000'000;
  expect_error(std::string(depth, '['), "levels of nesting");
  expect_error(file_with("\"x\": " + std::string(depth, '[') + std::string(depth, ']')), "levels of nesting");
}

TEST(SessionParse, unknown_fields_are_ignored) {
  const auto state = parse(file_with(R"("turns": [{"new": {}, "messages": [{"role": "user", "mood": 1, "parts":
      [{"type": "text", "text": "Hi", "colour": [[[]]]}]}]}], "settings": {"newer": null}, "later": [1, 2])"));
  EXPECT_EQ(state.turns.at(0)->messages.at(0).text(), "Hi");
}

TEST(SessionParse, null_is_the_same_as_absent) {
  EXPECT_TRUE(parse(file_with_settings(R"({"temperature": null})")).settings == Settings());
  EXPECT_TRUE(parse(file_with_settings("null")).settings == Settings());
}

TEST(SessionParse, newer_version_says_to_update) {
  auto text = render(plain());
  text.replace(text.find("\"version\": 1"), 12, "\"version\": 2");
  expect_error(text, "version 2");
  expect_error(text, "update FastCCG");
}

TEST(SessionParse, newer_version_is_told_before_its_shape_is_judged) {
  expect_error(R"({"format": "fastccg-session", "version": 9, "turns": 5})", "update FastCCG");
}

TEST(SessionParse, odd_versions_are_an_error) {
  for (const auto* version : {"0", "-1", "\"1\"", "1.5", "null", "[]", "1e999", "99999999999999999999"})
    expect_error(std::string(R"({"format": "fastccg-session", "turns": [], "version": )") + version + "}", "version");
}

TEST(SessionParse, other_json_is_not_a_session) {
  for (const auto* text : {"[]", "{}", "1", "null", "\"fastccg-session\"", "true", R"({"format": null})"})
    expect_error(text, "not a session");
  expect_error(R"({"format": "other", "version": 1})", "format: is not \"fastccg-session\"");
}

TEST(SessionParse, wrong_shapes_are_placed_by_field) {
  expect_error(file_with(R"("x": 1)"), "turns: is missing");
  expect_error(file_with(R"("turns": {})"), "turns: must be a list");
  expect_error(file_with(R"("turns": [{"messages": []}, 5])"), "turns[1]: must be an object");
  expect_error(file_with(R"("turns": [{"messages": [{"parts": []}]}])"), "turns[0].messages[0].role: is missing");
  expect_error(file_with(R"("turns": [{"messages": [{"role": "usr", "parts": []}]}])"),
               "turns[0].messages[0].role: must be one of \"system\", \"user\", \"assistant\", \"tool\"");
  expect_error(file_with(R"("turns": [{"messages": [], "interrupted": "yes"}])"), "turns[0].interrupted: must be true");
  expect_error(file_with_part("[]"), "turns[0].messages[0].parts[0]: must be an object");
  expect_error(file_with_part(R"({"type": "hologram"})"), "parts[0].type: must be one of");
  expect_error(file_with_part(R"({"type": "text"})"), "parts[0].text: is missing");
  expect_error(file_with_part(R"({"type": "text", "text": 5})"), "parts[0].text: must be a text");
  expect_error(file_with_part(R"({"type": "image", "bytes": "*"})"), "parts[0].bytes: is not valid base64");
  expect_error(file_with_part(R"({"type": "text", "text": {"base64": "QQ"}})"), "text.base64: is not valid base64");
  expect_error(file_with_part(R"({"type": "tool_result", "call_id": "c", "content": [{"type": "refusal"}]})"),
               "content[0].type: must be one of");
}

TEST(SessionParse, wrong_settings_are_placed_by_field) {
  expect_error(file_with_settings("[]"), "settings: must be an object");
  expect_error(file_with_settings(R"({"temperature": "hot"})"), "settings.temperature: must be a number");
  expect_error(file_with_settings(R"({"temperature": 2.5})"), "settings.temperature: temperature must be from 0 to 2");
  expect_error(file_with_settings(R"({"max_tokens": 1.5})"), "settings.max_tokens: must be a whole number");
  expect_error(file_with_settings(R"({"max_tokens": 0})"), "settings.max_tokens: max_tokens must be at least 1");
  expect_error(file_with_settings(R"({"top_k": 3000000000})"), "settings.top_k: must be a whole number");
  expect_error(file_with_settings(R"({"stop": ["a", 1]})"), "settings.stop[1]: must be a text");
  expect_error(file_with_settings(R"({"tools": [{}]})"), "settings.tools[0].name: is missing");
  expect_error(file_with_settings(R"({"tools": [{"name": ""}]})"), "settings.tools");
  expect_error(file_with_settings(R"({"tool_choice": {"mode": "named"}})"), "settings.tool_choice.name: is missing");
  expect_error(file_with_settings(R"({"output_format": {"kind": "xml"}})"), "settings.output_format.kind: must be one");
  expect_error(file_with_settings(R"({"reasoning": {"budget": 0}})"), "settings.reasoning");
  expect_error(file_with_settings(R"({"metadata": {"a": 1}})"), "settings.metadata.a: must be a text");
  expect_error(file_with_settings(R"({"timeouts": {"idle_ms": -1}})"), "settings.timeouts.idle_ms: idle timeout must");
  expect_error(file_with_settings(R"({"retries": {"attempts": 0}})"), "settings.retries.attempts: attempts must");
  expect_error(file_with_settings(R"({"limits": {"body_bytes": -5}})"), "settings.limits.body_bytes: must be");
}

TEST(SessionParse, huge_numbers_are_an_error) {
  for (const auto* number : {"1e400", "-1e400", "1e99999999999", "123456789012345678901234567890"}) {
    expect_error(file_with_settings(std::string(R"({"temperature": )") + number + "}"), "");
    expect_error(file_with_settings(std::string(R"({"seed": )") + number + "}"), "");
  }
  expect_error(file_with_settings(R"({"seed": 9223372036854775808})"), "settings.seed: must be a whole number");
}

TEST(SessionParse, errors_say_what_to_do) {
  expect_error("{", "Correct it there, or load another copy");
  expect_error(file_with(R"("turns": 1)"), "Correct it there, or load another copy");
}

TEST(SessionParse, empty_name_is_an_error) {
  expect_error(R"({"format": "fastccg-session", "version": 1, "name": "", "turns": []})", "name: is empty");
}

}  // namespace
}  // namespace fastccg::session
