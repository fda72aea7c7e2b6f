#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fastccg/error.hpp"
#include "json/writer.hpp"
#include "protocols/messages/conversation.hpp"
#include "protocols/messages/messages.hpp"
#include "protocols/messages/schema.hpp"
#include "protocols/messages/thinking.hpp"
#include "protocols/shared/cache_mark.hpp"
#include "protocols/shared/error_body.hpp"
#include "protocols/shared/extra.hpp"
#include "protocols/shared/free_text_calls.hpp"
#include "protocols/shared/prefill.hpp"
#include "protocols/shared/tool_choice.hpp"

namespace fastccg::protocols::messages {

namespace {

/// How many places may be marked for the prompt cache.
constexpr std::size_t most_marks = 4;

/// Writes one request. Whatever `extra` names is left out, since it is appended at the end.
class Body {
 public:
  Body(const Request& request, const Dialect& dialect, Rendered& rendered)
      : request_(request),
        settings_(request.settings),
        rendered_(rendered),
        extra_(settings_.extra()),
        known_(request.messages, [](const Opaque&) { return false; }) {
    if (wants("messages"))
      conversation_.emplace(known_.messages(), dialect, request.model.later_system,
                            settings_.cache_prompt() ? most_marks - 1 : most_marks, rendered.warnings);
    const bool unthought = conversation_ && conversation_->continues_without_thinking();
    thinking_ = Thinking(request, unthought, rendered.warnings);
  }

  void write() {
    out_.begin_object();
    put("model", request_.model.id);
    put("max_tokens", thinking_.max_tokens);
    write_system();
    if (conversation_) {
      out_.key("messages");
      conversation_->write_to(out_);
      if (!conversation_->container().empty() && wants("container")) write_container();
    }
    write_sampling();
    write_stops();
    write_tools();
    if (wants("thinking")) thinking_.write_to(out_);
    write_output_config();
    write_metadata();
    warn_of_unknown();
    if (request_.stream) put("stream", true);
    extra_.write_to(out_);
    out_.end_object();
    rendered_.body = out_.take();
    // Files are still behind a flag.
    if (conversation_ && conversation_->names_files())
      rendered_.headers.emplace_back("anthropic-beta", "files-api-2025-04-14");
  }

 private:
  bool wants(std::string_view name) const { return extra_.leaves(name); }

  template <class T>
  void put(std::string_view name, const T& value) {
    if (wants(name)) out_.member(name, value);
  }

  void warn(const char* setting, std::string why) { rendered_.warnings.emplace_back(setting, std::move(why)); }

  void write_system() {
    std::string text;
    const auto add = [&text](std::string_view more) {
      if (shared::trimmed(more).empty()) return;
      if (!text.empty()) text += "\n\n";
      text += more;
    };
    add(settings_.sys_prompt().value_or(std::string()));
    if (conversation_) add(conversation_->system());
    add(format_instructions());
    has_system_ = !text.empty();
    if (!has_system_ || !wants("system")) return;
    if (!settings_.cache_prompt()) return put("system", text);
    out_.key("system").begin_array().begin_object().member("type", "text").member("text", text);
    write_mark();
    out_.end_object().end_array();
  }

  void write_mark() { out_.key("cache_control").raw(shared::cache_control(*settings_.cache_prompt())); }

  void write_container() {
    json::BorrowedReader reader;
    const auto container = reader->parse(conversation_->container());
    const auto id = container ? (*container)["id"].text() : std::string_view();
    if (!id.empty()) out_.member("container", id);
  }

  /// Whether the setting may be sent; warns if not.
  bool may_sample(const char* setting) {
    const bool rejected = request_.model.sampling == ModelInfo::Sampling::rejected;
    if (!rejected && !thinking_.is_on()) return true;
    warn(setting, rejected ? "the model does not take it; it was left out"
                           : "the model does not take it while it thinks; it was left out");
    return false;
  }

  void write_sampling() {
    bool has_temperature = false;
    if (const auto value = settings_.temperature(); value && may_sample("temperature")) {
      if (*value > 1) warn("temperature", "the provider takes at most 1, which was sent");
      put("temperature", std::min(*value, 1.0));
      has_temperature = true;
    }
    if (const auto value = settings_.top_p(); value && may_sample("top_p")) {
      if (has_temperature && !request_.model.temperature_with_top_p)
        warn("top_p", "the model takes either temperature or top_p; top_p was left out");
      else
        put("top_p", *value);
    }
    if (const auto value = settings_.top_k(); value && may_sample("top_k")) put("top_k", *value);
  }

  void write_stops() {
    const auto& stops = settings_.stop();
    if (!stops || stops->empty()) return;
    if (!request_.model.takes_stop) return warn("stop", "the model takes no stop sequences; they were left out");
    std::vector<std::string_view> taken;
    for (const auto& stop : *stops)
      if (!shared::trimmed(stop).empty()) taken.push_back(stop);
    if (taken.size() < stops->size())
      warn("stop", "the provider takes no stop sequences of white space alone; they were left out");
    if (taken.empty() || !wants("stop_sequences")) return;
    out_.key("stop_sequences").begin_array();
    for (const auto stop : taken) out_.string(stop);
    out_.end_array();
  }

  void write_tools() {
    const auto& tools = settings_.tools();
    const bool has_tools = tools && !tools->empty();
    if (settings_.cache_prompt() && !has_system_ && !has_tools)
      warn("cache_prompt", "there are neither instructions nor tools that could be cached");
    const auto choice = shared::tool_choice(settings_, rendered_.warnings);
    if (!has_tools) return;
    if (wants("tools")) {
      out_.key("tools").begin_array();
      // What is cached begins with the tools, so that a mark on the instructions covers both.
      for (const auto& tool : *tools)
        write_tool(tool, settings_.cache_prompt() && !has_system_ && &tool == &tools->back());
      out_.end_array();
    }
    if (wants("tool_choice")) write_tool_choice(choice);
  }

  void write_tool(const Tool& tool, bool marked) {
    out_.begin_object().member("name", tool.name);
    if (!tool.description.empty()) out_.member("description", tool.description);
    const auto whose = "the tool '" + tool.name + "'";
    auto schema = tool_schema(tool.parameters, whose);
    if (tool.strict.value_or(false)) schema = enforced(schema, whose, "tools");
    out_.key("input_schema").raw(schema);
    if (tool.strict) out_.member("strict", *tool.strict);
    if (marked) write_mark();
    out_.end_object();
  }

  std::string enforced(std::string_view schema, const std::string& whose, const char* setting) {
    EnforcedSchema result(schema, whose);
    if (result.loosened)
      warn(setting, "the schema of " + whose + " has limits that the provider does not enforce; they were loosened");
    return std::move(result.text);
  }

  void write_tool_choice(const std::optional<ToolChoice>& choice) {
    const bool one_by_one = !settings_.parallel_tools().value_or(true);
    if (!choice && !one_by_one) return;

    using Mode = ToolChoice::Mode;
    auto mode = choice ? choice->mode() : Mode::automatic;
    if ((mode == Mode::named || mode == Mode::required) && !request_.model.forced_tools) {
      warn("tool_choice", "the model cannot be made to call a tool; the choice was left to it");
      mode = Mode::automatic;
    }
    out_.key("tool_choice").begin_object();
    out_.member("type", mode == Mode::automatic  ? "auto"
                        : mode == Mode::none     ? "none"
                        : mode == Mode::required ? "any"
                                                 : "tool");
    if (mode == Mode::named) out_.member("name", choice->name());
    if (one_by_one && mode != Mode::none) out_.member("disable_parallel_tool_use", true);
    out_.end_object();
  }

  bool enforces_format() const {
    const auto& format = settings_.output_format();
    return format && format->kind() == OutputFormat::Kind::schema && request_.model.schema_output;
  }

  /// The format in words, where there is no other way to ask for it.
  std::string format_instructions() {
    const auto& format = settings_.output_format();
    if (!format || format->kind() == OutputFormat::Kind::text || enforces_format()) return {};
    warn("output_format", "the form of the answer is not enforced: it was asked for in the system prompt");
    if (format->kind() == OutputFormat::Kind::json) return "Answer with nothing but a JSON value.";
    const auto schema = tool_schema(format->schema_text(), "the output format");
    return "Answer with nothing but a JSON value that conforms to this JSON Schema:\n" + schema;
  }

  void write_output_config() {
    if ((!enforces_format() && thinking_.effort.empty()) || !wants("output_config")) return;
    out_.key("output_config").begin_object();
    if (!thinking_.effort.empty()) out_.member("effort", thinking_.effort);
    if (enforces_format()) {
      const auto& schema = settings_.output_format()->schema_text();
      out_.key("format").begin_object().member("type", "json_schema");
      out_.key("schema").raw(enforced(schema, "the output format", "output_format")).end_object();
    }
    out_.end_object();
  }

  void write_metadata() {
    const auto& metadata = settings_.metadata();
    if (!metadata || metadata->empty()) return;
    const auto user = metadata->find("user_id");
    if (metadata->size() > 1 || user == metadata->end())
      warn("metadata", "the provider takes user_id only; the rest was left out");
    if (user == metadata->end() || !wants("metadata")) return;
    out_.key("metadata").begin_object().member("user_id", user->second).end_object();
  }

  void warn_of_unknown() {
    const auto unknown = [this](const char* setting) {
      warn(setting, "the provider does not take it; it was left out");
    };
    if (settings_.seed()) unknown("seed");
    if (settings_.frequency_penalty()) unknown("frequency_penalty");
    if (settings_.presence_penalty()) unknown("presence_penalty");
    if (settings_.logprobs()) unknown("logprobs");
  }

  const Request& request_;
  const Settings& settings_;
  Rendered& rendered_;
  shared::Extra extra_;
  shared::KnownCalls known_;
  bool has_system_ = false;
  std::optional<Conversation> conversation_;
  Thinking thinking_;
  json::Writer out_;
};

}  // namespace

Rendered Messages::render(const Request& request, const Dialect& dialect) const {
  Rendered rendered;
  rendered.path = "/v1/messages";
  rendered.headers.emplace_back("anthropic-version", "2023-06-01");
  shared::check_prefill(request, dialect);
  Body(request, dialect, rendered).write();
  return rendered;
}

}  // namespace fastccg::protocols::messages
