#include <algorithm>

#include "fields.hpp"
#include "requests.hpp"

namespace recordings {

namespace json = boost::json;

namespace {

// What two requests may differ in and still say the same stands in docs/recordings.md.

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

json::array parts_of(const json::value& content) {
  if (content.is_array()) return content.as_array();
  return {json::object{{"type", "text"}, {"text", content}}};
}

bool can_merge(const json::object& one, const json::object& other) {
  return text(one, "role") == text(other, "role") && text(one, "role") != "tool" && one.size() == 2 &&
         other.size() == 2;
}

/// Puts neighbours of one role into one message, since some servers demand that and no other minds.
json::array merged(const json::array& messages) {
  json::array turns;
  for (const auto& value : messages) {
    const auto& message = value.as_object();
    if (turns.empty() || !can_merge(turns.back().as_object(), message)) {
      turns.push_back(message);
      continue;
    }
    auto& content = turns.back().at("content");
    auto parts = parts_of(content);
    if (text(message, "role") == "system") parts.push_back(json::object{{"type", "text"}, {"text", "\n\n"}});
    for (const auto& part : parts_of(message.at("content"))) parts.push_back(part);
    content = normalised_content(parts);
  }
  return turns;
}

bool says_nothing(const json::value& message) {
  return text(message.as_object(), "role") == "assistant" && message.at("content") == "" &&
         !message.as_object().contains("tool_calls");
}

void normalise_tool(json::object& tool) {
  if (object(tool, "function").empty()) return;
  tool["type"] = "function";
  auto& function = tool["function"].as_object();
  drop(function, "strict", false);
  drop(function, "description", "");
  const json::value empty = {{"type", "object"}, {"properties", json::object()}};
  if (!function.contains("parameters") || function["parameters"] == json::object()) function["parameters"] = empty;
}

}  // namespace

Json normalised_chat_request(json::object body) {
  normalise_members(body);
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
  if (auto* choice = body.if_contains("tool_choice");
      choice && choice->is_object() && choice->as_object().contains("function"))
    choice->as_object()["type"] = "function";
  if (auto* stop = body.if_contains("stop"); stop && stop->is_string()) *stop = json::array{*stop};
  if (auto* format = body.if_contains("response_format"))
    if (auto* schema = format->as_object().if_contains("json_schema")) {
      drop(schema->as_object(), "strict", false);
      if (!schema->as_object().contains("name")) schema->as_object()["name"] = "answer";
    }
  if (auto* tools = body.if_contains("tools"))
    for (auto& tool : tools->as_array()) normalise_tool(tool.as_object());
  auto& messages = body["messages"].as_array();
  for (auto& message : messages) normalise_message(message.as_object());
  messages.erase(std::remove_if(messages.begin(), messages.end(), says_nothing), messages.end());
  sort_results(messages);
  messages = merged(messages);
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

/// The model in a path such as "/v1beta/models/NAME:generateContent".
std::string model_in(std::string path) {
  path.erase(0, path.find("models/") == std::string::npos ? path.size() : path.find("models/") + 7);
  return path.substr(0, path.find(':'));
}

/// Some APIs name the model, and whether to stream, in the path.
void read_path(const Exchange& exchange, NeutralRequest& neutral) {
  if (!neutral.model.empty()) return;
  const auto path = text(exchange.request.as_object(), "path");
  neutral.model = model_in(path);
  neutral.stream = path.find(":stream") != std::string::npos;
}

std::vector<std::string> differences(const json::object& theirs, const json::object& ours) {
  std::vector<std::string> lines;
  const auto compare_member = [&](std::string_view name) {
    const auto* a = theirs.if_contains(name);
    const auto* b = ours.if_contains(name);
    if ((a ? *a : json::value()) != (b ? *b : json::value()))
      lines.push_back(std::string(name) + ": recorded " + (a ? json::serialize(*a) : "nothing").substr(0, 600) +
                      "\n      ours     " + (b ? json::serialize(*b) : "nothing").substr(0, 600));
  };
  for (const auto& [name, value] : theirs) compare_member(name);
  for (const auto& [name, value] : ours)
    if (!theirs.contains(name)) compare_member(name);
  return lines;
}

}  // namespace

std::vector<std::string> compare_request(const Exchange& exchange, const Api& api, std::string& beyond) {
  const auto& body = exchange.request.as_object().at("body").as_object();
  try {
    auto neutral = api.read_request(body, exchange.provider);
    read_path(exchange, neutral);
    beyond = neutral.beyond;
    if (!beyond.empty()) return {};

    fastccg::Request request;
    request.settings = neutral.settings;
    request.model = model_of(exchange.provider, neutral.model);
    request.model.reasons = request.model.reasons || neutral.reasons;
    request.stream = neutral.stream;
    for (const auto& message : neutral.messages) request.messages.push_back(&message);
    const auto rendered = fastccg::protocols::find(api.speaks).render(request, dialect_of(exchange.provider));
    auto lines = differences(api.normalised(body).as_object(),
                             api.normalised(json::parse(rendered.body).as_object()).as_object());
    for (const auto& warning : rendered.warnings)
      lines.push_back("warning: " + warning.setting + ": " + warning.message);
    return lines;
  } catch (const fastccg::FastCCGError& error) {
    beyond = std::string("refused: ") + error.what();
  } catch (const std::exception& error) {
    beyond = std::string("unreadable: ") + error.what();
  }
  return {};
}

}  // namespace recordings
