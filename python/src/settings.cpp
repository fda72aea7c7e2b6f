#include "settings.hpp"

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "convert.hpp"
#include "fields.hpp"

namespace fastccg::python {

namespace {

Timeouts to_timeouts(PyObject* object) {
  const Fields fields(object);
  Timeouts timeouts;
  if (auto* value = fields.find("connect")) timeouts.connect(to_duration(value, "connect"));
  if (auto* value = fields.find("first_byte")) timeouts.first_byte(to_duration(value, "first_byte"));
  if (auto* value = fields.find("idle")) timeouts.idle(to_duration(value, "idle"));
  if (auto* value = fields.find("total")) timeouts.total(to_duration(value, "total"));
  if (fields.find("heartbeats_count")) timeouts.heartbeats_count(fields.flag("heartbeats_count"));
  return timeouts;
}

Retries to_retries(PyObject* object) {
  const Fields fields(object);
  Retries retries;
  if (auto* value = fields.find("attempts")) retries.attempts(to_int(value, "attempts"));
  if (auto* value = fields.find("initial_delay")) retries.initial_delay(to_duration(value, "initial_delay"));
  if (auto* value = fields.find("max_delay")) retries.max_delay(to_duration(value, "max_delay"));
  if (auto* value = fields.find("max_announced_delay"))
    retries.max_announced_delay(to_duration(value, "max_announced_delay"));
  return retries;
}

Limits to_limits(PyObject* object) {
  const Fields fields(object);
  Limits limits;
  if (auto* value = fields.find("headers")) limits.headers(to_size(value, "headers"));
  if (auto* value = fields.find("event")) limits.event(to_size(value, "event"));
  if (auto* value = fields.find("body")) limits.body(to_size(value, "body"));
  if (auto* value = fields.find("unread")) limits.unread(to_size(value, "unread"));
  return limits;
}

std::vector<std::string> to_texts(PyObject* object, const char* what) {
  std::vector<std::string> texts;
  each(object, what, [&](PyObject* item) { texts.push_back(to_text(item, what)); });
  return texts;
}

std::vector<Tool> to_tools(PyObject* object) {
  std::vector<Tool> tools;
  each(object, "tools", [&](PyObject* item) {
    const Fields fields(item);
    Tool tool(fields.text("name"), fields.text("description"), fields.text("parameters"));
    if (fields.find("strict")) tool.strict = fields.flag("strict");
    tools.push_back(std::move(tool));
  });
  return tools;
}

ToolChoice to_tool_choice(PyObject* object) {
  const Fields fields(object);
  const auto mode = fields.text("mode");
  if (mode == "auto") return ToolChoice::automatic();
  if (mode == "none") return ToolChoice::none();
  if (mode == "required") return ToolChoice::required();
  return ToolChoice::named(fields.text("name"));
}

OutputFormat to_output_format(PyObject* object) {
  const Fields fields(object);
  const auto kind = fields.text("kind");
  if (kind == "text") return OutputFormat::text();
  if (kind == "json") return OutputFormat::json();
  return OutputFormat::schema(fields.text("name"), fields.text("schema"), fields.flag("strict"));
}

ReasoningSetting to_reasoning(PyObject* object) {
  const Fields fields(object);
  if (auto* tokens = fields.find("tokens")) return ReasoningSetting::budget(to_int(tokens, "reasoning"));
  if (fields.find("level")) return ReasoningSetting::effort(fields.text("level"));
  return ReasoningSetting::off();
}

Settings::Pairs to_pairs(PyObject* dict, const char* what) {
  if (!PyDict_Check(dict)) raise_wrong_type(dict, what, "a dict");
  Settings::Pairs pairs;
  PyObject* name = nullptr;
  PyObject* value = nullptr;
  for (Py_ssize_t place = 0; PyDict_Next(dict, &place, &name, &value) != 0;)
    pairs.emplace_back(to_text(name, what), to_text(value, what));
  return pairs;
}

/// The settings that are plain numbers and texts.
void read_scalars(const Fields& fields, Settings& settings) {
  if (fields.find("sys_prompt")) settings.sys_prompt(fields.text("sys_prompt"));
  if (auto* value = fields.find("temperature")) settings.temperature(to_real(value, "temperature"));
  if (auto* value = fields.find("top_p")) settings.top_p(to_real(value, "top_p"));
  if (auto* value = fields.find("top_k")) settings.top_k(to_int(value, "top_k"));
  if (auto* value = fields.find("max_tokens")) settings.max_tokens(to_integer(value, "max_tokens"));
  if (auto* value = fields.find("seed")) settings.seed(to_integer(value, "seed"));
  if (auto* value = fields.find("frequency_penalty")) settings.frequency_penalty(to_real(value, "frequency_penalty"));
  if (auto* value = fields.find("presence_penalty")) settings.presence_penalty(to_real(value, "presence_penalty"));
  if (auto* value = fields.find("logprobs")) settings.logprobs(to_int(value, "logprobs"));
  if (fields.find("parallel_tools")) settings.parallel_tools(fields.flag("parallel_tools"));
  if (fields.find("extra")) settings.extra(fields.text("extra"));
}

void read_structures(const Fields& fields, Settings& settings) {
  if (auto* value = fields.find("stop")) settings.stop(to_texts(value, "stop"));
  if (auto* value = fields.find("tools")) settings.tools(to_tools(value));
  if (auto* value = fields.find("tool_choice")) settings.tool_choice(to_tool_choice(value));
  if (auto* value = fields.find("output_format")) settings.output_format(to_output_format(value));
  if (auto* value = fields.find("reasoning")) settings.reasoning(to_reasoning(value));
  if (auto* value = fields.find("cache_prompt"))
    settings.cache_prompt(std::chrono::duration_cast<std::chrono::seconds>(to_duration(value, "cache_prompt")));
  if (auto* value = fields.find("extra_headers")) settings.extra_headers(to_pairs(value, "extra_headers"));
  if (auto* value = fields.find("timeouts")) settings.timeouts(to_timeouts(value));
  if (auto* value = fields.find("retries")) settings.retries(to_retries(value));
  if (auto* value = fields.find("limits")) settings.limits(to_limits(value));
  if (auto* value = fields.find("metadata")) {
    const auto pairs = to_pairs(value, "metadata");
    settings.metadata({pairs.begin(), pairs.end()});
  }
}

InputKind to_input_kind(const std::string& name) {
  for (const InputKind kind :
       {InputKind::query, InputKind::document, InputKind::similarity, InputKind::classification, InputKind::clustering,
        InputKind::question, InputKind::fact_verification, InputKind::code_query})
    if (name == to_string(kind)) return kind;
  throw_error(Error(ErrorKind::usage, "there is no kind of input \"" + name + "\"; usual are query and document"));
}

VectorEncoding to_encoding(const std::string& name) {
  if (name == "automatic") return VectorEncoding::automatic;
  if (name == "numbers") return VectorEncoding::numbers;
  if (name == "base64") return VectorEncoding::base64;
  throw_error(Error(ErrorKind::usage,
                    "there is no encoding \"" + name + "\" of vectors; there are automatic, numbers and base64"));
}

Ref from_tool(const Tool& tool) {
  return Dict()
      .set("name", tool.name)
      .set("description", tool.description)
      .set("parameters", tool.parameters)
      .set("strict", tool.strict)
      .take();
}

Ref from_tool_choice(const ToolChoice& choice) {
  switch (choice.mode()) {
    case ToolChoice::Mode::automatic: return Dict().set("mode", "auto").take();
    case ToolChoice::Mode::none: return Dict().set("mode", "none").take();
    case ToolChoice::Mode::required: return Dict().set("mode", "required").take();
    case ToolChoice::Mode::named: break;
  }
  return Dict().set("mode", "named").set("name", choice.name()).take();
}

Ref from_output_format(const OutputFormat& format) {
  switch (format.kind()) {
    case OutputFormat::Kind::text: return Dict().set("kind", "text").take();
    case OutputFormat::Kind::json: return Dict().set("kind", "json").take();
    case OutputFormat::Kind::schema: break;
  }
  return Dict()
      .set("kind", "schema")
      .set("name", format.name())
      .set("schema", format.schema_text())
      .set("strict", format.strict())
      .take();
}

Ref from_reasoning(const ReasoningSetting& reasoning) {
  Dict dict;
  if (reasoning.tokens())
    dict.set("tokens", std::int64_t{*reasoning.tokens()});
  else if (!reasoning.is_off())
    dict.set("level", reasoning.level());
  return dict.take();
}

template <class Pairs>
Ref from_pairs(const Pairs& pairs) {
  Dict dict;
  for (const auto& [name, value] : pairs) dict.set(name.c_str(), value);
  return dict.take();
}

Ref from_timeouts(const Timeouts& timeouts) {
  return Dict()
      .set("connect", timeouts.connect())
      .set("first_byte", timeouts.first_byte())
      .set("idle", timeouts.idle())
      .set("total", timeouts.total())
      .set("heartbeats_count", timeouts.heartbeats_count())
      .take();
}

Ref from_retries(const Retries& retries) {
  return Dict()
      .set("attempts", std::int64_t{retries.attempts()})
      .set("initial_delay", retries.initial_delay())
      .set("max_delay", retries.max_delay())
      .set("max_announced_delay", retries.max_announced_delay())
      .take();
}

Ref from_limits(const Limits& limits) {
  const auto number = [](std::size_t bytes) { return static_cast<std::int64_t>(bytes); };
  return Dict()
      .set("headers", number(limits.headers()))
      .set("event", number(limits.event()))
      .set("body", number(limits.body()))
      .set("unread", number(limits.unread()))
      .take();
}

/// A dict in which only what is set appears.
class Present {
 public:
  template <class T>
  Present& set(const char* name, const std::optional<T>& value) {
    if (value) dict_.set(name, *value);
    return *this;
  }
  Present& set(const char* name, const std::optional<int>& value) {
    if (value) dict_.set(name, std::int64_t{*value});
    return *this;
  }
  template <class T, class Convert>
  Present& set(const char* name, const std::optional<T>& value, Convert convert) {
    if (value) dict_.set(name, convert(*value));
    return *this;
  }
  Ref take() noexcept { return dict_.take(); }

 private:
  Dict dict_;
};

}  // namespace

Settings to_settings(PyObject* object) {
  Settings settings;
  if (object == Py_None) return settings;
  const Fields fields(object);
  read_scalars(fields, settings);
  read_structures(fields, settings);
  return settings;
}

Ref to_python(const Settings& settings) {
  const auto texts = [](const std::vector<std::string>& list) {
    return to_list(list, [](const std::string& text) { return to_python(text); });
  };
  return Present()
      .set("sys_prompt", settings.sys_prompt())
      .set("temperature", settings.temperature())
      .set("top_p", settings.top_p())
      .set("top_k", settings.top_k())
      .set("max_tokens", settings.max_tokens())
      .set("stop", settings.stop(), texts)
      .set("seed", settings.seed())
      .set("frequency_penalty", settings.frequency_penalty())
      .set("presence_penalty", settings.presence_penalty())
      .set("logprobs", settings.logprobs())
      .set("tools", settings.tools(), [](const auto& tools) { return to_list(tools, from_tool); })
      .set("tool_choice", settings.tool_choice(), from_tool_choice)
      .set("parallel_tools", settings.parallel_tools())
      .set("output_format", settings.output_format(), from_output_format)
      .set("reasoning", settings.reasoning(), from_reasoning)
      .set("cache_prompt", settings.cache_prompt())
      .set("metadata", settings.metadata(), [](const auto& labels) { return from_pairs(labels); })
      .set("extra", settings.extra())
      .set("extra_headers", settings.extra_headers(), [](const auto& headers) { return from_pairs(headers); })
      .set("timeouts", settings.timeouts(), from_timeouts)
      .set("retries", settings.retries(), from_retries)
      .set("limits", settings.limits(), from_limits)
      .take();
}

EmbeddingSettings to_embedding_settings(PyObject* object) {
  EmbeddingSettings settings;
  if (object == Py_None) return settings;
  const Fields fields(object);
  if (auto* value = fields.find("dimensions")) settings.dimensions(to_int(value, "dimensions"));
  if (fields.find("input_kind")) settings.input_kind(to_input_kind(fields.text("input_kind")));
  if (fields.find("normalize")) settings.normalize(fields.flag("normalize"));
  if (fields.find("encoding")) settings.encoding(to_encoding(fields.text("encoding")));
  if (auto* value = fields.find("batch_size")) settings.batch_size(to_int(value, "batch_size"));
  if (auto* value = fields.find("parallel")) settings.parallel(to_int(value, "parallel"));
  if (fields.find("extra")) settings.extra(fields.text("extra"));
  if (auto* value = fields.find("extra_headers")) settings.extra_headers(to_pairs(value, "extra_headers"));
  if (auto* value = fields.find("timeouts")) settings.timeouts(to_timeouts(value));
  if (auto* value = fields.find("retries")) settings.retries(to_retries(value));
  if (auto* value = fields.find("limits")) settings.limits(to_limits(value));
  return settings;
}

Endpoint to_endpoint(PyObject* object) {
  const Fields fields(object);
  Endpoint endpoint;
  if (fields.find("base_url")) endpoint.base_url(fields.text("base_url"));
  if (fields.find("protocol")) endpoint.protocol(fields.text("protocol"));
  if (fields.find("allow_plain_http")) endpoint.allow_plain_http(fields.flag("allow_plain_http"));
  if (fields.find("proxy")) endpoint.proxy(fields.text("proxy"));
  if (auto* value = fields.find("ca_file")) endpoint.ca_file(to_path(value, "ca_file"));
  return endpoint;
}

ApiKey to_key(PyObject* object) { return !object || object == Py_None ? ApiKey() : ApiKey(to_text(object, "api_key")); }

RateLimits to_rate_limits(PyObject* object) {
  const Fields fields(object);
  RateLimits limits;
  if (auto* value = fields.find("concurrent")) limits.concurrent(to_int(value, "concurrent"));
  if (auto* value = fields.find("requests_per_minute"))
    limits.requests_per_minute(to_integer(value, "requests_per_minute"));
  if (auto* value = fields.find("tokens_per_minute")) limits.tokens_per_minute(to_integer(value, "tokens_per_minute"));
  if (auto* value = fields.find("queue")) limits.queue(to_size(value, "queue"));
  if (fields.find("heed_provider")) limits.heed_provider(fields.flag("heed_provider"));
  return limits;
}

Ref to_python(const RateLimits& limits) {
  return Dict()
      .set("concurrent", std::int64_t{limits.concurrent()})
      .set("requests_per_minute", limits.requests_per_minute())
      .set("tokens_per_minute", limits.tokens_per_minute())
      .set("queue", static_cast<std::int64_t>(limits.queue()))
      .set("heed_provider", limits.heed_provider())
      .take();
}

}  // namespace fastccg::python
