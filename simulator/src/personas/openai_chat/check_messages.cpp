#include <algorithm>
#include <boost/json/serialize.hpp>
#include <set>

#include "model/json_at.hpp"
#include "personas/openai_chat/openai_chat.hpp"

namespace fastccg::sim::openai_chat {
namespace {

using openai::missing;

// Walks the messages of a request in order and keeps what the later ones depend on.
class MessageChecker {
 public:
  void check(const json::value& value, std::size_t index) {
    where_ = "messages[" + std::to_string(index) + "]";
    dotted_ = "messages.[" + std::to_string(index) + "].role";
    const auto* message = value.if_object();
    if (message == nullptr) reject("Invalid type for '" + where_ + "': expected an object.", where_, "invalid_type");
    check_role(*message);
    if (role_ == "tool") return check_tool_message(*message);
    end();
    const auto* calls = message->if_contains("tool_calls");
    const bool has_calls = calls != nullptr && !calls->is_null();
    if (has_calls) check_calls(*calls);
    check_content(*message, role_ == "assistant" && (has_calls || message->if_contains("refusal") != nullptr ||
                                                     message->if_contains("function_call") != nullptr ||
                                                     message->if_contains("audio") != nullptr));
  }

  /// Before the next message that is no tool's, and at the end, nothing may be left unanswered.
  void end() {
    if (unanswered_.empty()) return;
    std::string ids;
    for (const auto& id : unanswered_) ids += (ids.empty() ? "" : ", ") + id;
    reject(
        "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. "
        "The following tool_call_ids did not have response messages: " +
            ids,
        dotted_);
  }

 private:
  void check_role(const json::object& message) {
    const auto* role = message.if_contains("role");
    if (role == nullptr) missing(where_ + ".role");
    if (!role->is_string())
      reject("Invalid type for '" + where_ + ".role': expected a string.", where_ + ".role", "invalid_type");
    role_ = role->get_string();
    for (const auto* known : {"system", "developer", "user", "assistant", "tool", "function"})
      if (role_ == known) return;
    reject("Invalid value: '" + std::string(prefix(role_, 100)) +
               "'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.",
           where_ + ".role", "invalid_value");
  }

  void check_tool_message(const json::object& message) {
    const std::string id(text_at(message, "tool_call_id"));
    if (id.empty()) missing(where_ + ".tool_call_id");
    if (known_.find(id) == known_.end())
      reject(
          "Invalid parameter: messages with role 'tool' must be a response to a preceding message with 'tool_calls'.",
          dotted_);
    unanswered_.erase(id);
    check_content(message, false);
  }

  void check_calls(const json::value& value) {
    if (role_ != "assistant")
      reject("Unexpected 'tool_calls' in a message of role '" + role_ + "'.", where_ + ".tool_calls", "invalid_value");
    const auto* calls = value.if_array();
    if (calls == nullptr)
      reject("Invalid type for '" + where_ + ".tool_calls': expected an array.", where_ + ".tool_calls",
             "invalid_type");
    if (calls->empty())
      reject("Invalid '" + where_ + ".tool_calls': empty array. Expected an array with minimum length 1.",
             where_ + ".tool_calls", "empty_array");
    known_.clear();
    for (std::size_t i = 0; i < calls->size(); ++i)
      check_call((*calls)[i], where_ + ".tool_calls[" + std::to_string(i) + "]");
    unanswered_ = known_;
  }

  void check_call(const json::value& value, const std::string& where) {
    const auto* call = value.if_object();
    if (call == nullptr) reject("Invalid type for '" + where + "': expected an object.", where, "invalid_type");
    if (text_at(*call, "id").empty()) missing(where + ".id");
    if (text_at(*call, "type").empty()) missing(where + ".type");
    known_.emplace(text_at(*call, "id"));
    if (text_at(*call, "type") != "function") return;
    const auto* function = call->if_contains("function");
    if (function == nullptr || !function->is_object()) missing(where + ".function");
    const auto& inner = function->get_object();
    if (text_at(inner, "name").empty()) missing(where + ".function.name");
    const auto* arguments = inner.if_contains("arguments");
    if (arguments == nullptr) missing(where + ".function.arguments");
    if (!arguments->is_string())
      reject("Invalid type for '" + where + ".function.arguments': expected a string.", where + ".function.arguments",
             "invalid_type");
  }

  void check_content(const json::object& message, bool optional) {
    const auto* content = message.if_contains("content");
    const auto where = where_ + ".content";
    if (content == nullptr || content->is_null()) {
      if (optional) return;
      if (content == nullptr) missing(where);
      reject("Invalid value for 'content': expected a string, got null.", where);
    }
    if (content->is_string()) return;
    const auto* parts = content->if_array();
    if (parts == nullptr)
      reject("Invalid type for '" + where + "': expected a string or an array of parts.", where, "invalid_type");
    if (parts->empty())
      reject("Invalid '" + where + "': empty array. Expected an array with minimum length 1.", where, "empty_array");
    for (std::size_t i = 0; i < parts->size(); ++i) check_part((*parts)[i], where + "[" + std::to_string(i) + "]");
  }

  void check_part(const json::value& value, const std::string& where) {
    const auto* part = value.if_object();
    if (part == nullptr) reject("Invalid type for '" + where + "': expected an object.", where, "invalid_type");
    const auto type = text_at(*part, "type");
    if (type.empty()) missing(where + ".type");
    check_part_type(type, where);
    const auto* inner = part->if_contains(type);
    if (inner == nullptr) missing(where + "." + std::string(type));
    const bool is_text = type == "text" || type == "refusal";
    if (is_text ? !inner->is_string() : !inner->is_object())
      reject("Invalid type for '" + where + "." + std::string(type) + "': expected " +
                 (is_text ? "a string." : "an object."),
             where + "." + std::string(type), "invalid_type");
    if (!is_text) check_media(type, inner->get_object(), where + "." + std::string(type));
  }

  void check_part_type(std::string_view type, const std::string& where) {
    const bool text_only = role_ != "user";
    const bool known = type == "text" || (type == "refusal" && role_ == "assistant") ||
                       (type == "image_url" && role_ == "tool") ||
                       (!text_only && (type == "image_url" || type == "input_audio" || type == "file"));
    if (!known)
      reject("Invalid value: '" + std::string(prefix(type, 100)) + "'. Messages of role '" + role_ + "' take " +
                 (text_only ? "text only." : "'text', 'image_url', 'input_audio' and 'file'."),
             where + ".type", "invalid_value");
  }

  static void check_media(std::string_view type, const json::object& inner, const std::string& where) {
    if (type == "image_url" && text_at(inner, "url").empty()) missing(where + ".url");
    if (type == "input_audio" && text_at(inner, "data").empty()) missing(where + ".data");
    if (type == "input_audio" && text_at(inner, "format") != "wav" && text_at(inner, "format") != "mp3")
      reject("Invalid value for '" + where + ".format'. Supported values are: 'wav' and 'mp3'.", where + ".format",
             "invalid_value");
    if (type == "file" && text_at(inner, "file_id").empty() && text_at(inner, "file_data").empty())
      missing(where + ".file_id");
    if (type != "image_url") return;
    const auto url = text_at(inner, "url");
    if (url.substr(0, 5) != "data:" && url.substr(0, 4) != "http")
      reject("Invalid '" + where + ".url': expected an https URL or a data URL.", where + ".url", "invalid_value");
  }

  std::string where_;
  std::string dotted_;
  std::string role_;
  std::set<std::string, std::less<>> known_;       // the ids of the latest calls
  std::set<std::string, std::less<>> unanswered_;  // those of them without a result
};

}  // namespace

void check_messages(const json::value& value) {
  const auto* messages = value.if_array();
  if (messages == nullptr)
    reject("Invalid type for 'messages': expected an array of objects.", "messages", "invalid_type");
  if (messages->empty())
    reject("Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
           "messages", "empty_array");
  MessageChecker checker;
  for (std::size_t i = 0; i < messages->size(); ++i) checker.check((*messages)[i], i);
  checker.end();
}

void check_json_is_mentioned(const json::object& body) {
  const auto* format = body.if_contains("response_format");
  if (format == nullptr || !format->is_object() || text_at(format->get_object(), "type") != "json_object") return;
  const auto& messages = body.at("messages").get_array();
  const bool mentioned = std::any_of(messages.begin(), messages.end(), [](const json::value& message) {
    return to_lower(json::serialize(message)).find("json") != std::string::npos;
  });
  if (!mentioned)
    reject("'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
           "messages");
}

}  // namespace fastccg::sim::openai_chat
