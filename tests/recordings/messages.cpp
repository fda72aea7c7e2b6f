// Anthropic's messages: usage, and what was asked.

#include <algorithm>
#include <set>

#include "core/base64.hpp"
#include "fields.hpp"
#include "messages.hpp"

namespace recordings {

namespace json = boost::json;
using namespace fastccg;

namespace {

std::optional<std::int64_t> number(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (!value || !value->is_number()) return std::nullopt;
  return value->to_number<std::int64_t>();
}

class Reader {
 public:
  explicit Reader(const json::object& body) : body_(body) {}

  NeutralRequest read() {
    for (const auto& [name, value] : body_)
      if (!value.is_null()) read_member(name, value);
    if (!extra_.empty()) out_.settings.extra(json::serialize(extra_));
    return std::move(out_);
  }

 private:
  void beyond(const std::string& what) { out_.beyond = what; }

  void read_member(std::string_view name, const json::value& value) {
    auto& settings = out_.settings;
    if (name == "model")
      out_.model = value.as_string();
    else if (name == "stream")
      out_.stream = value.as_bool();
    else if (name == "max_tokens")
      settings.max_tokens(value.to_number<std::int64_t>());
    else if (name == "temperature")
      settings.temperature(value.to_number<double>());
    else if (name == "top_p")
      settings.top_p(value.to_number<double>());
    else if (name == "top_k")
      settings.top_k(value.to_number<int>());
    else if (name == "stop_sequences")
      settings.stop(json::value_to<std::vector<std::string>>(value));
    else if (name == "system" && is_plain(value))
      settings.sys_prompt(plain_text(value));
    else if (name == "messages")
      read_messages(value.as_array());
    else if (name == "tools" && are_plain_tools(value.as_array()))
      read_tools(value.as_array());
    else if (name == "tool_choice" && are_plain_tools(array("tools")))
      read_tool_choice(value.as_object());
    else if (name == "thinking" && is_known_thinking(value.as_object()))
      read_thinking(value.as_object());
    else if (name == "output_config" && is_known_format(value.as_object()))
      read_format(value.as_object());
    else
      extra_[name] = value;
  }

  json::array array(std::string_view name) const {
    const auto* value = find(body_, name);
    return value && value->is_array() ? value->as_array() : json::array();
  }

  /// Whether it is text and nothing more, which may stand in several blocks.
  static bool is_plain(const json::value& value) {
    if (value.is_string()) return true;
    return std::ranges::all_of(value.as_array(), [](const auto& block) { return block.as_object().size() == 2; });
  }

  static std::string plain_text(const json::value& value) {
    if (value.is_string()) return std::string(value.as_string());
    std::string all;
    for (const auto& block : value.as_array()) all += (all.empty() ? "" : "\n\n") + text(block.as_object(), "text");
    return all;
  }

  static bool are_plain_tools(const json::array& tools) {
    return std::ranges::all_of(tools, [](const json::value& value) {
      const auto& tool = value.as_object();
      return std::ranges::all_of(tool, [](const auto& member) {
        const auto& key = member.key();
        return key == "name" || key == "description" || key == "input_schema" || key == "strict" ||
               (key == "type" && member.value() == "custom");
      });
    });
  }

  void read_tools(const json::array& list) {
    std::vector<Tool> tools;
    for (const auto& item : list) {
      const auto& from = item.as_object();
      Tool tool(text(from, "name"), text(from, "description"), json::serialize(from.at("input_schema")));
      if (const auto* strict = find(from, "strict")) tool.strict = strict->as_bool();
      tools.push_back(std::move(tool));
    }
    out_.settings.tools(std::move(tools));
  }

  void read_tool_choice(const json::object& choice) {
    const auto type = text(choice, "type");
    if (type == "any") out_.settings.tool_choice(ToolChoice::required());
    if (type == "none") out_.settings.tool_choice(ToolChoice::none());
    if (type == "tool") out_.settings.tool_choice(ToolChoice::named(text(choice, "name")));
    if (const auto* alone = find(choice, "disable_parallel_tool_use")) out_.settings.parallel_tools(!alone->as_bool());
  }

  /// An effort stands elsewhere; thinking beside it is implied.
  static bool is_known_thinking(const json::object& thinking) {
    const auto type = text(thinking, "type");
    return (type == "adaptive" && thinking.size() == 1) || (type == "enabled" && thinking.size() == 2);
  }

  void read_thinking(const json::object& thinking) {
    const auto effort = text(object(body_, "output_config"), "effort");
    if (text(thinking, "type") == "adaptive")
      out_.settings.reasoning(ReasoningSetting::effort(effort));
    else
      out_.settings.reasoning(ReasoningSetting::budget(thinking.at("budget_tokens").to_number<int>()));
  }

  /// Effort without thinking cannot be said in neutral words.
  bool is_known_format(const json::object& config) const {
    const bool has_effort = config.contains("effort");
    const auto thinking = object(body_, "thinking");
    const bool adaptive = text(thinking, "type") == "adaptive" && is_known_thinking(thinking);
    return config.size() == static_cast<std::size_t>(has_effort) + config.contains("format") &&
           (!has_effort || adaptive);
  }

  void read_format(const json::object& config) {
    const auto format = object(config, "format");
    if (!format.empty()) out_.settings.output_format(OutputFormat::schema("s", json::serialize(format.at("schema"))));
  }

  void read_messages(const json::array& list) {
    for (const auto& item : list) {
      const auto& from = item.as_object();
      const auto role = text(from, "role");
      Message message;
      message.role = role == "assistant" ? Role::assistant : role == "system" ? Role::system : Role::user;
      if (message.role == Role::assistant) message.provider = "anthropic";
      const auto& content = from.at("content");
      if (content.is_string())
        message.parts.emplace_back(Text(std::string(content.as_string())));
      else
        for (const auto& block : content.as_array()) read_block(block.as_object(), message);
      // Answers that follow each other are one to the provider: their calls may have their results together.
      const bool goes_on =
          message.role == Role::assistant && !out_.messages.empty() && out_.messages.back().role == Role::assistant;
      if (!goes_on) {
        out_.messages.push_back(std::move(message));
        continue;
      }
      auto& parts = out_.messages.back().parts;
      parts.insert(parts.end(), message.parts.begin(), message.parts.end());
    }
  }

  void read_block(const json::object& block, Message& message) {
    const auto type = text(block, "type");
    if (type == "text" && block.size() == 2) {
      message.parts.emplace_back(Text(text(block, "text")));
    } else if (type == "text" && block.size() == 3 && is_mark(object(block, "cache_control"))) {
      message.parts.emplace_back(Text(text(block, "text")));
      const bool is_long = text(object(block, "cache_control"), "ttl") == "1h";
      message.parts.emplace_back(cache_point(is_long ? std::chrono::seconds(3600) : std::chrono::seconds(300)));
    } else if (type == "text" && block.contains("citations") && block.size() == 3) {
      message.parts.emplace_back(Text(text(block, "text")));
      message.parts.emplace_back(Opaque("anthropic", "citations", json::serialize(block.at("citations"))));
    } else if (type == "tool_use") {
      message.parts.emplace_back(ToolCall(text(block, "id"), text(block, "name"), json::serialize(block.at("input"))));
    } else if (type == "tool_result") {
      read_result(block, message);
    } else if (type == "thinking" || type == "redacted_thinking") {
      Reasoning reasoning(text(block, "thinking"));
      reasoning.payload = json::serialize(block);
      reasoning.provider = "anthropic";
      message.parts.emplace_back(std::move(reasoning));
    } else if ((type == "image" || type == "document") && read_source(block, message)) {
      return;
    } else {
      message.parts.emplace_back(Opaque("anthropic", type, json::serialize(block)));
    }
  }

  static bool is_mark(const json::object& control) {
    return text(control, "type") == "ephemeral" &&
           (control.size() == 1 || (control.size() == 2 && text(control, "ttl") == "1h"));
  }

  void read_result(const json::object& block, Message& message) {
    ToolResult result;
    result.call_id = text(block, "tool_use_id");
    result.is_error = block.contains("is_error") && block.at("is_error").as_bool();
    const auto* content = find(block, "content");
    if (content && content->is_string()) {
      result.content.emplace_back(Text(std::string(content->as_string())));
    } else if (content) {
      for (const auto& piece : content->as_array()) {
        Message one;
        read_block(piece.as_object(), one);
        if (one.parts.empty()) return beyond("a tool result of an unknown kind");
        std::visit(
            [&result](const auto& part) {
              if constexpr (std::is_constructible_v<Content, decltype(part)>) result.content.emplace_back(part);
            },
            one.parts.front());
      }
    }
    message.parts.emplace_back(std::move(result));
  }

  bool read_source(const json::object& block, Message& message) {
    const auto source = object(block, "source");
    const auto mime = text(source, "media_type");
    if (block.size() == 2 && text(source, "type") == "file") {
      auto file = File::from_id(text(source, "file_id"));
      if (text(block, "type") == "image") file.mime = "image/png";
      message.parts.emplace_back(std::move(file));
      return true;
    }
    const auto bytes = base64_decode(text(source, "data"));
    if (block.size() > 2 || text(source, "type") != "base64" || !bytes) return false;
    if (text(block, "type") == "image")
      message.parts.emplace_back(Image::from_bytes(*bytes, mime));
    else
      message.parts.emplace_back(File::from_bytes(*bytes, mime, ""));
    return true;
  }

  const json::object& body_;
  json::object extra_;
  NeutralRequest out_;
};

// What two requests may differ in and still say the same stands in docs/recordings.md.

json::array blocks_of(const json::value& content) {
  if (content.is_array()) return content.as_array();
  return {{{"type", "text"}, {"text", content}}};
}

json::value normalised_block(json::object block) {
  drop(block, "is_error", false);
  if (text(block, "type") == "tool_result") {
    const auto* content = find(block, "content");
    const auto blocks = content ? blocks_of(*content) : json::array();
    const bool is_text =
        std::ranges::all_of(blocks, [](const auto& b) { return text(b.as_object(), "type") == "text"; });
    std::string joined;
    for (const auto& piece : blocks) joined += text(piece.as_object(), "text");
    if (is_text) block["content"] = joined;
  }
  return block;
}

json::array normalised_messages(const json::array& messages) {
  json::array turns;
  for (const auto& value : messages) {
    const auto& message = value.as_object();
    const bool same = !turns.empty() && turns.back().at("role") == message.at("role");
    if (!same) turns.push_back({{"role", message.at("role")}, {"content", json::array()}});
    auto& content = turns.back().at("content").as_array();
    for (const auto& block : blocks_of(message.at("content"))) {
      const auto words = text(block.as_object(), "text");
      const bool is_blank =
          text(block.as_object(), "type") == "text" && words.find_first_not_of(" \n\t\r") == std::string::npos;
      if (!is_blank) content.push_back(normalised_block(block.as_object()));
    }
    if (content.empty()) turns.pop_back();
  }
  return turns;
}

}  // namespace

Usage messages_usage(const json::object& expected) {
  const auto raw = object(expected, "usage");
  Usage usage;
  usage.input_cached = number(raw, "cached_tokens");
  usage.input_cache_write = number(raw, "cache_creation_tokens");
  if (const auto input = number(raw, "input_tokens"))
    usage.input = *input + usage.input_cached.value_or(0) + usage.input_cache_write.value_or(0);
  usage.output = number(raw, "output_tokens");
  usage.output_reasoning = number(raw, "reasoning_tokens");
  if (usage.input && usage.output) usage.total = *usage.input + *usage.output;
  return usage;
}

NeutralRequest read_messages_request(const json::object& body, const std::string&) { return Reader(body).read(); }

Json normalised_messages_request(json::object body) {
  normalise_members(body);
  drop(body, "stream", false);
  drop(body, "tools", json::array());
  drop(body, "tool_choice", {{"type", "auto"}});
  drop(body, "system", "");
  if (auto* choice = body.if_contains("tool_choice")) drop(choice->as_object(), "disable_parallel_tool_use", false);
  if (auto* system = body.if_contains("system"); system && system->is_array()) {
    std::string joined;
    bool plain = true;
    for (const auto& block : system->as_array()) {
      plain = plain && block.as_object().size() == 2;
      joined += (joined.empty() ? "" : "\n\n") + text(block.as_object(), "text");
    }
    if (plain) *system = joined;
  }
  if (auto* tools = body.if_contains("tools")) {
    for (auto& tool : tools->as_array()) {
      drop(tool.as_object(), "type", "custom");
      drop(tool.as_object(), "description", "");
      if (tool.as_object().contains("strict")) tool.as_object().erase("input_schema");
    }
  }
  if (auto* config = body.if_contains("output_config"))
    if (auto* format = config->as_object().if_contains("format")) format->as_object().erase("schema");
  body["messages"] = normalised_messages(body["messages"].as_array());
  return body;
}

}  // namespace recordings
