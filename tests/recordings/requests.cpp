#include "requests.hpp"

#include <algorithm>

#include "core/base64.hpp"
#include "fields.hpp"

namespace recordings {

namespace json = boost::json;
using namespace fastccg;

namespace {

class Reader {
 public:
  Reader(const json::object& body, std::string provider) : body_(body), provider_(std::move(provider)) {}

  NeutralRequest read() {
    out_.model = text(body_, "model");
    for (const auto& [name, value] : body_)
      if (!value.is_null()) read_member(name, value);
    if (const auto* logprobs = find(body_, "logprobs"); logprobs && logprobs->is_bool() && logprobs->as_bool()) {
      const auto* top = find(body_, "top_logprobs");
      out_.settings.logprobs(top ? top->to_number<int>() : 0);
    }
    if (!extra_.empty()) out_.settings.extra(json::serialize(extra_));
    return std::move(out_);
  }

 private:
  void beyond(const std::string& what) { out_.beyond = what; }

  void read_member(std::string_view name, const json::value& value) {
    auto& settings = out_.settings;
    if (name == "model" || name == "stream_options" || name == "logprobs" || name == "top_logprobs") return;
    if (name == "messages")
      for (const auto& message : value.as_array()) read_message(message.as_object());
    else if (name == "stream")
      out_.stream = value.as_bool();
    else if (name == "max_tokens" || name == "max_completion_tokens")
      settings.max_tokens(value.to_number<std::int64_t>());
    else if (name == "temperature" && value.to_number<double>() <= 2)
      settings.temperature(value.to_number<double>());
    else if (name == "top_p")
      settings.top_p(value.to_number<double>());
    else if (name == "top_k")
      settings.top_k(value.to_number<int>());
    else if (name == "seed" || name == "random_seed")
      settings.seed(value.to_number<std::int64_t>());
    else if (name == "frequency_penalty")
      settings.frequency_penalty(value.to_number<double>());
    else if (name == "presence_penalty")
      settings.presence_penalty(value.to_number<double>());
    else if (name == "parallel_tool_calls")
      settings.parallel_tools(value.as_bool());
    else if (name == "stop")
      read_stop(value);
    else if (name == "tools" && are_functions())
      read_tools(value.as_array());
    else if (name == "tool_choice" && are_functions() && is_simple(value))
      read_tool_choice(value);
    else if (name == "response_format")
      read_format(value.as_object());
    else if (name == "reasoning_effort" && !body_.contains("thinking"))
      read_effort(std::string(value.as_string()));
    else if (name == "n" && value.is_number() && value.to_number<int>() == 1)
      return;
    else
      extra_[name] = value;
  }

  void read_effort(const std::string& effort) {
    out_.settings.reasoning(effort == "none" ? ReasoningSetting::off() : ReasoningSetting::effort(effort));
  }

  void read_stop(const json::value& value) {
    std::vector<std::string> stops;
    if (value.is_string())
      stops.emplace_back(value.as_string());
    else
      for (const auto& stop : value.as_array()) stops.emplace_back(stop.as_string());
    out_.settings.stop(std::move(stops));
  }

  /// Whether all tools are functions of the user's, with nothing that is not modelled.
  bool are_functions() const {
    const auto* tools = find(body_, "tools");
    return !tools || std::ranges::all_of(tools->as_array(), [](const json::value& tool) {
      return !object(tool.as_object(), "function").empty() && tool.as_object().size() <= 2;
    });
  }

  static bool is_simple(const json::value& choice) {
    return choice.is_string() || !object(choice.as_object(), "function").empty();
  }

  void read_tools(const json::array& list) {
    std::vector<Tool> tools;
    for (const auto& item : list) {
      const auto function = object(item.as_object(), "function");
      Tool tool(text(function, "name"), text(function, "description"));
      if (const auto* parameters = find(function, "parameters")) tool.parameters = json::serialize(*parameters);
      if (const auto* strict = find(function, "strict")) tool.strict = strict->as_bool();
      tools.push_back(std::move(tool));
    }
    out_.settings.tools(std::move(tools));
  }

  void read_tool_choice(const json::value& value) {
    if (value.is_object()) {
      out_.settings.tool_choice(ToolChoice::named(text(object(value.as_object(), "function"), "name")));
      return;
    }
    const auto& mode = value.as_string();
    out_.settings.tool_choice(mode == "auto"   ? ToolChoice::automatic()
                              : mode == "none" ? ToolChoice::none()
                                               : ToolChoice::required());
  }

  void read_format(const json::object& format) {
    const auto type = text(format, "type");
    const auto schema = object(format, "json_schema");
    if (type == "json_object") out_.settings.output_format(OutputFormat::json());
    if (type != "json_schema") return;
    if (schema.contains("description")) return beyond("a description of the output format");
    const auto* strict = find(schema, "strict");
    out_.settings.output_format(
        OutputFormat::schema(text(schema, "name"), json::serialize(schema.at("schema")), strict && strict->as_bool()));
  }

  void read_message(const json::object& from) {
    const auto role = text(from, "role");
    if (role == "tool") return read_result(from);
    Message message;
    message.role = role == "assistant" ? Role::assistant : role == "user" ? Role::user : Role::system;
    message.name = text(from, "name");
    if (message.role == Role::assistant) {
      message.provider = provider_;
      read_reasoning(from, message);
    }
    if (const auto* content = find(from, "content")) read_content(*content, message);
    if (const auto* calls = find(from, "tool_calls"))
      for (const auto& call : calls->as_array()) read_call(call.as_object(), message);
    out_.messages.push_back(std::move(message));
  }

  void read_reasoning(const json::object& from, Message& message) {
    auto reasoning = text(from, "reasoning_content");
    if (reasoning.empty()) reasoning = text(from, "reasoning");
    const auto* details = find(from, "reasoning_details");
    if (reasoning.empty() && !details) return;
    Reasoning part(reasoning);
    if (details) {
      part.payload = json::serialize(*details);
      part.provider = provider_;
    }
    message.parts.emplace_back(std::move(part));
  }

  void read_content(const json::value& content, Message& message) {
    if (content.is_string()) {
      message.parts.emplace_back(Text(std::string(content.as_string())));
      return;
    }
    for (const auto& part : content.as_array()) read_part(part.as_object(), message);
  }

  void read_part(const json::object& part, Message& message) {
    const auto type = text(part, "type");
    if (type == "text") {
      message.parts.emplace_back(Text(text(part, "text")));
      if (const auto mark = object(part, "cache_control"); text(mark, "ttl") == "1h")
        message.parts.emplace_back(cache_point(std::chrono::hours(1)));
      else if (!mark.empty())
        message.parts.emplace_back(cache_point());
    } else if (type == "image_url") {
      const auto holder = object(part, "image_url");
      auto image = Image::from_url(holder.empty() ? text(part, "image_url") : text(holder, "url"));
      if (read_data_url(image.url, image.mime, image.bytes)) image.url.clear();
      image.detail = text(holder, "detail");
      message.parts.emplace_back(std::move(image));
    } else if (type == "input_audio") {
      const auto holder = object(part, "input_audio");
      const auto bytes = base64_decode(text(holder, "data"));
      if (bytes && !bytes->empty())
        message.parts.emplace_back(Audio(*bytes, text(holder, "format")));
      else  // an address, which some servers take in its place
        message.parts.emplace_back(Opaque(provider_, "content", json::serialize(part)));
    } else if (type == "file" || type == "document_url") {
      read_file(part, message);
    } else if (type == "thinking") {
      std::string thought;
      for (const auto& piece : part.at("thinking").as_array()) thought += text(piece.as_object(), "text");
      message.parts.emplace_back(Reasoning(thought));
    } else {
      message.parts.emplace_back(Opaque(provider_, "content", json::serialize(part)));
    }
  }

  void read_file(const json::object& part, Message& message) {
    const auto holder = part.contains("file") ? object(part, "file") : part;
    File file;
    file.id = text(holder, "file_id");
    file.url = text(holder, part.contains("file") ? "file_data" : "document_url");
    file.name = text(holder, part.contains("file") ? "filename" : "document_name");
    if (read_data_url(file.url, file.mime, file.bytes)) file.url.clear();
    message.parts.emplace_back(std::move(file));
  }

  void read_call(const json::object& call, Message& message) {
    const auto function = object(call, "function");
    const auto* arguments = find(function, "arguments");
    message.parts.emplace_back(ToolCall(text(call, "id"), text(function, "name"),
                                        !arguments               ? std::string()
                                        : arguments->is_string() ? std::string(arguments->as_string())
                                                                 : json::serialize(*arguments)));
  }

  void read_result(const json::object& from) {
    Message content;
    if (const auto* value = find(from, "content")) read_content(*value, content);
    ToolResult result;
    result.call_id = text(from, "tool_call_id");
    for (auto& part : content.parts) {
      if (auto* piece = std::get_if<Text>(&part))
        result.content.emplace_back(std::move(*piece));
      else if (auto* image = std::get_if<Image>(&part))
        result.content.emplace_back(std::move(*image));
      else
        beyond("a tool result of another kind");
    }
    if (out_.messages.empty() || out_.messages.back().role != Role::tool) {
      out_.messages.emplace_back();
      out_.messages.back().role = Role::tool;
    }
    out_.messages.back().parts.emplace_back(std::move(result));
  }

  const json::object& body_;
  std::string provider_;
  NeutralRequest out_;
  json::object extra_;
};

}  // namespace

bool read_data_url(const std::string& url, std::string& mime, std::string& bytes) {
  const auto comma = url.find(";base64,");
  if (!url.starts_with("data:") || comma == std::string::npos) return false;
  const auto decoded = base64_decode(url.substr(comma + 8));
  if (!decoded) return false;
  mime = url.substr(5, comma - 5);
  bytes = *decoded;
  return true;
}

NeutralRequest read_chat_request(const json::object& body, const std::string& provider) {
  return Reader(body, provider).read();
}

}  // namespace recordings
