// OpenAI's Responses: what was asked.

#include "responses.hpp"

#include <algorithm>

#include "fields.hpp"
#include "json/writer.hpp"

namespace recordings {

namespace json = boost::json;
using namespace fastccg;

namespace {

class Reader {
 public:
  Reader(const json::object& body, std::string provider) : body_(body), provider_(std::move(provider)) {}

  NeutralRequest read() {
    for (const auto& [name, value] : body_)
      if (!value.is_null()) read_member(name, value);
    if (!extra_.empty()) out_.settings.extra(json::serialize(extra_));
    return std::move(out_);
  }

 private:
  void read_member(std::string_view name, const json::value& value) {
    auto& settings = out_.settings;
    if (name == "model")
      out_.model = value.as_string();
    else if (name == "stream")
      out_.stream = value.as_bool();
    else if (name == "input")
      read_input(value);
    else if (name == "instructions")
      settings.sys_prompt(std::string(value.as_string()));
    else if (name == "max_output_tokens")
      settings.max_tokens(value.to_number<std::int64_t>());
    else if (name == "temperature")
      settings.temperature(value.to_number<double>());
    else if (name == "top_p")
      settings.top_p(value.to_number<double>());
    else if (name == "parallel_tool_calls")
      settings.parallel_tools(value.as_bool());
    else if (name == "tools" && are_functions())
      read_tools(value.as_array());
    else if (name == "tool_choice" && are_functions() && is_simple(value))
      read_tool_choice(value);
    else if (name == "text" && value.as_object().size() == 1 && value.as_object().contains("format"))
      read_format(value.as_object().at("format").as_object());
    else if (name == "reasoning" && value.as_object().size() == 1 && find(value.as_object(), "effort"))
      read_effort(text(value.as_object(), "effort"));
    else if (name == "include" && value == json::array{"reasoning.encrypted_content"})
      out_.reasons = true;
    else if (name == "include" && value == json::array{"message.output_text.logprobs"} &&
             !body_.contains("top_logprobs"))
      settings.logprobs(0);
    else if (name != "store")
      extra_[name] = value;
  }

  /// Whether all tools are functions of the user's, with nothing that is not modelled.
  bool are_functions() const {
    const auto* tools = find(body_, "tools");
    return !tools || std::ranges::all_of(tools->as_array(), [](const json::value& tool) {
      return text(tool.as_object(), "type") == "function" && !tool.as_object().contains("defer_loading");
    });
  }

  static bool is_simple(const json::value& choice) {
    return choice.is_string() || text(choice.as_object(), "type") == "function";
  }

  void read_tools(const json::array& list) {
    std::vector<Tool> tools;
    for (const auto& item : list) {
      const auto& from = item.as_object();
      Tool tool(text(from, "name"), text(from, "description"));
      if (const auto* parameters = find(from, "parameters")) tool.parameters = json::serialize(*parameters);
      if (const auto* strict = find(from, "strict")) tool.strict = strict->as_bool();
      tools.push_back(std::move(tool));
    }
    out_.settings.tools(std::move(tools));
  }

  void read_tool_choice(const json::value& value) {
    if (value.is_object()) {
      out_.settings.tool_choice(ToolChoice::named(text(value.as_object(), "name")));
      return;
    }
    const auto& mode = value.as_string();
    out_.settings.tool_choice(mode == "auto"   ? ToolChoice::automatic()
                              : mode == "none" ? ToolChoice::none()
                                               : ToolChoice::required());
  }

  void read_format(const json::object& format) {
    const auto type = text(format, "type");
    if (type == "json_object") out_.settings.output_format(OutputFormat::json());
    if (type != "json_schema") return;
    if (find(format, "description")) return beyond("a description of the output format");
    const auto* strict = find(format, "strict");
    out_.settings.output_format(
        OutputFormat::schema(text(format, "name"), json::serialize(format.at("schema")), strict && strict->as_bool()));
  }

  void read_effort(const std::string& effort) {
    out_.settings.reasoning(effort == "none" ? ReasoningSetting::off() : ReasoningSetting::effort(effort));
  }

  void beyond(const std::string& what) { out_.beyond = what; }

  void read_input(const json::value& input) {
    if (input.is_string()) {
      out_.messages.push_back(Message::user(std::string(input.as_string())));
      return;
    }
    for (const auto& item : input.as_array()) read_item(item.as_object());
  }

  /// The message that is being read, if it is of that role, else a new one.
  Message& message(Role role) {
    if (out_.messages.empty() || out_.messages.back().role != role) {
      out_.messages.emplace_back();
      out_.messages.back().role = role;
      if (role == Role::assistant) out_.messages.back().provider = provider_;
    }
    return out_.messages.back();
  }

  void read_item(const json::object& item) {
    const auto type = text(item, "type");
    const auto role = text(item, "role");
    if (role == "assistant" && (type.empty() || type == "message")) {
      read_answer(item);
    } else if (!role.empty() && (type.empty() || type == "message")) {
      Message one;
      one.role = role == "user" ? Role::user : Role::system;
      read_content(item.at("content"), [&one](auto part) { one.parts.emplace_back(std::move(part)); });
      out_.messages.push_back(std::move(one));
    } else if (type == "function_call") {
      read_call(item);
    } else if (type == "function_call_output" || type == "custom_tool_call_output") {
      ToolResult result;
      result.call_id = text(item, "call_id");
      if (const auto* output = find(item, "output"))
        read_content(*output, [&result](auto part) { result.content.emplace_back(std::move(part)); });
      message(Role::tool).parts.emplace_back(std::move(result));
    } else if (type == "reasoning") {
      Reasoning reasoning;
      reasoning.payload = json::serialize(item);
      reasoning.provider = provider_;
      message(Role::assistant).parts.emplace_back(std::move(reasoning));
    } else {
      message(Role::assistant).parts.emplace_back(Opaque(provider_, type, json::serialize(item)));
    }
  }

  void read_answer(const json::object& item) {
    auto& parts = message(Role::assistant).parts;
    if (const auto* phase = find(item, "phase"))
      parts.emplace_back(Opaque(provider_, "phase", json::serialize(*phase)));
    const auto& content = item.at("content");
    if (content.is_string()) {
      parts.emplace_back(Text(std::string(content.as_string())));
      return;
    }
    for (const auto& value : content.as_array()) {
      const auto& part = value.as_object();
      if (text(part, "type") == "refusal")
        parts.emplace_back(Refusal(text(part, "refusal")));
      else
        parts.emplace_back(Text(text(part, "text")));
    }
  }

  void read_call(const json::object& item) {
    auto& parts = message(Role::assistant).parts;
    parts.emplace_back(ToolCall(text(item, "call_id"), text(item, "name"), text(item, "arguments")));
    if (const auto space = text(item, "namespace"); !space.empty())
      parts.emplace_back(Opaque(provider_, "call_extra",
                                json::serialize(json::object{{"call_id", item.at("call_id")}, {"namespace", space}})));
  }

  template <class Add>
  void read_content(const json::value& content, Add add) {
    if (content.is_string()) return add(Text(std::string(content.as_string())));
    for (const auto& value : content.as_array()) {
      const auto& part = value.as_object();
      const auto type = text(part, "type");
      if (type == "input_text") {
        add(Text(text(part, "text")));
      } else if (type == "input_image" && find(part, "image_url")) {
        auto image = Image::from_url(text(part, "image_url"));
        if (read_data_url(image.url, image.mime, image.bytes)) image.url.clear();
        image.detail = text(part, "detail");
        add(std::move(image));
      } else if (type == "input_file") {
        File file;
        file.id = text(part, "file_id");
        file.url = text(part, find(part, "file_url") ? "file_url" : "file_data");
        file.name = text(part, "filename");
        if (read_data_url(file.url, file.mime, file.bytes)) file.url.clear();
        add(std::move(file));
      } else {
        add(Opaque(provider_, type, json::serialize(value)));
      }
    }
  }

  const json::object& body_;
  std::string provider_;
  NeutralRequest out_;
  json::object extra_;
};

/// Content that is text alone as text.
json::value normalised_content(const json::value& content) {
  if (!content.is_array()) return content;
  std::string joined;
  for (const auto& value : content.as_array()) {
    const auto& part = value.as_object();
    const auto type = text(part, "type");
    if (type != "input_text" && type != "output_text") return content;
    joined += text(part, "text");
  }
  return json::value(joined);
}

json::value arguments_of(const json::value& arguments) {
  if (!arguments.is_string()) return arguments;
  if (arguments.as_string().empty()) return json::object();
  json::error_code failed;
  auto parsed = json::parse(arguments.as_string(), failed);
  return failed ? arguments : parsed;
}

void add_normalised(json::array& items, json::object item) {
  const auto type = text(item, "type");
  if (type == "reasoning") {
    if (text(item, "encrypted_content").empty()) return;
    items.push_back(std::move(item));
    return;
  }
  const bool is_message = !text(item, "role").empty() && (type.empty() || type == "message");
  const bool is_pair = type == "function_call" || type == "function_call_output";
  if (!is_message && !is_pair) {
    items.push_back(std::move(item));
    return;
  }
  for (const auto* name : {"id", "status"}) item.erase(name);
  if (is_message) item.erase("type");
  if (text(item, "role") == "system") item["role"] = "developer";
  if (auto* arguments = item.if_contains("arguments")) *arguments = arguments_of(*arguments);
  if (auto* output = item.if_contains("output")) *output = normalised_content(*output);
  auto* content = item.if_contains("content");
  if (!content || text(item, "role") != "assistant" || !content->is_array()) {
    if (content) *content = normalised_content(*content);
    if (content && text(item, "role") == "assistant" && *content == "") return;
    items.push_back(std::move(item));
    return;
  }
  const auto parts = content->as_array();
  for (const auto& part : parts) {
    auto one = item;
    if (text(part.as_object(), "type") == "refusal")
      one["content"] = json::array{part};
    else
      one["content"] = text(part.as_object(), "text");
    if (one["content"] == "") continue;
    items.push_back(one);
    item.erase("phase");
  }
}

}  // namespace

NeutralRequest read_responses_request(const json::object& body, const std::string& provider) {
  return Reader(body, provider).read();
}

Json normalised_responses_request(json::object body) {
  normalise_members(body);
  drop(body, "stream", false);
  drop(body, "tools", json::array());
  drop(body, "tool_choice", "auto");
  drop(body, "instructions", "");
  drop(body, "text", {{"format", {{"type", "text"}}}});
  body.erase("store");
  if (!body.contains("tools")) body.erase("tool_choice");
  if (auto* tools = body.if_contains("tools"))
    for (auto& tool : tools->as_array()) {
      drop(tool.as_object(), "strict", false);
      normalise_members(tool.as_object());
      drop(tool.as_object(), "description", "");
      const json::value empty = {{"type", "object"}, {"properties", json::object()}};
      if (text(tool.as_object(), "type") == "function")
        if (!find(tool.as_object(), "parameters") || tool.as_object()["parameters"] == json::object())
          tool.as_object()["parameters"] = empty;
    }
  if (auto* words = body.if_contains("text"))
    if (auto* format = words->as_object().if_contains("format")) drop(format->as_object(), "strict", false);
  json::array items;
  const auto& input = body["input"];
  if (input.is_string())
    items.push_back({{"role", "user"}, {"content", input}});
  else
    for (const auto& item : input.as_array()) add_normalised(items, item.as_object());
  body["input"] = std::move(items);
  return body;
}

}  // namespace recordings
