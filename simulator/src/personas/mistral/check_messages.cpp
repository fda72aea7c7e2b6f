#include <algorithm>
#include <array>
#include <set>

#include "model/json_at.hpp"
#include "personas/mistral/mistral.hpp"

namespace fastccg::sim::mistral {
namespace {

constexpr std::array chunk_types{"text", "image_url", "document_url", "input_audio", "reference", "file", "thinking"};
constexpr std::size_t id_length = 9;

bool is_call_id(std::string_view id) {
  return id.size() == id_length &&
         std::ranges::all_of(id, [](char c) { return is_lower(c) || is_upper(c) || is_digit(c); });
}

[[noreturn]] void refuse_order(std::string message) {
  refuse(std::move(message), "invalid_request_message_order", "3230");
}

// Walks the messages of a request in order and keeps what the later ones depend on.
class MessageChecker {
 public:
  void check(const json::value& value, std::size_t index) {
    where_ = "messages." + std::to_string(index);
    const auto* message = value.if_object();
    if (message == nullptr) refuse_shape(where_, "model_attributes_type", "Input should be a valid dictionary");
    check_role(*message);
    check_content(*message);
    if (role_ == "tool") return check_result(*message);
    if (calls_ != results_) refuse_count();
    calls_ = results_ = 0;
    ids_.clear();
    is_prefix_ = flag_at(*message, "prefix");
    if (role_ == "assistant") check_assistant(*message);
  }

  /// The last message must leave something to answer.
  void end() const {
    if (calls_ != results_) refuse_count();
    const bool asks = role_ == "user" || role_ == "tool" || is_prefix_;
    if (!asks)
      refuse_order("Expected last role User or Tool (or Assistant with prefix True) for serving but got " + role_);
  }

 private:
  [[noreturn]] static void refuse_count() { refuse_order("Not the same number of function calls and responses"); }

  void check_role(const json::object& message) {
    const auto role = text_at(message, "role");
    const auto before = role_;
    role_ = role;
    if (role != "system" && role != "user" && role != "assistant" && role != "tool")
      refuse_shape(where_, "union_tag_invalid",
                   "Input tag '" + std::string(prefix(role, 100)) +
                       "' found using 'role' does not match any of the expected tags: 'assistant', 'system', 'tool', "
                       "'user'");
    if (role == "tool" && before != "assistant" && before != "tool")
      refuse_order("Unexpected role 'tool' after role '" + before + "'");
  }

  void check_content(const json::object& message) const {
    const auto* content = message.if_contains("content");
    const bool may_lack = role_ == "assistant";
    if (content == nullptr) {
      if (may_lack) return;
      refuse_shape(where_ + ".content", "missing", "Field required");
    }
    if (content->is_null() || content->is_string()) return;
    const auto* chunks = content->if_array();
    if (chunks == nullptr) refuse_shape(where_ + ".content", "string_type", "Input should be a valid string");
    for (std::size_t i = 0; i < chunks->size(); ++i)
      check_chunk((*chunks)[i], where_ + ".content." + std::to_string(i));
  }

  static void check_chunk(const json::value& value, const std::string& where) {
    const auto* chunk = value.if_object();
    if (chunk == nullptr) refuse_shape(where, "model_attributes_type", "Input should be a valid dictionary");
    const auto type = text_at(*chunk, "type");
    if (std::ranges::find(chunk_types, type) == chunk_types.end())
      refuse_shape(where, "union_tag_invalid",
                   "Input tag '" + std::string(prefix(type, 100)) +
                       "' found using 'type' does not match any of the expected tags");
    const auto needed = type == "reference" ? "reference_ids" : type == "file" ? "file_id" : type;
    if (!chunk->contains(needed)) refuse_shape(where + "." + std::string(needed), "missing", "Field required");
  }

  void check_assistant(const json::object& message) {
    const auto& calls = array_at(message, "tool_calls");
    const auto* content = message.if_contains("content");
    const bool says = content != nullptr && ((content->is_string() && !content->get_string().empty()) ||
                                             (content->is_array() && !content->get_array().empty()));
    if (!says && calls.empty() && !is_prefix_)
      refuse("Assistant message must have either content or tool_calls, but not none.",
             "invalid_request_assistant_message", "3240");
    for (std::size_t i = 0; i < calls.size(); ++i) check_call(calls[i], where_ + ".tool_calls." + std::to_string(i));
    calls_ = calls.size();
  }

  void check_call(const json::value& value, const std::string& where) {
    const auto* call = value.if_object();
    if (call == nullptr) refuse_shape(where, "model_attributes_type", "Input should be a valid dictionary");
    const auto& function = object_at(*call, "function");
    if (!call->contains("function")) refuse_shape(where + ".function", "missing", "Field required");
    if (text_at(function, "name").empty()) refuse_shape(where + ".function.name", "missing", "Field required");
    const auto* arguments = function.if_contains("arguments");
    if (arguments == nullptr) refuse_shape(where + ".function.arguments", "missing", "Field required");
    if (!arguments->is_string() && !arguments->is_object())
      refuse_shape(where + ".function.arguments", "string_type", "Input should be a valid string");
    check_id(text_at(*call, "id"));
    ids_.emplace(text_at(*call, "id"));
  }

  void check_result(const json::object& message) {
    const auto id = text_at(message, "tool_call_id");
    check_id(id);
    if (ids_.find(id) == ids_.end())
      refuse("Unexpected tool call id " + std::string(id) + " in tool results", "invalid_request_message_order",
             "3230");
    if (++results_ > calls_) refuse_count();
  }

  static void check_id(std::string_view id) {
    if (!is_call_id(id))
      refuse("Tool call id was " + std::string(id.empty() ? "None" : prefix(id, 100)) +
                 " but must be a-z, A-Z, 0-9, with a length of 9.",
             "invalid_function_call", "3280");
  }

  std::string where_;
  std::string role_;
  std::set<std::string, std::less<>> ids_;  // of the latest calls
  std::size_t calls_ = 0;
  std::size_t results_ = 0;
  bool is_prefix_ = false;
};

}  // namespace

void check_messages(const json::object& body) {
  const auto& messages = body.at("messages").get_array();
  if (messages.empty()) refuse("Conversation must have at least one message", "invalid_request_message_order", "3230");
  MessageChecker checker;
  for (std::size_t i = 0; i < messages.size(); ++i) checker.check(messages[i], i);
  checker.end();
}

}  // namespace fastccg::sim::mistral
