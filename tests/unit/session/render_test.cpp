#include <gtest/gtest.h>

#include <string>

#include "samples.hpp"
#include "session/format.hpp"
#include "session/session.hpp"

namespace fastccg::session {
namespace {

using namespace samples;

void expect_same(const State& a, const State& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_TRUE(a.settings == b.settings);
  ASSERT_EQ(a.turns.size(), b.turns.size());
  for (std::size_t i = 0; i < a.turns.size(); ++i) {
    EXPECT_EQ(a.turns[i]->interrupted, b.turns[i]->interrupted) << i;
    EXPECT_TRUE(a.turns[i]->messages == b.turns[i]->messages) << i;
  }
}

State with_text(std::string text) {
  State state;
  state.name = "openai/gpt-4o";
  add_turn(state, {Message::user(std::move(text))});
  return state;
}

TEST(SessionRender, every_setting_and_part_survives) {
  const auto state = full();
  expect_same(parse(render(state)), state);
}

TEST(SessionRender, rendering_what_was_read_gives_the_same_bytes) {
  for (const auto& state : {State(plain()), full()}) {
    const auto text = render(state);
    EXPECT_EQ(render(parse(text)), text);
  }
}

TEST(SessionRender, text_is_as_documented) {
  EXPECT_EQ(render(plain()), R"({
  "format": "fastccg-session",
  "version": 1,
  "name": "openai/gpt-4o",
  "not_saved": ["api_key", "reply_filter", "settings.extra_headers"],
  "settings": {
    "temperature": 0.5
  },
  "turns": [
    {"messages": [
      {"role": "user", "parts": [{"type": "text", "text": "Hi"}]},
      {"role": "assistant", "provider": "openai", "model": "gpt-4o", "parts": [{"type": "text", "text": "Hello."}]}
    ]}
  ]
}
)");
}

TEST(SessionRender, empty_conversation_survives) {
  State state;
  state.name = "openai/gpt-4o";
  expect_same(parse(render(state)), state);
}

TEST(SessionRender, set_but_empty_settings_stay_set) {
  State state;
  state.name = "openai/gpt-4o";
  state.settings.sys_prompt("").stop({}).tools({}).metadata({}).extra("").reasoning(ReasoningSetting());
  expect_same(parse(render(state)), state);
}

TEST(SessionRender, each_alternative_of_a_setting_survives) {
  for (const auto& choice :
       {ToolChoice::automatic(), ToolChoice::none(), ToolChoice::required(), ToolChoice::named("")})
    for (const auto& format : {OutputFormat::text(), OutputFormat::json(), OutputFormat::schema("", "", true)})
      for (const auto& reasoning :
           {ReasoningSetting::off(), ReasoningSetting::effort("high"), ReasoningSetting::budget(1)}) {
        State state;
        state.name = "x/y";
        state.settings.tool_choice(choice).output_format(format).reasoning(reasoning);
        expect_same(parse(render(state)), state);
      }
}

TEST(SessionRender, extra_headers_are_not_written) {
  auto state = plain();
  state.settings.extra_headers({{"X-Token", "s3cret-value"}});
  const auto text = render(state);
  EXPECT_EQ(text.find("s3cret-value"), std::string::npos);
  EXPECT_EQ(text.find("X-Token"), std::string::npos);
  EXPECT_FALSE(parse(text).settings.extra_headers());
}

TEST(SessionRender, control_characters_and_zero_bytes_survive) {
  std::string text("a\0b", 3);
  for (char c = 1; c < 0x20; ++c) text += c;
  const auto state = with_text(text + "\x7F\"\\/");
  const auto file = render(state);
  EXPECT_EQ(file.find('\0'), std::string::npos);
  expect_same(parse(file), state);
}

TEST(SessionRender, any_unicode_survives) {
  expect_same(parse(render(with_text("Zoë 你好 \U0001F600 \u2028"))), with_text("Zoë 你好 \U0001F600 \u2028"));
}

TEST(SessionRender, text_that_is_not_utf8_survives) {
  for (const std::string bad : {"\xFF", "cut \xF0\x9F\x98", "\xED\xA0\x80", "\xC0\x80", "a\x80z"})
    expect_same(parse(render(with_text(bad))), with_text(bad));
  expect_same(parse(render(with_text(all_bytes()))), with_text(all_bytes()));
}

TEST(SessionRender, metadata_key_that_is_not_utf8_is_an_error) {
  auto state = plain();
  state.settings.metadata({{"\xFF", "value"}});
  EXPECT_THROW(render(state), SessionError);
}

TEST(SessionRender, turn_alone_is_one_line) {
  for (const auto& turn : full().turns) {
    std::string line;
    render_turn(line, *turn, 0);
    EXPECT_EQ(line.find('\n'), std::string::npos);
    const json::Document document(line, json::Document::Source(ErrorKind::session, "the line", ""));
    const auto back = parse_turn(document.root());
    EXPECT_EQ(back.interrupted, turn->interrupted);
    EXPECT_TRUE(back.messages == turn->messages);
  }
}

TEST(SessionRender, null_turn_is_skipped) {
  auto state = plain();
  state.turns.push_back(nullptr);
  EXPECT_EQ(render(state), render(plain()));
}

TEST(SessionRender, numbers_read_back_exactly) {
  for (const double value :
       {0.1, 1e-300, 2.0 / 3, 1.9999999999999998, 5e-324, 1.2345678901234567, 0.30000000000000004}) {
    State state;
    state.name = "x/y";
    state.settings.temperature(value);
    EXPECT_EQ(parse(render(state)).settings.temperature(), value);
  }
}

}  // namespace
}  // namespace fastccg::session
