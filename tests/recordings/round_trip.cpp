#include <algorithm>

#include "requests.hpp"

namespace recordings {

namespace json = boost::json;

namespace {

// What two requests may differ in and still say the same to the provider:
// - whole numbers as integers or with a fraction of zero
// - members that are null, and members that state a default (stream, n, prefix, strict: false, tool_choice: auto)
// - either name of the token limit, of "a tool must be called", and of the system role
// - text content as a text or as a list of one or more texts; content that is empty beside tool calls
// - the arguments of tool calls as any JSON text of the same value, and nothing for an empty object
// - a tool without parameters, or with an empty object in their place
// - ids of tool calls that the provider would refuse
// - the reasoning of turns that are over, and the second name of the reasoning that is sent back
// - reasoning in one piece or in several
// - the order of results of parallel tool calls
// - messages of the assistant that say nothing
// - no alternatives to each token, stated or not; thinking turned on beside an effort
// - usage that a stream was not asked for

void rename(json::object& object, std::string_view from, std::string_view to) {
  const auto* value = object.if_contains(from);
  if (!value) return;
  auto kept = *value;
  object.erase(from);
  object[to] = std::move(kept);
}

void drop(json::object& object, std::string_view name, const json::value& what) {
  if (const auto* value = object.if_contains(name); value && *value == what) object.erase(name);
}

json::value normalised_content(const json::value& content) {
  if (!content.is_array()) return content;
  std::string joined;
  json::array parts;
  for (const auto& part : content.as_array()) {
    auto copy = part.as_object();
    if (const auto* image = copy.if_contains("image_url"); image && image->is_string())
      copy["image_url"] = json::object{{"url", *image}};
    if (auto* image = copy.if_contains("image_url")) drop(image->as_object(), "detail", nullptr);
    if (auto* file = copy.if_contains("file")) drop(file->as_object(), "file_id", nullptr);
    copy.erase("closed");
    if (auto* thinking = copy.if_contains("thinking"); thinking && thinking->is_array()) {
      std::string thought;
      for (const auto& piece : thinking->as_array()) thought += text(piece.as_object(), "text");
      *thinking = thought;
    }
    joined += text(copy, "text");
    parts.push_back(std::move(copy));
  }
  const bool only_text =
      std::ranges::all_of(parts, [](const auto& part) { return text(part.as_object(), "type") == "text"; });
  return only_text ? json::value(joined) : json::value(parts);
}

void normalise_call(json::object& call) {
  call.erase("id");
  call.erase("index");
  call["type"] = "function";
  auto& function = call["function"].as_object();
  auto& arguments = function["arguments"];
  if (!arguments.is_string()) return;
  json::error_code failed;
  const auto parsed = json::parse(arguments.as_string(), failed);
  if (arguments.as_string().empty())
    arguments = json::object();
  else if (!failed)
    arguments = parsed;
}

void normalise_message(json::object& message) {
  for (const auto* name : {"refusal", "name", "tool_calls", "content", "annotations"}) drop(message, name, nullptr);
  drop(message, "prefix", false);
  drop(message, "tool_calls", json::array());
  for (const auto* name : {"reasoning", "reasoning_content"}) message.erase(name);
  message.erase("tool_call_id");
  if (text(message, "role") == "developer") message["role"] = "system";
  auto& content = message["content"];
  content = content.is_null() ? json::value("") : normalised_content(content);
  if (auto* calls = message.if_contains("tool_calls"))
    for (auto& call : calls->as_array()) normalise_call(call.as_object());
}

/// Sorts the results that follow each other, since we send them in the order of the calls.
void sort_results(json::array& messages) {
  const auto is_result = [](const json::value& message) { return text(message.as_object(), "role") == "tool"; };
  for (auto begin = messages.begin(); begin != messages.end();) {
    auto end = std::find_if_not(begin, messages.end(), is_result);
    std::sort(begin, end, [](const auto& a, const auto& b) { return json::serialize(a) < json::serialize(b); });
    begin = end == messages.end() ? end : end + 1;
  }
}

bool says_nothing(const json::value& message) {
  return text(message.as_object(), "role") == "assistant" && message.at("content") == "" &&
         !message.as_object().contains("tool_calls");
}

void normalise_tool(json::object& tool) {
  tool["type"] = "function";
  auto& function = tool["function"].as_object();
  drop(function, "strict", false);
  drop(function, "description", "");
  const json::value empty = {{"type", "object"}, {"properties", json::object()}};
  if (!function.contains("parameters") || function["parameters"] == json::object()) function["parameters"] = empty;
}

}  // namespace

Json normalised_chat_request(json::object body) {
  for (auto it = body.begin(); it != body.end();) it = it->value().is_null() ? body.erase(it) : it + 1;
  for (auto& member : body)
    if (member.value().is_number()) member.value() = member.value().to_number<double>();
  drop(body, "stream", false);
  drop(body, "n", 1.0);
  drop(body, "tools", json::array());
  drop(body, "logprobs", false);
  drop(body, "top_logprobs", 0.0);
  // An effort says by itself that the model shall think.
  if (body.contains("reasoning_effort")) drop(body, "thinking", {{"type", "enabled"}});
  drop(body, "tool_choice", "auto");
  if (!body.contains("tools")) body.erase("tool_choice");
  rename(body, "max_completion_tokens", "max_tokens");
  rename(body, "random_seed", "seed");
  body.erase("stream_options");
  if (text(body, "tool_choice") == "any") body["tool_choice"] = "required";
  if (auto* choice = body.if_contains("tool_choice"); choice && choice->is_object())
    choice->as_object()["type"] = "function";
  if (auto* stop = body.if_contains("stop"); stop && stop->is_string()) *stop = json::array{*stop};
  if (auto* format = body.if_contains("response_format"))
    if (auto* schema = format->as_object().if_contains("json_schema")) drop(schema->as_object(), "strict", false);
  if (auto* tools = body.if_contains("tools"))
    for (auto& tool : tools->as_array()) normalise_tool(tool.as_object());
  auto& messages = body["messages"].as_array();
  for (auto& message : messages) normalise_message(message.as_object());
  messages.erase(std::remove_if(messages.begin(), messages.end(), says_nothing), messages.end());
  sort_results(messages);
  return body;
}

namespace {

/// What the catalogue knows of a model that the protocol's settings depend on; the settings of chat completions are
/// compared as they are.
fastccg::ModelInfo model_of(const std::string& provider, const std::string& id) {
  if (provider == "anthropic") return fastccg::find_model(provider + "/" + id);
  fastccg::ModelInfo model;
  model.id = id;
  return model;
}

}  // namespace

std::vector<std::string> compare_request(const Exchange& exchange, const Api& api, std::string& beyond) {
  const auto& body = exchange.request.as_object().at("body").as_object();
  auto neutral = api.read_request(body, exchange.provider);
  beyond = neutral.beyond;
  if (!beyond.empty()) return {};

  fastccg::Request request;
  request.settings = neutral.settings;
  request.model = model_of(exchange.provider, neutral.model);
  request.stream = neutral.stream;
  for (const auto& message : neutral.messages) request.messages.push_back(&message);
  try {
    const auto rendered = fastccg::protocols::find(api.speaks).render(request, dialect_of(exchange.provider));
    const auto ours = api.normalised(json::parse(rendered.body).as_object());
    const auto theirs = api.normalised(body);
    std::vector<std::string> lines;
    const auto compare_member = [&](std::string_view name) {
      const auto* a = theirs.as_object().if_contains(name);
      const auto* b = ours.as_object().if_contains(name);
      if ((a ? *a : json::value()) != (b ? *b : json::value()))
        lines.push_back(std::string(name) + ": recorded " + (a ? json::serialize(*a) : "nothing").substr(0, 600) +
                        "\n      ours     " + (b ? json::serialize(*b) : "nothing").substr(0, 600));
    };
    for (const auto& [name, value] : theirs.as_object()) compare_member(name);
    for (const auto& [name, value] : ours.as_object())
      if (!theirs.as_object().contains(name)) compare_member(name);
    for (const auto& warning : rendered.warnings)
      lines.push_back("warning: " + warning.setting + ": " + warning.message);
    return lines;
  } catch (const fastccg::FastCCGError& error) {
    beyond = std::string("refused: ") + error.what();
    return {};
  }
}

}  // namespace recordings
