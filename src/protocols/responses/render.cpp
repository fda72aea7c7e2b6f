#include <string>
#include <vector>

#include "fastccg/error.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "protocols/responses/input.hpp"
#include "protocols/responses/responses.hpp"
#include "protocols/shared/effort.hpp"
#include "protocols/shared/error_body.hpp"
#include "protocols/shared/extra.hpp"
#include "protocols/shared/prefill.hpp"
#include "protocols/shared/sampling.hpp"
#include "protocols/shared/tool_choice.hpp"

namespace fastccg::protocols::responses {

namespace {

constexpr std::int64_t least_output_tokens = 16;

[[noreturn]] void refuse(std::string why) { throw_error(Error(ErrorKind::usage, std::move(why))); }

/// Writes one request. Whatever `extra` names is left out, since it is appended at the end.
class Body {
 public:
  Body(const Request& request, const Dialect& dialect, Rendered& rendered)
      : request_(request),
        settings_(request.settings),
        model_(request.model),
        dialect_(dialect),
        rendered_(rendered),
        extra_(settings_.extra()) {}

  void write() {
    out_.begin_object();
    put("model", model_.id);
    if (wants("input")) {
      out_.key("input");
      InputWriter(dialect_, out_, rendered_.warnings)
          .write(request_.messages, !wants("previous_response_id") || !wants("conversation"));
    }
    if (settings_.sys_prompt() && !settings_.sys_prompt()->empty()) put("instructions", *settings_.sys_prompt());
    write_limits();
    write_sampling();
    write_tools();
    write_output_format();
    write_reasoning();
    write_metadata();
    write_includes();
    // The conversation is here, not at the provider.
    put("store", false);
    if (request_.stream) put("stream", true);
    extra_.write_to(out_);
    out_.end_object();
    rendered_.body = out_.take();
  }

 private:
  bool wants(std::string_view name) const { return extra_.leaves(name); }

  template <class T>
  void put(std::string_view name, const T& value) {
    if (wants(name)) out_.member(name, value);
  }

  void warn(const char* setting, std::string why) { rendered_.warnings.emplace_back(setting, std::move(why)); }

  void write_limits() {
    if (auto limit = settings_.max_tokens()) {
      if (*limit < least_output_tokens) {
        limit = least_output_tokens;
        warn("max_tokens", "the provider takes no less than 16, which was sent");
      }
      put("max_output_tokens", *limit);
    }
    if (settings_.stop() && !settings_.stop()->empty())
      warn("stop", "this API takes no stop sequences; they were left out");
  }

  bool may_sample(const char* setting) { return shared::may_sample(request_, setting, rendered_.warnings); }

  void write_sampling() {
    if (const auto value = settings_.temperature(); value && may_sample("temperature")) put("temperature", *value);
    if (const auto value = settings_.top_p(); value && may_sample("top_p")) put("top_p", *value);
    if (const auto value = settings_.logprobs(); value && may_sample("logprobs")) {
      if (*value > 0) put("top_logprobs", *value);
      includes_.emplace_back("message.output_text.logprobs");
    }
    const auto unknown = [this](bool set, const char* setting) {
      if (set) warn(setting, "this API does not take it; it was left out");
    };
    unknown(settings_.top_k().has_value(), "top_k");
    unknown(settings_.seed().has_value(), "seed");
    unknown(settings_.frequency_penalty().has_value(), "frequency_penalty");
    unknown(settings_.presence_penalty().has_value(), "presence_penalty");
    if (settings_.cache_prompt())
      warn("cache_prompt", "the provider caches on its own and cannot be told what; it was left out");
  }

  void write_tools() {
    const auto& tools = settings_.tools();
    const auto choice = shared::tool_choice(settings_, rendered_.warnings);
    if (!tools || tools->empty()) return;
    if (wants("tools")) {
      out_.key("tools").begin_array();
      for (const auto& tool : *tools) write_tool(tool);
      out_.end_array();
    }
    if (choice && wants("tool_choice")) write_tool_choice(*choice);
    if (const auto parallel = settings_.parallel_tools()) put("parallel_tool_calls", *parallel);
  }

  void write_tool(const Tool& tool) {
    const auto schema = shared::trimmed(tool.parameters);
    if (!schema.empty() && !json::is_object(schema))
      refuse("the parameters of the tool '" + tool.name + "' are not a JSON object");
    const bool is_empty = schema.empty() || shared::trimmed(schema.substr(1, schema.size() - 2)).empty();
    out_.begin_object().member("type", "function").member("name", tool.name);
    if (!tool.description.empty()) out_.member("description", tool.description);
    out_.key("parameters").raw(is_empty ? R"({"type":"object","properties":{}})" : schema);
    // Left out, it would be on here, where the chat API has it off.
    out_.member("strict", tool.strict.value_or(false)).end_object();
  }

  void write_tool_choice(const ToolChoice& choice) {
    using Mode = ToolChoice::Mode;
    switch (choice.mode()) {
      case Mode::automatic: out_.member("tool_choice", "auto"); return;
      case Mode::none: out_.member("tool_choice", "none"); return;
      case Mode::required: out_.member("tool_choice", "required"); return;
      case Mode::named: break;
    }
    out_.key("tool_choice").begin_object().member("type", "function").member("name", choice.name()).end_object();
  }

  void write_output_format() {
    const auto& format = settings_.output_format();
    if (!format || format->kind() == OutputFormat::Kind::text || !wants("text")) return;
    out_.key("text").begin_object().key("format").begin_object();
    if (format->kind() == OutputFormat::Kind::json) {
      out_.member("type", "json_object");
    } else {
      if (!json::is_object(format->schema_text()))
        refuse("the schema of the output format '" + format->name() + "' is not a JSON object");
      out_.member("type", "json_schema").member("name", format->name().empty() ? "answer" : format->name());
      out_.key("schema").raw(format->schema_text()).member("strict", format->strict());
    }
    out_.end_object().end_object();
  }

  void write_reasoning() {
    const auto& reasoning = settings_.reasoning();
    if (!reasoning) return;
    if (model_.listed && !model_.reasons) {
      if (!reasoning->is_off()) warn("reasoning", "the model does not reason; the setting was left out");
      return;
    }
    if (reasoning->is_off() && !model_.reasoning_can_be_off)
      return warn("reasoning", "the model always reasons; the setting was left out");
    auto effort = reasoning->is_off() ? std::string("none") : reasoning->level();
    if (const auto tokens = reasoning->tokens()) effort = shared::effort_of_budget(*tokens, rendered_.warnings);
    if (!reasoning->is_off()) effort = shared::effort_for(model_, effort, rendered_.warnings);
    if (!effort.empty() && wants("reasoning"))
      out_.key("reasoning").begin_object().member("effort", effort).end_object();
  }

  void write_metadata() {
    const auto& metadata = settings_.metadata();
    if (!metadata || metadata->empty() || !wants("metadata")) return;
    out_.key("metadata").begin_object();
    for (const auto& [name, value] : *metadata) out_.member(name, value);
    out_.end_object();
  }

  /// Reasoning has to come with its content, since nothing is stored that it could be found by. A model that does not
  /// reason may refuse to be asked for it.
  void write_includes() {
    if (model_.reasons) includes_.emplace_back("reasoning.encrypted_content");
    if (includes_.empty() || !wants("include")) return;
    out_.key("include").begin_array();
    for (const auto include : includes_) out_.string(include);
    out_.end_array();
  }

  const Request& request_;
  const Settings& settings_;
  const ModelInfo& model_;
  const Dialect& dialect_;
  Rendered& rendered_;
  const shared::Extra extra_;
  json::Writer out_;
  std::vector<std::string_view> includes_;
};

}  // namespace

Rendered Responses::render(const Request& request, const Dialect& dialect) const {
  Rendered rendered;
  rendered.path = "/responses";
  shared::check_prefill(request, dialect);
  Body(request, dialect, rendered).write();
  return rendered;
}

}  // namespace fastccg::protocols::responses
