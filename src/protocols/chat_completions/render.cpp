#include <string>
#include <vector>

#include "fastccg/error.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "protocols/chat_completions/chat_completions.hpp"
#include "protocols/chat_completions/messages.hpp"
#include "protocols/shared/effort.hpp"
#include "protocols/shared/error_body.hpp"
#include "protocols/shared/extra.hpp"
#include "protocols/shared/prefill.hpp"
#include "protocols/shared/sampling.hpp"
#include "protocols/shared/tool_choice.hpp"

namespace fastccg::protocols::chat_completions {

namespace {

[[noreturn]] void refuse(ErrorKind kind, std::string why) { throw_error(Error(kind, std::move(why))); }

/// Writes one request. Whatever `extra` names is left out, since it is appended at the end.
class Body {
 public:
  Body(const Request& request, const Dialect& dialect, Rendered& rendered)
      : request_(request),
        settings_(request.settings),
        dialect_(dialect),
        rendered_(rendered),
        extra_(settings_.extra()) {}

  void write() {
    out_.begin_object();
    put("model", request_.model.id);
    if (wants("messages")) {
      out_.key("messages");
      MessageWriter(dialect_, out_, rendered_.warnings).write(request_, schema_instructions());
    }
    write_limits();
    write_sampling();
    write_tools();
    write_output_format();
    write_reasoning();
    write_metadata();
    if (settings_.cache_prompt() && !dialect_.has(Quirk::cache_control))
      warn("cache_prompt", "the provider caches on its own and cannot be told what; it was left out");
    write_stream();
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
    if (const auto limit = settings_.max_tokens())
      put(dialect_.has(Quirk::max_completion_tokens) ? "max_completion_tokens" : "max_tokens", *limit);
    const auto& stops = settings_.stop();
    if (!stops || stops->empty()) return;
    if (!request_.model.takes_stop) return warn("stop", "the model takes no stop sequences; they were left out");
    if (stops->size() > 4 && dialect_.has(Quirk::four_stops))
      refuse(ErrorKind::invalid_request, "the provider takes at most 4 stop sequences");
    if (!wants("stop")) return;
    out_.key("stop").begin_array();
    for (const auto& stop : *stops) out_.string(stop);
    out_.end_array();
  }

  bool may_sample(const char* setting) { return shared::may_sample(request_, setting, rendered_.warnings); }

  void write_sampling() {
    if (auto value = settings_.temperature(); value && may_sample("temperature")) {
      if (*value > 1.5 && dialect_.has(Quirk::temperature_to_1_5)) {
        value = 1.5;
        warn("temperature", "the provider takes at most 1.5, which was sent");
      }
      put("temperature", *value);
    }
    if (const auto value = settings_.top_p(); value && may_sample("top_p")) put("top_p", *value);
    if (const auto value = settings_.frequency_penalty(); value && may_sample("frequency_penalty"))
      put("frequency_penalty", *value);
    if (const auto value = settings_.presence_penalty(); value && may_sample("presence_penalty"))
      put("presence_penalty", *value);
    if (const auto value = settings_.top_k()) {
      if (!dialect_.has(Quirk::takes_top_k))
        warn("top_k", "the provider does not take it; it was left out");
      else if (may_sample("top_k"))
        put("top_k", *value);
    }
    if (const auto value = settings_.seed()) put(dialect_.has(Quirk::random_seed) ? "random_seed" : "seed", *value);
    write_logprobs();
  }

  void write_logprobs() {
    const auto top = settings_.logprobs();
    if (!top) return;
    if (dialect_.has(Quirk::no_logprobs)) return warn("logprobs", "the provider does not take it; it was left out");
    if (!may_sample("logprobs")) return;
    put("logprobs", true);
    if (*top > 0) put("top_logprobs", *top);
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
    out_.begin_object().member("type", "function").key("function").begin_object().member("name", tool.name);
    if (!tool.description.empty()) out_.member("description", tool.description);
    const auto schema = shared::trimmed(tool.parameters);
    if (!schema.empty() && !json::is_object(schema))
      refuse(ErrorKind::usage, "the parameters of the tool '" + tool.name + "' are not a JSON object");
    const bool is_empty = schema.empty() || shared::trimmed(schema.substr(1, schema.size() - 2)).empty();
    out_.key("parameters").raw(is_empty ? R"({"type":"object","properties":{}})" : schema);
    if (tool.strict && dialect_.has(Quirk::no_strict))
      warn("tools", "the provider does not know strict; it was left out");
    else if (tool.strict)
      out_.member("strict", *tool.strict);
    out_.end_object().end_object();
  }

  void write_tool_choice(const ToolChoice& choice) {
    using Mode = ToolChoice::Mode;
    switch (choice.mode()) {
      case Mode::automatic: out_.member("tool_choice", "auto"); return;
      case Mode::none: out_.member("tool_choice", "none"); return;
      case Mode::required: out_.member("tool_choice", dialect_.has(Quirk::any_tool) ? "any" : "required"); return;
      case Mode::named: break;
    }
    out_.key("tool_choice").begin_object().member("type", "function").key("function").begin_object();
    out_.member("name", choice.name()).end_object().end_object();
  }

  bool takes_schema() const { return request_.model.schema_output && !dialect_.has(Quirk::no_json_schema); }

  /// The schema in words, for those who cannot be told it in any other way.
  std::string schema_instructions() const {
    const auto& format = settings_.output_format();
    if (!format || format->kind() != OutputFormat::Kind::schema || takes_schema()) return {};
    return "Answer with nothing but a JSON value that conforms to this JSON Schema:\n" + format->schema_text();
  }

  void write_output_format() {
    const auto& format = settings_.output_format();
    if (!format || format->kind() == OutputFormat::Kind::text) return;
    const bool is_schema = format->kind() == OutputFormat::Kind::schema;
    if (is_schema && !json::is_object(format->schema_text()))
      refuse(ErrorKind::usage, "the schema of the output format '" + format->name() + "' is not a JSON object");
    if (is_schema && !takes_schema())
      warn("output_format", "the schema is not enforced: it was written into the system prompt");
    if (!wants("response_format")) return;

    out_.key("response_format").begin_object();
    if (!is_schema || !takes_schema()) {
      out_.member("type", "json_object").end_object();
      return;
    }
    out_.member("type", "json_schema").key("json_schema").begin_object();
    out_.member("name", format->name().empty() ? "answer" : format->name()).key("schema").raw(format->schema_text());
    if (!dialect_.has(Quirk::no_strict)) out_.member("strict", format->strict());
    out_.end_object().end_object();
  }

  void write_reasoning() {
    const auto& reasoning = settings_.reasoning();
    if (!reasoning) return;
    const auto& model = request_.model;
    if (model.listed && !model.reasons) {
      if (!reasoning->is_off()) warn("reasoning", "the model does not reason; the setting was left out");
      return;
    }
    if (dialect_.has(Quirk::reasoning_details)) return write_reasoning_object(*reasoning);
    if (dialect_.has(Quirk::thinking_switch) && wants("thinking")) {
      out_.key("thinking").begin_object().member("type", reasoning->is_off() ? "disabled" : "enabled").end_object();
      if (reasoning->is_off()) return;
    }
    if (reasoning->is_off() && model.reasons_by_default && model.sampling == ModelInfo::Sampling::rejected)
      return warn("reasoning", "the model always reasons; the setting was left out");
    if (auto effort = effort_of(*reasoning); !effort.empty()) put("reasoning_effort", effort);
  }

  std::string effort_of(const ReasoningSetting& reasoning) {
    if (reasoning.is_off()) return "none";
    auto effort = reasoning.level();
    if (const auto tokens = reasoning.tokens()) effort = shared::effort_of_budget(*tokens, rendered_.warnings);
    effort = shared::effort_for(request_.model, effort, rendered_.warnings);
    if (dialect_.has(Quirk::all_or_no_effort) && !effort.empty() && effort != "none" && effort != "high") {
      warn("reasoning", "the provider knows no effort '" + effort + "'; 'high' was sent instead");
      effort = "high";
    }
    return effort;
  }

  void write_reasoning_object(const ReasoningSetting& reasoning) {
    if (!wants("reasoning")) return;
    out_.key("reasoning").begin_object();
    if (reasoning.is_off())
      out_.member("enabled", false);
    else if (const auto tokens = reasoning.tokens())
      out_.member("max_tokens", *tokens);
    else if (!reasoning.level().empty())
      out_.member("effort", reasoning.level());
    else
      out_.member("enabled", true);
    out_.end_object();
  }

  void write_metadata() {
    const auto& metadata = settings_.metadata();
    if (!metadata || metadata->empty()) return;
    if (!dialect_.has(Quirk::takes_metadata)) return warn("metadata", "the provider does not take it; it was left out");
    if (!wants("metadata")) return;
    out_.key("metadata").begin_object();
    for (const auto& [name, value] : *metadata) out_.member(name, value);
    out_.end_object();
  }

  void write_stream() {
    if (!request_.stream) return;
    put("stream", true);
    if (dialect_.has(Quirk::no_stream_usage_option) || !wants("stream_options")) return;
    out_.key("stream_options").begin_object().member("include_usage", true).end_object();
  }

  const Request& request_;
  const Settings& settings_;
  const Dialect& dialect_;
  Rendered& rendered_;
  const shared::Extra extra_;
  json::Writer out_;
};

}  // namespace

Rendered ChatCompletions::render(const Request& request, const Dialect& dialect) const {
  Rendered rendered;
  rendered.path = "/chat/completions";
  shared::check_prefill(request, dialect);
  Body(request, dialect, rendered).write();
  return rendered;
}

}  // namespace fastccg::protocols::chat_completions
