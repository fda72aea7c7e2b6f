#pragma once

#include <memory>
#include <string>
#include <utility>

#include "fastccg/error.hpp"
#include "session/session.hpp"

namespace fastccg::session::samples {

inline std::string all_bytes() {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  return bytes;
}

inline void add_turn(State& state, std::vector<Message> messages, bool interrupted = false) {
  Turn turn;
  turn.messages = std::move(messages);
  turn.interrupted = interrupted;
  state.turns.push_back(std::make_shared<const Turn>(std::move(turn)));
}

inline State plain() {
  State state;
  state.name = "openai/gpt-4o";
  state.settings.temperature(0.5);
  auto answer = Message::assistant("Hello.");
  answer.provider = "openai";
  answer.model = "gpt-4o";
  add_turn(state, {Message::user("Hi"), answer});
  return state;
}

inline Settings every_setting() {
  Tool tool("weather", "Tells the weather.", R"({"type": "object",  "properties": {}})");
  tool.strict = true;
  Settings settings;
  settings.sys_prompt("Be kind.\n\"Always\".")
      .temperature(0.1 + 0.2)
      .top_p(1.0 / 3)
      .top_k(40)
      .max_tokens(9'007'199'254'740'993)
      .stop({"END", "\n\n"})
      .seed(-7)
      .frequency_penalty(-1.5)
      .presence_penalty(2)
      .logprobs(0)
      .tools({tool, Tool("clock", "")})
      .tool_choice(ToolChoice::named("weather"))
      .parallel_tools(false)
      .output_format(OutputFormat::schema("answer", R"({"type":"object"})", false))
      .reasoning(ReasoningSetting::budget(2048))
      .cache_prompt(std::chrono::hours(1))
      .metadata({{"user", "Zoë"}, {"", "empty key"}})
      .extra(R"({ "service_tier" : "flex" })")
      .timeouts(Timeouts()
                    .connect(Timeouts::Duration(1))
                    .first_byte(Timeouts::Duration(2))
                    .idle(Timeouts::Duration(0))
                    .heartbeats_count(true))
      .retries(Retries().attempts(7).max_delay(Retries::Duration(9)))
      .limits(Limits().body(static_cast<std::size_t>(-1)).unread(1));
  return settings;
}

inline std::vector<Part> every_part() {
  Image image = Image::from_bytes(all_bytes(), "image/png");
  image.detail = "low";
  Reasoning reasoning("Let me think.");
  reasoning.payload = R"({"signature":"abc==",  "odd":1.0e2})";
  reasoning.provider = "anthropic";
  ToolResult result("call_1", "12 °C", true);
  result.name = "weather";
  result.content.push_back(Image::from_url("https://example.com/map.png"));
  result.content.push_back(Audio("\x01\x02", "wav"));
  result.content.push_back(File::from_id("file_1"));
  return {Text("a\tb"),
          Text(""),
          image,
          Image::from_url("https://example.com/a.png"),
          Audio(all_bytes(), "mp3"),
          File::from_bytes("%PDF", "application/pdf", "paper.pdf"),
          File::from_url("https://example.com/b.pdf", "application/pdf"),
          File::from_id("file_2"),
          ToolCall("call_1", "weather", R"({"city": "Bern)"),
          result,
          ToolResult("call_2", ""),
          reasoning,
          Refusal("I would rather not."),
          Opaque("gemini", "executableCode", "{ \"code\" : [1,  2] }")};
}

inline State full() {
  State state;
  state.name = "anthropic/claude-sonnet-5";
  state.settings = every_setting();
  Message answer(Role::assistant, every_part());
  answer.provider = "anthropic";
  answer.model = "claude-sonnet-5";
  Message question = Message::user("Q");
  question.name = "alice";
  add_turn(state, {question, answer});
  add_turn(state, {Message::tool_results({ToolResult("call_1", "ok")}), Message::assistant("Hal")}, true);
  add_turn(state, {Message::system("From here on, French.")});
  add_turn(state, {});
  return state;
}

}  // namespace fastccg::session::samples
