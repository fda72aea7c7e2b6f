#include <utility>

#include "session/format.hpp"

namespace fastccg::session {

namespace {

using json::Field;

/// Gives the member of that name to `use`, if there is one, and blames it for what a setter says of its value.
template <class Use>
void with(const Field& object, std::string_view key, Use use) {
  if (const auto field = object.find(key)) field->checked([&] { use(*field); });
}

std::vector<std::string> parse_stop(const Field& field) {
  std::vector<std::string> sequences;
  for (std::size_t i = 0; i < field.items(); ++i) sequences.push_back(parse_text(field.item(i)));
  return sequences;
}

Tool parse_tool(const Field& field) {
  Tool tool;
  const auto name = field.at("name");
  tool.name = parse_text(name);
  with(field, "description", [&](const Field& f) { tool.description = parse_text(f); });
  with(field, "parameters", [&](const Field& f) { tool.parameters = parse_text(f); });
  with(field, "strict", [&](const Field& f) { tool.strict = f.boolean(); });
  return tool;
}

std::vector<Tool> parse_tools(const Field& field) {
  std::vector<Tool> tools;
  for (std::size_t i = 0; i < field.items(); ++i) tools.push_back(parse_tool(field.item(i)));
  return tools;
}

ToolChoice parse_choice(const Field& field) {
  using Mode = ToolChoice::Mode;
  const auto mode = field.at("mode");
  switch (mode.one_of<Mode>(
      {{"automatic", Mode::automatic}, {"none", Mode::none}, {"required", Mode::required}, {"named", Mode::named}})) {
    case Mode::automatic: return ToolChoice::automatic();
    case Mode::none: return ToolChoice::none();
    case Mode::required: return ToolChoice::required();
    case Mode::named: break;
  }
  const auto name = field.at("name");
  return ToolChoice::named(parse_text(name));
}

OutputFormat parse_output_format(const Field& field) {
  using Kind = OutputFormat::Kind;
  const auto kind = field.at("kind");
  switch (kind.one_of<Kind>({{"text", Kind::text}, {"json", Kind::json}, {"schema", Kind::schema}})) {
    case Kind::text: return OutputFormat::text();
    case Kind::json: return OutputFormat::json();
    case Kind::schema: break;
  }
  const auto name = field.at("name");
  const auto schema = field.at("schema");
  bool strict = true;
  with(field, "strict", [&](const Field& f) { strict = f.boolean(); });
  return OutputFormat::schema(parse_text(name), parse_text(schema), strict);
}

ReasoningSetting parse_reasoning(const Field& field) {
  if (const auto off = field.find("off"); off && off->boolean()) return ReasoningSetting::off();
  if (const auto budget = field.find("budget")) return ReasoningSetting::budget(budget->integer<int>());
  const auto effort = field.at("effort");
  return ReasoningSetting::effort(parse_text(effort));
}

std::map<std::string, std::string> parse_metadata(const Field& field) {
  std::map<std::string, std::string> metadata;
  for (std::size_t i = 0; i < field.members(); ++i) {
    const auto member = field.member(i);
    metadata.emplace(member.key(), parse_text(member));
  }
  return metadata;
}

std::chrono::milliseconds parse_time(const Field& field) {
  return std::chrono::milliseconds(field.integer<std::int64_t>());
}

Timeouts parse_timeouts(const Field& field) {
  Timeouts timeouts;
  with(field, "connect_ms", [&](const Field& f) { timeouts.connect(parse_time(f)); });
  with(field, "first_byte_ms", [&](const Field& f) { timeouts.first_byte(parse_time(f)); });
  with(field, "idle_ms", [&](const Field& f) { timeouts.idle(parse_time(f)); });
  with(field, "total_ms", [&](const Field& f) { timeouts.total(parse_time(f)); });
  with(field, "heartbeats_count", [&](const Field& f) { timeouts.heartbeats_count(f.boolean()); });
  return timeouts;
}

Retries parse_retries(const Field& field) {
  Retries retries;
  with(field, "attempts", [&](const Field& f) { retries.attempts(f.integer<int>()); });
  with(field, "initial_delay_ms", [&](const Field& f) { retries.initial_delay(parse_time(f)); });
  with(field, "max_delay_ms", [&](const Field& f) { retries.max_delay(parse_time(f)); });
  with(field, "max_announced_delay_ms", [&](const Field& f) { retries.max_announced_delay(parse_time(f)); });
  return retries;
}

Limits parse_limits(const Field& field) {
  Limits limits;
  with(field, "headers_bytes", [&](const Field& f) { limits.headers(f.integer<std::size_t>()); });
  with(field, "event_bytes", [&](const Field& f) { limits.event(f.integer<std::size_t>()); });
  with(field, "body_bytes", [&](const Field& f) { limits.body(f.integer<std::size_t>()); });
  with(field, "unread_bytes", [&](const Field& f) { limits.unread(f.integer<std::size_t>()); });
  return limits;
}

void parse_sampling(const Field& field, Settings& settings) {
  with(field, "temperature", [&](const Field& f) { settings.temperature(f.number()); });
  with(field, "top_p", [&](const Field& f) { settings.top_p(f.number()); });
  with(field, "top_k", [&](const Field& f) { settings.top_k(f.integer<int>()); });
  with(field, "max_tokens", [&](const Field& f) { settings.max_tokens(f.integer<std::int64_t>()); });
  with(field, "stop", [&](const Field& f) { settings.stop(parse_stop(f)); });
  with(field, "seed", [&](const Field& f) { settings.seed(f.integer<std::int64_t>()); });
  with(field, "frequency_penalty", [&](const Field& f) { settings.frequency_penalty(f.number()); });
  with(field, "presence_penalty", [&](const Field& f) { settings.presence_penalty(f.number()); });
  with(field, "logprobs", [&](const Field& f) { settings.logprobs(f.integer<int>()); });
}

}  // namespace

Settings parse_settings(const Field& field) {
  Settings settings;
  with(field, "sys_prompt", [&](const Field& f) { settings.sys_prompt(parse_text(f)); });
  parse_sampling(field, settings);
  with(field, "tools", [&](const Field& f) { settings.tools(parse_tools(f)); });
  with(field, "tool_choice", [&](const Field& f) { settings.tool_choice(parse_choice(f)); });
  with(field, "parallel_tools", [&](const Field& f) { settings.parallel_tools(f.boolean()); });
  with(field, "output_format", [&](const Field& f) { settings.output_format(parse_output_format(f)); });
  with(field, "reasoning", [&](const Field& f) { settings.reasoning(parse_reasoning(f)); });
  with(field, "cache_prompt_s",
       [&](const Field& f) { settings.cache_prompt(std::chrono::seconds(f.integer<std::int64_t>())); });
  with(field, "metadata", [&](const Field& f) { settings.metadata(parse_metadata(f)); });
  with(field, "extra", [&](const Field& f) { settings.extra(parse_text(f)); });
  with(field, "timeouts", [&](const Field& f) { settings.timeouts(parse_timeouts(f)); });
  with(field, "retries", [&](const Field& f) { settings.retries(parse_retries(f)); });
  with(field, "limits", [&](const Field& f) { settings.limits(parse_limits(f)); });
  return settings;
}

}  // namespace fastccg::session
