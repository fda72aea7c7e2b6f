#include "script/script.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <stdexcept>

#include "model/text.hpp"

namespace fastccg::sim {
namespace {

namespace json = boost::json;

// The regular expressions of the standard library recurse for each character.
constexpr std::size_t longest_searched = 4096;

[[noreturn]] void wrong(const std::string& what) { throw std::invalid_argument(what); }

const std::string_view text_of(const json::value& value, std::string_view name) {
  if (!value.is_string()) wrong("'" + std::string(name) + "' must be a string");
  return value.get_string();
}

std::int64_t number_of(const json::value& value, std::string_view name) {
  const auto number = value.is_int64() ? value.get_int64() : -1;
  if (number < 0) wrong("'" + std::string(name) + "' must be a whole number, zero or more");
  return number;
}

const json::object& object_of(const json::value& value, std::string_view name) {
  if (!value.is_object()) wrong("'" + std::string(name) + "' must be an object");
  return value.get_object();
}

void only(const json::object& object, std::initializer_list<std::string_view> names, std::string_view where) {
  for (const auto& [key, value] : object) {
    bool known = false;
    std::string list;
    for (const auto name : names) {
      known = known || name == std::string_view(key);
      list += (list.empty() ? "" : ", ") + std::string(name);
    }
    if (!known) wrong("'" + std::string(key) + "' is not known in " + std::string(where) + "; known are " + list);
  }
}

std::vector<ToolCall> read_calls(const json::value& value) {
  if (!value.is_array()) wrong("'tool_calls' must be an array");
  std::vector<ToolCall> calls;
  for (const auto& each : value.get_array()) {
    const auto& call = object_of(each, "tool_calls[]");
    only(call, {"id", "name", "arguments"}, "a tool call");
    if (!call.contains("name")) wrong("a tool call needs a 'name'");
    auto& result = calls.emplace_back(std::string(text_of(call.at("name"), "name")), "{}");
    if (const auto* id = call.if_contains("id")) result.id = text_of(*id, "id");
    // Text is sent as it stands, so that a script can hold arguments that are no JSON.
    if (const auto* arguments = call.if_contains("arguments"))
      result.arguments = arguments->is_string() ? std::string(arguments->get_string()) : json::serialize(*arguments);
  }
  return calls;
}

Finish read_finish(std::string_view word) {
  if (word == "stop") return Finish::stop;
  if (word == "length") return Finish::length;
  if (word == "tool_calls") return Finish::tool_calls;
  if (word == "content_filter") return Finish::content_filter;
  wrong("'finish_reason' must be stop, length, tool_calls or content_filter");
}

void read_usage(ScriptedReply& reply, const json::object& usage) {
  only(usage, {"input_tokens", "output_tokens", "reasoning_tokens"}, "'usage'");
  const auto get = [&usage](std::string_view name) {
    const auto* value = usage.if_contains(name);
    return value == nullptr ? std::size_t{0} : static_cast<std::size_t>(number_of(*value, name));
  };
  reply.has_usage = true;
  reply.answer->usage.input = get("input_tokens");
  reply.answer->usage.output = get("output_tokens");
  reply.answer->usage.reasoning = get("reasoning_tokens");
}

void read_answer(ScriptedReply& reply, const json::object& source) {
  for (const auto* name : {"text", "reasoning", "refusal", "tool_calls"})
    if (source.contains(name)) reply.answer.emplace();
  if (!reply.answer) {
    for (const auto* name : {"usage", "finish_reason"})
      if (source.contains(name)) wrong("'" + std::string(name) + "' needs a text, reasoning, refusal or tool_calls");
    return;
  }
  auto& answer = *reply.answer;
  if (const auto* value = source.if_contains("text")) answer.text = text_of(*value, "text");
  if (const auto* value = source.if_contains("reasoning")) answer.reasoning = text_of(*value, "reasoning");
  if (const auto* value = source.if_contains("refusal")) answer.refusal = text_of(*value, "refusal");
  if (const auto* value = source.if_contains("tool_calls")) answer.tool_calls = read_calls(*value);
  if (!answer.tool_calls.empty()) answer.finish = Finish::tool_calls;
  if (const auto* value = source.if_contains("finish_reason")) {
    answer.finish = read_finish(text_of(*value, "finish_reason"));
    reply.has_finish = true;
  }
  if (const auto* value = source.if_contains("usage")) read_usage(reply, object_of(*value, "usage"));
}

void read_response(ScriptedReply& reply, const json::object& source) {
  if (const auto* raw = source.if_contains("raw")) {
    reply.response.emplace();
    reply.response->status = 0;
    reply.response->raw = std::string(text_of(*raw, "raw"));
    return;
  }
  const auto* status = source.if_contains("status");
  if (status == nullptr) {
    for (const auto* name : {"body", "headers"})
      if (source.contains(name)) wrong("'" + std::string(name) + "' needs a 'status'");
    return;
  }
  const auto code = number_of(*status, "status");
  if (code < 200 || code > 599) wrong("'status' must lie between 200 and 599");
  reply.response.emplace(static_cast<unsigned>(code), "");
  auto& response = *reply.response;
  if (const auto* body = source.if_contains("body")) {
    const bool is_text = body->is_string();
    response.body = is_text ? std::string(body->get_string()) : json::serialize(*body);
    if (is_text) response.content_type = "text/plain; charset=utf-8";
  }
  const auto* headers = source.if_contains("headers");
  if (headers == nullptr) return;
  for (const auto& [name, value] : object_of(*headers, "headers")) {
    const auto text = text_of(value, name);
    if (text.find_first_of("\r\n") != std::string_view::npos || name.find_first_of("\r\n: ") != std::string_view::npos)
      wrong("header '" + std::string(name) + "' has characters that no header can have");
    if (equal_ignoring_case(name, "content-type"))
      response.content_type = text;
    else
      response.headers.emplace_back(name, text);
  }
}

ScriptedReply read_reply(const json::object& source) {
  only(source,
       {"text", "reasoning", "refusal", "tool_calls", "finish_reason", "usage", "status", "body", "headers", "raw",
        "fault", "delay_ms"},
       "a reply");
  ScriptedReply reply;
  read_answer(reply, source);
  read_response(reply, source);
  if (reply.answer && reply.response)
    wrong("a reply is either an answer, or a 'status' with a 'body', or 'raw'; not two of these");
  if (const auto* fault = source.if_contains("fault")) reply.faults = Fault::parse_list(text_of(*fault, "fault"));
  if (const auto* delay = source.if_contains("delay_ms")) {
    constexpr std::int64_t longest = 86'400'000;
    const auto number = number_of(*delay, "delay_ms");
    if (number > longest) wrong("'delay_ms' must not be longer than a day");
    reply.delay = std::chrono::milliseconds(number);
  }
  return reply;
}

}  // namespace

Script::Script(std::string_view text) {
  boost::system::error_code failed;
  const auto value = json::parse(text, failed);
  if (failed) wrong("the script is not valid JSON: " + failed.message());
  const auto* root = value.if_object();
  const auto* steps = root == nullptr ? &value : root->if_contains("replies");
  if (steps == nullptr || !steps->is_array())
    wrong("a script is a list of steps, or an object with such a list as 'replies'");
  for (std::size_t i = 0; i < steps->get_array().size(); ++i) {
    try {
      steps_.push_back(parse_step(object_of(steps->get_array()[i], "step")));
    } catch (const std::invalid_argument& error) {
      wrong("step " + std::to_string(i + 1) + " of the script: " + error.what());
    }
  }
}

Script::Step Script::parse_step(const json::object& source) {
  only(source, {"match", "match_regex", "times", "reply"}, "a step");
  Step step;
  if (const auto* match = source.if_contains("match")) step.match = to_lower(text_of(*match, "match"));
  if (const auto* pattern = source.if_contains("match_regex")) {
    try {
      step.regex = std::regex(std::string(text_of(*pattern, "match_regex")), std::regex::icase);
    } catch (const std::regex_error& error) {
      wrong(std::string("'match_regex' is not a regular expression: ") + error.what());
    }
  }
  if (!step.match && !step.regex) step.times = 1;
  if (const auto* times = source.if_contains("times"))
    step.times = static_cast<std::size_t>(number_of(*times, "times"));
  if (!source.contains("reply")) wrong("it has no 'reply'");
  step.reply = read_reply(object_of(source.at("reply"), "reply"));
  return step;
}

const ScriptedReply* Script::next(const Conversation& conversation) {
  const auto* user = conversation.last_user();
  const std::string_view asked = user == nullptr ? std::string_view() : std::string_view(user->text);
  for (auto& step : steps_) {
    if (step.times && *step.times == 0) continue;
    if (step.match && to_lower(asked).find(*step.match) == std::string::npos) continue;
    if (step.regex && !std::regex_search(std::string(prefix(asked, longest_searched)), *step.regex)) continue;
    if (step.times) --*step.times;
    return &step.reply;
  }
  return nullptr;
}

}  // namespace fastccg::sim
