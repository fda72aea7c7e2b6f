#include <algorithm>
#include <string>
#include <vector>

#include "fastccg/error.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "protocols/responses/input.hpp"
#include "protocols/responses/responses.hpp"
#include "protocols/shared/error_body.hpp"

namespace fastccg::protocols::responses {

namespace {

constexpr std::int64_t least_output_tokens = 16;

[[noreturn]] void refuse(std::string why) { throw_error(Error(ErrorKind::usage, std::move(why))); }

/// Writes one request. Whatever `extra` names is left out, since it is appended at the end.
class Body {
 public:
  Body(const Request& request, const Dialect& dialect, Rendered& rendered)
      : request_(request), settings_(request.settings), model_(request.model), dialect_(dialect), rendered_(rendered) {}

  void write() {
    read_extra();
    out_.begin_object();
    put("model", model_.id);
    if (wants("input")) {
      out_.key("input");
      InputWriter(dialect_, out_, rendered_.warnings).write(request_.messages);
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
    if (!extra_.empty()) out_.raw(extra_);
    out_.end_object();
    rendered_.body = out_.take();
  }

 private:
  bool wants(std::string_view name) const { return std::ranges::find(overridden_, name) == overridden_.end(); }

  template <class T>
  void put(std::string_view name, const T& value) {
    if (wants(name)) out_.member(name, value);
  }

  void warn(const char* setting, std::string why) { rendered_.warnings.emplace_back(setting, std::move(why)); }

  void read_extra() {
    if (!settings_.extra()) return;
    json::BorrowedReader reader;
    const auto root = reader->parse(*settings_.extra());
    if (!root || !root->is_object())
      refuse("the setting extra is not a JSON object" + (root ? "" : ": " + reader->error()));
    for (const auto& [name, value] : root->members()) overridden_.emplace_back(name);
    const auto text = shared::trimmed(*settings_.extra());
    extra_ = shared::trimmed(text.substr(1, text.size() - 2));
  }

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

  bool reasons_here() const {
    const auto& reasoning = settings_.reasoning();
    if (!model_.reasons && !model_.reasons_by_default) return false;
    return reasoning ? !reasoning->is_off() : model_.reasons_by_default;
  }

  bool may_sample(const char* setting) {
    using Sampling = ModelInfo::Sampling;
    if (model_.sampling == Sampling::allowed ||
        (model_.sampling == Sampling::only_without_reasoning && !reasons_here()))
      return true;
    warn(setting, model_.sampling == Sampling::rejected
                      ? "the model does not take it; it was left out"
                      : "the model takes it only with reasoning off; it was left out");
    return false;
  }

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
  }

  void write_tools() {
    const auto& tools = settings_.tools();
    if (!tools || tools->empty()) return;
    if (wants("tools")) {
      out_.key("tools").begin_array();
      for (const auto& tool : *tools) write_tool(tool);
      out_.end_array();
    }
    if (const auto& choice = settings_.tool_choice(); choice && wants("tool_choice"))
      write_tool_choice(*choice, *tools);
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

  void write_tool_choice(const ToolChoice& choice, const std::vector<Tool>& tools) {
    using Mode = ToolChoice::Mode;
    switch (choice.mode()) {
      case Mode::automatic: out_.member("tool_choice", "auto"); return;
      case Mode::none: out_.member("tool_choice", "none"); return;
      case Mode::required: out_.member("tool_choice", "required"); return;
      case Mode::named: break;
    }
    if (std::ranges::find(tools, choice.name(), &Tool::name) == tools.end())
      refuse("the tool choice names '" + choice.name() + "', which is not among the tools");
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
    if (const auto tokens = reasoning->tokens()) {
      effort = *tokens < 2048 ? "low" : *tokens < 8192 ? "medium" : "high";
      warn("reasoning", "the provider takes no budget; the effort '" + effort + "' was sent instead");
    }
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
  json::Writer out_;
  std::vector<std::string_view> includes_;
  std::vector<std::string> overridden_;
  std::string extra_;  // its members, without the brackets around them
};

}  // namespace

Rendered Responses::render(const Request& request, const Dialect& dialect) const {
  Rendered rendered;
  rendered.path = "/responses";
  Body(request, dialect, rendered).write();
  return rendered;
}

}  // namespace fastccg::protocols::responses
