// Gemini: what was asked.

#include "generate.hpp"

#include <algorithm>
#include <deque>

#include "core/base64.hpp"
#include "fields.hpp"
#include "json/reader.hpp"
#include "protocols/generate_content/schema.hpp"

namespace recordings {

namespace json = boost::json;
using namespace fastccg;

namespace {

bool is_foreign(std::string_view name) {
  return name == "args" || name == "response" || name == "parameters" || name == "parametersJsonSchema" ||
         name == "responseSchema" || name == "responseJsonSchema";
}

std::string camel(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool joins = name[i] == '_' && i > 0 && i + 1 < name.size() && name[i + 1] >= 'a' && name[i + 1] <= 'z';
    out += joins ? static_cast<char>(name[++i] - 32) : name[i];
  }
  return out;
}

/// The value with all names in one of the two spellings that the provider takes, save for what is the user's own.
json::value camelled(const json::value& value) {
  if (value.is_array()) {
    json::array list;
    for (const auto& element : value.as_array()) list.push_back(camelled(element));
    return list;
  }
  if (!value.is_object()) return value;
  json::object object;
  for (const auto& [name, member] : value.as_object()) {
    const auto spelled = camel(name);
    object[spelled] = is_foreign(spelled) ? member : camelled(member);
  }
  return object;
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return text;
}

class Reader {
 public:
  Reader(json::object body, std::string provider) : body_(std::move(body)), provider_(std::move(provider)) {}

  NeutralRequest read() {
    read_system();
    for (const auto& content : body_.at("contents").as_array()) read_content(content.as_object());
    read_config(object(body_, "generationConfig"));
    read_tools();
    for (const auto& [name, value] : body_)
      if (name != "contents" && name != "systemInstruction" && name != "generationConfig" && name != "tools" &&
          name != "toolConfig" && !value.is_null())
        extra_[name] = value;
    if (!extra_.empty()) out_.settings.extra(json::serialize(extra_));
    return std::move(out_);
  }

 private:
  void read_system() {
    const auto system = object(body_, "systemInstruction");
    const auto* parts = find(system, "parts");
    if (!parts) return;
    std::vector<Message> later;
    const auto list = parts->is_array() ? parts->as_array() : json::array{*parts};
    for (const auto& part : list) {
      const auto words = text(part.as_object(), "text");
      if (!out_.settings.sys_prompt())
        out_.settings.sys_prompt(words);
      else
        out_.messages.push_back(Message::system(words));
    }
  }

  void read_config(json::object config) {
    auto& settings = out_.settings;
    const auto take = [&config](const char* name) -> std::optional<json::value> {
      const auto* value = find(config, name);
      if (!value) return std::nullopt;
      auto copy = *value;
      config.erase(name);
      return copy;
    };
    if (const auto v = take("temperature")) settings.temperature(v->to_number<double>());
    if (const auto v = take("topP")) settings.top_p(v->to_number<double>());
    if (const auto v = take("topK")) settings.top_k(v->to_number<int>());
    if (const auto v = take("maxOutputTokens")) settings.max_tokens(v->to_number<std::int64_t>());
    if (const auto v = take("seed")) settings.seed(v->to_number<std::int64_t>());
    if (const auto v = take("frequencyPenalty")) settings.frequency_penalty(v->to_number<double>());
    if (const auto v = take("presencePenalty")) settings.presence_penalty(v->to_number<double>());
    if (const auto v = take("stopSequences")) settings.stop(json::value_to<std::vector<std::string>>(*v));
    if (text(config, "responseMimeType") == "application/json" && !config.contains("responseSchema")) {
      const auto schema = take("responseJsonSchema");
      settings.output_format(schema ? OutputFormat::schema("s", json::serialize(*schema)) : OutputFormat::json());
      config.erase("responseMimeType");
    }
    if (read_thinking(object(config, "thinkingConfig"))) config.erase("thinkingConfig");
    if (!config.empty()) extra_["generationConfig"] = config;
  }

  /// Whether it can be said in neutral words.
  bool read_thinking(const json::object& thinking) {
    const auto* budget = find(thinking, "thinkingBudget");
    const auto* shown = find(thinking, "includeThoughts");
    const bool is_shown = shown && shown->as_bool();
    const auto level = text(thinking, "thinkingLevel");
    auto& settings = out_.settings;
    if (thinking.empty()) return true;
    if (budget && budget->to_number<int>() == 0 && !is_shown)
      settings.reasoning(ReasoningSetting::off());
    else if (budget && budget->to_number<int>() > 0 && is_shown)
      settings.reasoning(ReasoningSetting::budget(budget->to_number<int>()));
    else if (!level.empty() && is_shown)
      settings.reasoning(ReasoningSetting::effort(lower(level)));
    else if (!budget && level.empty() && is_shown)
      settings.reasoning(ReasoningSetting());
    else
      return false;
    return true;
  }

  static std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return text;
  }

  /// Functions alone become tools; what the provider runs itself is not modelled.
  void read_tools() {
    const auto* tools = find(body_, "tools");
    const auto* config = find(body_, "toolConfig");
    std::vector<Tool> functions;
    bool only_functions = true;
    if (tools)
      for (const auto& tool : tools->as_array())
        for (const auto& [name, value] : tool.as_object()) {
          only_functions = only_functions && name == "functionDeclarations";
          if (name != "functionDeclarations") continue;
          for (const auto& function : value.as_array()) functions.push_back(tool_of(function.as_object()));
        }
    if (!only_functions) {
      extra_["tools"] = *tools;
      if (config) extra_["toolConfig"] = *config;
      return;
    }
    if (!functions.empty()) out_.settings.tools(functions);
    if (config && !read_choice(config->as_object())) extra_["toolConfig"] = *config;
  }

  static Tool tool_of(const json::object& function) {
    Tool tool(text(function, "name"), text(function, "description"));
    for (const auto* name : {"parameters", "parametersJsonSchema"})
      if (const auto* schema = find(function, name)) tool.parameters = json::serialize(*schema);
    return tool;
  }

  bool read_choice(const json::object& config) {
    const auto calling = object(config, "functionCallingConfig");
    if (config.size() != 1) return false;
    const auto mode = upper(text(calling, "mode"));
    const auto* allowed = find(calling, "allowedFunctionNames");
    if (mode == "AUTO" && !allowed)
      out_.settings.tool_choice(ToolChoice::automatic());
    else if (mode == "NONE")
      out_.settings.tool_choice(ToolChoice::none());
    else if (mode == "ANY" && !allowed)
      out_.settings.tool_choice(ToolChoice::required());
    else if (mode == "ANY" && allowed->as_array().size() == 1)
      out_.settings.tool_choice(ToolChoice::named(std::string(allowed->as_array().front().as_string())));
    else
      return false;
    return true;
  }

  void read_content(const json::object& content) {
    Message message;
    message.role = text(content, "role") == "model" ? Role::assistant : Role::user;
    if (message.role == Role::assistant) {
      message.provider = provider_;
      open_.clear();
    }
    Message results;
    results.role = Role::tool;
    if (const auto* parts = find(content, "parts"))
      for (const auto& part : parts->as_array()) read_part(part.as_object(), message, results);
    if (!results.parts.empty()) out_.messages.push_back(std::move(results));
    if (!message.parts.empty()) out_.messages.push_back(std::move(message));
  }

  void read_part(const json::object& part, Message& message, Message& results) {
    const auto* signature = find(part, "thoughtSignature");
    const bool is_thought = part.contains("thought") && part.at("thought") == true;
    const auto call = object(part, "functionCall");
    const auto data = object(part, "inlineData");
    const auto file = object(part, "fileData");
    if (const auto response = object(part, "functionResponse"); !response.empty())
      return read_result(response, results);
    if (is_thought || (part.contains("text") && text(part, "text").empty())) {
      message.parts.emplace_back(Opaque(provider_, "part", json::serialize(part)));
      return;
    }
    if (part.contains("text")) {
      message.parts.emplace_back(Text(text(part, "text")));
    } else if (!call.empty()) {
      ToolCall made(text(call, "id"), text(call, "name"),
                    call.contains("args") ? json::serialize(call.at("args")) : "");
      if (made.id.empty()) made.id = "call_" + std::to_string(calls_++);
      open_.push_back(made);
      message.parts.emplace_back(std::move(made));
    } else if (!data.empty() && part.size() == 1u + part.contains("thought") && base64_decode(text(data, "data"))) {
      message.parts.emplace_back(media(text(data, "mimeType"), *base64_decode(text(data, "data"))));
    } else if (!file.empty() && part.size() == 1u + part.contains("thought")) {
      message.parts.emplace_back(File::from_url(text(file, "fileUri"), text(file, "mimeType")));
    } else {
      message.parts.emplace_back(Opaque(provider_, "part", json::serialize(part)));
      return;
    }
    if (signature) message.parts.emplace_back(Opaque(provider_, "thoughtSignature", json::serialize(*signature)));
  }

  static Part media(const std::string& mime, std::string bytes) {
    if (mime.starts_with("image/")) return Image::from_bytes(std::move(bytes), mime);
    if (mime.starts_with("audio/")) return Audio(std::move(bytes), mime);
    return File::from_bytes(std::move(bytes), mime, "");
  }

  /// Without an id, the first call of that name that has no result yet is the one that is meant.
  void read_result(const json::object& response, Message& results) {
    ToolResult result;
    const auto id = text(response, "id");
    const auto call = std::ranges::find_if(
        open_, [&](const ToolCall& c) { return id.empty() ? c.name == text(response, "name") : c.id == id; });
    result.call_id = call == open_.end() ? id : call->id;
    if (call != open_.end()) open_.erase(call);
    result.content.emplace_back(Text(json::serialize(response.at("response"))));
    if (const auto* parts = find(response, "parts"))
      for (const auto& part : parts->as_array())
        result.content.emplace_back(Opaque(provider_, "part", json::serialize(part)));
    results.parts.emplace_back(std::move(result));
  }

  json::object body_;
  std::string provider_;
  NeutralRequest out_;
  json::object extra_;
  std::deque<ToolCall> open_;
  int calls_ = 0;
};

/// The schema in the subset that we send, as a text.
json::value adapted(const json::value& schema) {
  fastccg::json::Reader reader;
  const auto text = json::serialize(schema);
  const auto root = reader.parse(text);
  std::set<std::string> left_out;
  return json::parse(protocols::generate_content::adapted_schema(root.value_or(fastccg::json::Node()), left_out));
}

void normalise_function(json::object& function) {
  normalise_members(function);
  rename(function, "parametersJsonSchema", "parameters");
  drop(function, "description", "");
  auto* schema = function.if_contains("parameters");
  if (!schema) return;
  if (schema->is_null() || object(schema->as_object(), "properties").empty())
    function.erase("parameters");
  else
    *schema = adapted(*schema);
}

void normalise_tools(json::array& tools) {
  json::array others;
  json::array functions;
  for (const auto& value : tools)
    for (const auto& [name, content] : value.as_object()) {
      if (name != "functionDeclarations") others.push_back(json::object{{name, content}});
      if (name == "functionDeclarations")
        for (auto function : content.as_array()) {
          normalise_function(function.as_object());
          functions.push_back(function);
        }
    }
  if (!functions.empty()) others.push_back(json::object{{"functionDeclarations", functions}});
  tools = others;
}

void normalise_config(json::object& config) {
  normalise_members(config);
  auto* thinking = config.if_contains("thinkingConfig");
  if (thinking) {
    drop(thinking->as_object(), "includeThoughts", false);
    if (auto* level = thinking->as_object().if_contains("thinkingLevel"))
      *level = upper(std::string(level->as_string()));
  }
  if (auto* schema = config.if_contains("responseJsonSchema")) *schema = adapted(*schema);
}

void normalise_part(json::object& part) {
  normalise_members(part);
  drop(part, "thought", false);
  for (const auto* name : {"functionCall", "functionResponse"})
    if (auto* call = part.if_contains(name)) {
      normalise_members(call->as_object());
      call->as_object().erase("id");
      if (name == std::string_view("functionCall") && !call->as_object().contains("args"))
        call->as_object()["args"] = json::object();
    }
  if (const auto signature = text(part, "thoughtSignature");
      signature == "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=" || signature == "skip_thought_signature_validator")
    part.erase("thoughtSignature");
}

json::array normalised_contents(const json::array& contents) {
  json::array turns;
  for (const auto& value : contents) {
    const auto& content = value.as_object();
    const auto role = text(content, "role") == "model" ? "model" : "user";
    if (turns.empty() || text(turns.back().as_object(), "role") != role)
      turns.push_back(json::object{{"role", role}, {"parts", json::array()}});
    auto& parts = turns.back().at("parts").as_array();
    if (const auto* list = find(content, "parts"))
      for (auto part : list->as_array()) {
        normalise_part(part.as_object());
        if (part != json::object{{"text", ""}}) parts.push_back(std::move(part));
      }
    if (parts.empty()) turns.pop_back();
  }
  return turns;
}

}  // namespace

NeutralRequest read_generate_request(const json::object& body, const std::string& provider) {
  return Reader(camelled(body).as_object(), provider).read();
}

Json normalised_generate_request(json::object raw) {
  auto body = camelled(raw).as_object();
  normalise_members(body);
  if (auto* system = body.if_contains("systemInstruction")) {
    auto& object = system->as_object();
    object.erase("role");
    if (object["parts"].is_object()) object["parts"] = json::array{object["parts"]};
    for (auto& part : object["parts"].as_array()) normalise_part(part.as_object());
  }
  if (auto* config = body.if_contains("generationConfig")) normalise_config(config->as_object());
  drop(body, "generationConfig", json::object());
  drop(body, "tools", json::array());
  drop(body, "safetySettings", json::array());
  if (auto* tools = body.if_contains("tools")) normalise_tools(tools->as_array());
  if (auto* config = body.if_contains("toolConfig"))
    if (auto* calling = config->as_object().if_contains("functionCallingConfig"))
      calling->as_object()["mode"] = upper(text(calling->as_object(), "mode"));
  drop(body, "toolConfig", {{"functionCallingConfig", {{"mode", "AUTO"}}}});
  body["contents"] = normalised_contents(body["contents"].as_array());
  return body;
}

}  // namespace recordings
