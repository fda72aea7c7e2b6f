#include "options.hpp"

#include <algorithm>

#include "fastccg/error.hpp"

namespace fastccg::protocols::contract {

namespace {

const std::string schema = R"({"type":"object","properties":{"city":{"type":"string","minLength":2}}})";

Tool strict_tool() {
  Tool tool("find_city", "Finds it.", schema);
  tool.strict = true;
  return tool;
}

}  // namespace

const std::vector<Option>& options() {
  using S = Settings;
  static const std::vector<Option> all{
      {"sys_prompt", "text", [](S& s) { s.sys_prompt("Be as brief as you can."); }},
      {"temperature", "0.25", [](S& s) { s.temperature(0.25); }},
      {"temperature", "1.75", [](S& s) { s.temperature(1.75); }},
      {"top_p", "0.75", [](S& s) { s.top_p(0.75); }},
      {"top_k", "17", [](S& s) { s.top_k(17); }},
      {"max_tokens", "4321", [](S& s) { s.max_tokens(4321); }},
      {"max_tokens", "1", [](S& s) { s.max_tokens(1); }},
      {"stop", "one", [](S& s) { s.stop({"THE END"}); }},
      {"stop", "six",
       [](S& s) {
         s.stop({"1", "2", "3", "4", "5", "6"});
       }},
      {"stop", "white space", [](S& s) { s.stop({"\n"}); }},
      {"seed", "421", [](S& s) { s.seed(421); }},
      {"seed", "64 bits", [](S& s) { s.seed(1'000'000'000'000); }},
      {"frequency_penalty", "0.125", [](S& s) { s.frequency_penalty(0.125); }},
      {"presence_penalty", "-0.125", [](S& s) { s.presence_penalty(-0.125); }},
      {"logprobs", "0", [](S& s) { s.logprobs(0); }},
      {"logprobs", "3", [](S& s) { s.logprobs(3); }},
      {"tools", "two",
       [](S& s) {
         s.tools({Tool("look_up", "", schema), Tool("now", "Tells the time.")});
       }},
      {"tools", "strict",
       [](S& s) {
         s.tools({Tool("look_up", "", schema), strict_tool()});
       }},
      {"tool_choice", "automatic", [](S& s) { s.tool_choice(ToolChoice::automatic()); }},
      {"tool_choice", "none", [](S& s) { s.tool_choice(ToolChoice::none()); }},
      {"tool_choice", "required", [](S& s) { s.tool_choice(ToolChoice::required()); }},
      {"tool_choice", "named", [](S& s) { s.tool_choice(ToolChoice::named("look_up")); }},
      {"tool_choice", "required, without tools", [](S& s) { s.tools({}).tool_choice(ToolChoice::required()); }},
      {"parallel_tools", "no", [](S& s) { s.parallel_tools(false); }},
      {"output_format", "JSON", [](S& s) { s.output_format(OutputFormat::json()); }},
      {"output_format", "schema", [](S& s) { s.output_format(OutputFormat::schema("city", schema)); }},
      {"output_format", "loose schema", [](S& s) { s.output_format(OutputFormat::schema("city", schema, false)); }},
      {"reasoning", "off", [](S& s) { s.reasoning(ReasoningSetting::off()); }},
      {"reasoning", "minimal", [](S& s) { s.reasoning(ReasoningSetting::effort("minimal")); }},
      {"reasoning", "medium", [](S& s) { s.reasoning(ReasoningSetting::effort("medium")); }},
      {"reasoning", "max", [](S& s) { s.reasoning(ReasoningSetting::effort("max")); }},
      {"reasoning", "100 tokens", [](S& s) { s.reasoning(ReasoningSetting::budget(100)); }},
      {"reasoning", "5000 tokens", [](S& s) { s.reasoning(ReasoningSetting::budget(5000)); }},
      {"cache_prompt", "5 minutes", [](S& s) { s.cache_prompt(); }},
      {"metadata", "a user",
       [](S& s) {
         s.metadata({{"user_id", "u-7"}});
       }},
      {"metadata", "a label",
       [](S& s) {
         s.metadata({{"label", "blue"}});
       }},
      {"extra", "a member", [](S& s) { s.extra(R"({"x_extra":{"a":[1,2]}})"); }},
      {"extra", "no object", [](S& s) { s.extra("[1]"); }},
  };
  return all;
}

const std::vector<std::string>& settings_of_the_call() {
  static const std::vector<std::string> all{"extra_headers", "timeouts", "retries", "limits"};
  return all;
}

Settings usual_settings() {
  Settings settings;
  settings.sys_prompt("You know all cities.").tools({Tool("look_up", "Looks it up.", schema)});
  return settings;
}

Fate fate_of(const Speaker& speaker, const Option& option, const ModelInfo& model) {
  const std::vector<Message> messages{Message::user("Which city is it?")};
  const auto plain = speaker.render(messages, usual_settings(), model);
  auto settings = usual_settings();
  option.set(settings);
  try {
    const auto rendered = speaker.render(messages, settings, model);
    if (std::ranges::find(rendered.warnings, option.setting, &Warning::setting) != rendered.warnings.end())
      return Fate::warned;
    return rendered.body != plain.body ? Fate::sent : Fate::dropped;
  } catch (const FastCCGError&) {
    return Fate::refused;
  }
}

}  // namespace fastccg::protocols::contract
