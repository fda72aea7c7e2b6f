#include <algorithm>
#include <set>

#include "model/json_at.hpp"
#include "personas/anthropic/anthropic.hpp"

namespace fastccg::sim::anthropic {
namespace {

bool is_id(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_lower(c) || is_upper(c) || is_digit(c) || c == '_' || c == '-';
  });
}

// Walks the messages of a request in order and keeps what the later ones depend on.
class MessageChecker {
 public:
  explicit MessageChecker(int generation) : generation_(generation) {}

  void check(const json::value& value, std::size_t index) {
    where_ = "messages." + std::to_string(index);
    if (!value.is_object()) reject(where_ + ": Input should be an object");
    const auto& message = value.get_object();
    check_role(text_at(message, "role"));
    const auto* content = message.if_contains("content");
    if (content == nullptr) reject(where_ + ".content: Field required");
    if (content->is_string()) {
      check_text(content->get_string());
    } else if (content->is_array()) {
      for (std::size_t i = 0; i < content->get_array().size(); ++i)
        check_block(content->get_array()[i], where_ + ".content." + std::to_string(i));
    } else {
      reject(where_ + ".content: Input should be a valid string or list");
    }
    if (role_ == "user") end_of_results();
  }

  /// After the last message nothing may be left unanswered.
  void end() {
    end_of_results();
    if (role_ != "assistant" || ends_with_service_block_) return;
    if (generation_ >= 406)
      reject("This model does not support assistant message prefill. The conversation must end with a user message.");
    if (!last_text_.empty() && is_space(last_text_.back()))
      reject("messages: final assistant content cannot end with trailing whitespace");
  }

 private:
  void check_role(std::string_view role) {
    if (role != "user" && role != "assistant" && !(role == "system" && (generation_ == 0 || generation_ >= 408)))
      reject(where_ + ".role: Input should be 'user' or 'assistant'");
    // Neighbours of one role are one turn to the service.
    if (role == "assistant" && role_ != "assistant") {
      calls_.clear();
      end_of_results();
    }
    begins_turn_ = role != role_;
    role_ = role;
    last_text_.clear();
    ends_with_service_block_ = false;
    if (begins_turn_) has_other_than_results_ = false;
  }

  void end_of_results() const {
    if (unanswered_.empty()) return;
    std::string ids;
    for (const auto& id : unanswered_) ids += (ids.empty() ? "" : ", ") + id;
    reject(where_ + ": `tool_use` ids were found without `tool_result` blocks immediately after: " + ids +
           ". Each `tool_use` block must have a corresponding `tool_result` block in the next message.");
  }

  void check_text(std::string_view text) {
    if (text.empty()) reject("messages: text content blocks must be non-empty");
    if (trim(text).empty()) reject("messages: text content blocks must contain non-whitespace text");
    last_text_ = text;
    has_other_than_results_ = true;
  }

  void check_block(const json::value& value, const std::string& where) {
    if (!value.is_object()) reject(where + ": Input should be an object");
    const auto& block = value.get_object();
    const auto type = text_at(block, "type");
    if (type.empty()) reject(where + ".type: Field required");
    last_text_.clear();
    ends_with_service_block_ = false;
    if (type == "text") return check_text(text_at(block, "text"));
    if (type == "tool_result") return check_result(block, where);
    has_other_than_results_ = true;
    if (type == "tool_use")
      check_call(block, where);
    else if (type == "thinking")
      check_thinking(block, where);
    else if (type == "image" || type == "document")
      check_source(type, block, where);
    else if (type == "redacted_thinking" && text_at(block, "data").empty())
      reject(where + ".redacted_thinking.data: Field required");
    else
      ends_with_service_block_ = type != "redacted_thinking";
  }

  void check_call(const json::object& block, const std::string& where) {
    if (role_ != "assistant") reject(where + ": `tool_use` blocks can only be in `assistant` messages");
    const auto id = text_at(block, "id");
    if (!is_id(id)) reject(where + ".tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'");
    if (text_at(block, "name").empty()) reject(where + ".tool_use.name: Field required");
    const auto* input = block.if_contains("input");
    if (input == nullptr || !input->is_object()) reject(where + ".tool_use.input: Input should be an object");
    if (!calls_.emplace(id).second) reject("messages: `tool_use` ids must be unique");
    unanswered_.emplace(id);
  }

  void check_result(const json::object& block, const std::string& where) {
    if (role_ != "user") reject(where + ": `tool_result` blocks can only be in `user` messages");
    const std::string id(text_at(block, "tool_use_id"));
    if (!calls_.contains(id))
      reject(where + ": unexpected `tool_use_id` found in `tool_result` blocks: " + id +
             ". Each `tool_result` block must have a corresponding `tool_use` block in the previous message.");
    if (unanswered_.erase(id) == 0)
      reject(where + ": each tool_use must have a single result. Found multiple `tool_result` blocks with id: " + id);
    if (has_other_than_results_) reject(where + ": `tool_result` blocks must come before other content");
    const auto* content = block.if_contains("content");
    if (content != nullptr && content->is_array() && content->get_array().empty())
      reject(where + ".tool_result.content: List should have at least 1 item");
  }

  void check_thinking(const json::object& block, const std::string& where) {
    if (role_ != "assistant") reject(where + ": `thinking` blocks can only be in `assistant` messages");
    if (text_at(block, "signature") != signature_of(text_at(block, "thinking")))
      reject(where + ": Invalid `signature` in `thinking` block");
  }

  void check_source(std::string_view type, const json::object& block, const std::string& where) {
    if (role_ != "user") reject(where + ": `" + std::string(type) + "` blocks can only be in `user` messages");
    const auto& source = object_at(block, "source");
    const auto kind = text_at(source, "type");
    const auto member = kind == "url" ? "url" : kind == "file" ? "file_id" : kind == "content" ? "content" : "data";
    if (kind.empty() || source.if_contains(member) == nullptr)
      reject(where + "." + std::string(type) + ".source." + (kind.empty() ? "type" : member) + ": Field required");
    if (kind == "base64" && text_at(source, "media_type").empty())
      reject(where + "." + std::string(type) + ".source.base64.media_type: Field required");
  }

  int generation_;
  std::string where_;
  std::string role_;
  std::string last_text_;  // of the message at hand, if text is what it ends with
  bool begins_turn_ = false;
  bool has_other_than_results_ = false;
  bool ends_with_service_block_ = false;
  std::set<std::string, std::less<>> calls_;       // the ids of the latest calls
  std::set<std::string, std::less<>> unanswered_;  // those of them without a result
};

/// With a budget, an answer that goes on after results must have begun with thinking.
void check_continuation(const json::object& body) {
  if (text_at(object_at(body, "thinking"), "type") != "enabled") return;
  const auto& messages = array_at(body, "messages");
  if (messages.size() < 2) return;
  const auto& last = array_at(messages.back().get_object(), "content");
  const auto& before = array_at(messages[messages.size() - 2].get_object(), "content");
  const bool goes_on = !last.empty() && text_at(last.front().get_object(), "type") == "tool_result";
  if (!goes_on || before.empty()) return;
  const auto first = text_at(before.front().get_object(), "type");
  if (first != "thinking" && first != "redacted_thinking")
    reject("messages." + std::to_string(messages.size() - 2) +
           ".content.0.type: Expected `thinking` or `redacted_thinking`, but found `" + std::string(first) + "`.");
}

}  // namespace

void check_messages(const json::object& body, std::string_view model) {
  const auto& messages = array_at(body, "messages");
  if (messages.empty()) reject("messages: at least one message is required");
  MessageChecker checker(generation_of(model));
  for (std::size_t i = 0; i < messages.size(); ++i) checker.check(messages[i], i);
  checker.end();
  check_continuation(body);
}

}  // namespace fastccg::sim::anthropic
