#include "json/escape.hpp"
#include "session/format.hpp"
#include "session/writer.hpp"

namespace fastccg::session {

namespace {

void render_tool(std::string& out, const Tool& tool) {
  ObjectWriter object(out);
  object.text("name", tool.name);
  object.text_if_any("description", tool.description);
  object.text_if_any("parameters", tool.parameters);
  if (tool.strict) object.boolean("strict", *tool.strict);
  object.end();
}

void render_tools(std::string& out, const std::vector<Tool>& tools) {
  ListWriter list(out, '[');
  for (const auto& tool : tools) render_tool(list.next(), tool);
  list.end();
}

std::string_view mode_name(ToolChoice::Mode mode) {
  switch (mode) {
    case ToolChoice::Mode::automatic: return "automatic";
    case ToolChoice::Mode::none: return "none";
    case ToolChoice::Mode::required: return "required";
    case ToolChoice::Mode::named: return "named";
  }
  return "automatic";
}

void render_choice(std::string& out, const ToolChoice& choice) {
  ObjectWriter object(out);
  object.text("mode", mode_name(choice.mode()));
  if (choice.mode() == ToolChoice::Mode::named) object.text("name", choice.name());
  object.end();
}

void render_output_format(std::string& out, const OutputFormat& format) {
  ObjectWriter object(out);
  switch (format.kind()) {
    case OutputFormat::Kind::text: object.text("kind", "text"); break;
    case OutputFormat::Kind::json: object.text("kind", "json"); break;
    case OutputFormat::Kind::schema:
      object.text("kind", "schema");
      object.text("name", format.name());
      object.text("schema", format.schema_text());
      object.boolean("strict", format.strict());
      break;
  }
  object.end();
}

void render_reasoning(std::string& out, const ReasoningSetting& reasoning) {
  ObjectWriter object(out);
  if (reasoning.is_off())
    object.boolean("off", true);
  else if (reasoning.tokens())
    object.number("budget", *reasoning.tokens());
  else
    object.text("effort", reasoning.level());
  object.end();
}

void render_metadata(std::string& out, const std::map<std::string, std::string>& metadata) {
  ObjectWriter object(out);
  for (const auto& [key, value] : metadata) {
    if (!json::is_utf8(key))
      throw_error(Error(ErrorKind::session,
                        "cannot save the session: a key of the setting metadata is not UTF-8, and no provider takes "
                        "such a key. Set metadata anew"));
    object.text(key, value);
  }
  object.end();
}

void render_timeouts(std::string& out, const Timeouts& timeouts) {
  ObjectWriter object(out);
  object.number("connect_ms", timeouts.connect().count());
  object.number("first_byte_ms", timeouts.first_byte().count());
  object.number("idle_ms", timeouts.idle().count());
  object.number("total_ms", timeouts.total().count());
  if (timeouts.heartbeats_count()) object.boolean("heartbeats_count", true);
  object.end();
}

void render_retries(std::string& out, const Retries& retries) {
  ObjectWriter object(out);
  object.number("attempts", retries.attempts());
  object.number("initial_delay_ms", retries.initial_delay().count());
  object.number("max_delay_ms", retries.max_delay().count());
  object.number("max_announced_delay_ms", retries.max_announced_delay().count());
  object.end();
}

void render_limits(std::string& out, const Limits& limits) {
  ObjectWriter object(out);
  object.number("headers_bytes", limits.headers());
  object.number("event_bytes", limits.event());
  object.number("body_bytes", limits.body());
  object.number("unread_bytes", limits.unread());
  object.end();
}

void render_stop(std::string& out, const std::vector<std::string>& sequences) {
  ListWriter list(out, '[');
  for (const auto& sequence : sequences) append_text(list.next(), sequence);
  list.end();
}

void render_sampling(ObjectWriter& object, const Settings& settings) {
  if (settings.temperature()) object.number("temperature", *settings.temperature());
  if (settings.top_p()) object.number("top_p", *settings.top_p());
  if (settings.top_k()) object.number("top_k", *settings.top_k());
  if (settings.max_tokens()) object.number("max_tokens", *settings.max_tokens());
  if (settings.stop()) render_stop(object.member("stop"), *settings.stop());
  if (settings.seed()) object.number("seed", *settings.seed());
  if (settings.frequency_penalty()) object.number("frequency_penalty", *settings.frequency_penalty());
  if (settings.presence_penalty()) object.number("presence_penalty", *settings.presence_penalty());
  if (settings.logprobs()) object.number("logprobs", *settings.logprobs());
}

}  // namespace

void render_settings(std::string& out, const Settings& settings, int indent) {
  ObjectWriter object(out, indent);
  if (settings.sys_prompt()) object.text("sys_prompt", *settings.sys_prompt());
  render_sampling(object, settings);
  if (settings.tools()) render_tools(object.member("tools"), *settings.tools());
  if (settings.tool_choice()) render_choice(object.member("tool_choice"), *settings.tool_choice());
  if (settings.parallel_tools()) object.boolean("parallel_tools", *settings.parallel_tools());
  if (settings.output_format()) render_output_format(object.member("output_format"), *settings.output_format());
  if (settings.reasoning()) render_reasoning(object.member("reasoning"), *settings.reasoning());
  if (settings.cache_prompt()) object.number("cache_prompt_s", settings.cache_prompt()->count());
  if (settings.metadata()) render_metadata(object.member("metadata"), *settings.metadata());
  if (settings.extra()) object.text("extra", *settings.extra());
  if (settings.timeouts()) render_timeouts(object.member("timeouts"), *settings.timeouts());
  if (settings.retries()) render_retries(object.member("retries"), *settings.retries());
  if (settings.limits()) render_limits(object.member("limits"), *settings.limits());
  object.end();
}

}  // namespace fastccg::session
