#include <algorithm>
#include <optional>

#include "answers.hpp"

namespace recordings {

namespace json = boost::json;

namespace {

std::string squeezed(std::string text) {
  std::erase_if(text, [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; });
  return text;
}

/// A value as text, numbers and texts alike: providers send codes as either.
std::string plain(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (!value || value->is_null()) return {};
  return value->is_string() ? std::string(value->as_string()) : json::serialize(*value);
}

class Comparison {
 public:
  Comparison(const Exchange& exchange, const Api& api, const Observed& observed)
      : expected_(exchange.expected), api_(api), observed_(observed), is_stream_(is_stream(exchange)) {}

  std::vector<std::string> run() {
    const auto* error = expected_.if_contains("error");
    const bool failed = error && error->is_object();
    if (failed != observed_.error.has_value()) {
      same("error", failed ? json::serialize(*error) : "none", observed_.error ? observed_.error->describe() : "none");
      return std::move(lines_);
    }
    if (failed) compare_error(error->as_object());
    if (!failed || is_stream_) compare_answer();
    return std::move(lines_);
  }

 private:
  void same(const std::string& what, const std::string& expected, const std::string& got) {
    if (expected != got)
      lines_.push_back(what + ": expected " + expected.substr(0, 300) + " | got " + got.substr(0, 300));
  }

  void compare_error(const json::object& error) {
    std::string code;
    for (const auto* name : {"status", "code", "type"})
      if (code.empty()) code = plain(error, name);
    same("error code", code, observed_.error->code);
    same("error param", plain(error, "param"), observed_.error->param);
    same("error message", plain(error, "message"), observed_.error->provider_message);
  }

  void compare_answer() {
    const auto& reply = observed_.reply;
    same("text", text(expected_, "text"), reply.content);
    same("reasoning", squeezed(text(expected_, "reasoning_text")), squeezed(reply.reasoning()));
    same("refusal", text(expected_, "refusal"), reply.refusal());
    same("finish reason", text(expected_, "finish_reason"), reply.raw_finish_reason);
    if (const auto* model = expected_.if_contains("model"); model && model->is_string())
      same("model", text(expected_, "model"), reply.provider_model);
    if (is_stream_) same("events", plain(expected_, "sse_events"), std::to_string(observed_.events));
    compare_calls();
    compare_custom_calls();
    compare_usage();
  }

  void compare_calls() {
    const auto calls = observed_.reply.tool_calls();
    const auto* wanted = expected_.if_contains("tool_calls");
    const auto list = wanted && wanted->is_array() ? wanted->as_array() : json::array();
    same("number of tool calls", std::to_string(list.size()), std::to_string(calls.size()));
    for (std::size_t i = 0; i < std::min(list.size(), calls.size()); ++i) compare_call(list[i].as_object(), calls[i]);
  }

  void compare_call(const json::object& wanted, const fastccg::ToolCall& call) {
    const auto id = text(wanted, "id");
    if (!id.empty()) same("tool call id", id, call.id);
    if (call.id.empty()) lines_.emplace_back("a tool call has no id");
    same("tool name", text(wanted, "name"), call.name);
    if (wanted.contains("arguments_raw")) {
      same("raw arguments", text(wanted, "arguments_raw"), call.arguments);
      return;
    }
    json::error_code failed;
    const auto arguments = json::parse(call.arguments, failed);
    if (failed)
      same("arguments", json::serialize(wanted.at("arguments")), call.arguments);
    else if (arguments != wanted.at("arguments"))
      same("arguments", json::serialize(wanted.at("arguments")), json::serialize(arguments));
  }

  void compare_custom_calls() {
    const auto* wanted = expected_.if_contains("custom_tool_calls");
    const auto count = wanted && wanted->is_array() ? wanted->as_array().size() : 0;
    const auto got = std::ranges::count_if(observed_.reply.message.parts, [](const fastccg::Part& part) {
      const auto* opaque = std::get_if<fastccg::Opaque>(&part);
      return opaque && opaque->kind == "custom_tool_call";
    });
    same("number of custom tool calls", std::to_string(count), std::to_string(got));
  }

  void compare_usage() {
    const auto wanted = api_.usage(expected_);
    const auto& got = observed_.reply.usage;
    const auto number = [this](const char* what, auto expected, auto actual) {
      same(what, expected ? std::to_string(*expected) : "absent", actual ? std::to_string(*actual) : "absent");
    };
    number("input tokens", wanted.input, got.input);
    number("cached tokens", wanted.input_cached, got.input_cached);
    number("cache-write tokens", wanted.input_cache_write, got.input_cache_write);
    number("output tokens", wanted.output, got.output);
    number("reasoning tokens", wanted.output_reasoning, got.output_reasoning);
    // The library adds up what the provider did not.
    if (wanted.total || !wanted.input) number("total tokens", wanted.total, got.total);
  }

  const json::object& expected_;
  const Api& api_;
  const Observed& observed_;
  bool is_stream_;
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> compare(const Exchange& exchange, const Api& api, const Observed& observed) {
  return Comparison(exchange, api, observed).run();
}

}  // namespace recordings
