#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <set>

#include "model/json_at.hpp"
#include "personas/openai_responses/openai_responses.hpp"

namespace fastccg::sim::openai_responses {
namespace {

using openai::missing;

// Items of tools that the service runs itself, and the like: they come back as they were given.
bool is_opaque(std::string_view type) {
  constexpr std::array others{"item_reference", "compaction", "mcp_list_tools", "additional_tools"};
  return type.ends_with("_call") || type.ends_with("_call_output") || type.ends_with("_approval_request") ||
         type.ends_with("_approval_response") || type.ends_with("_output") ||
         std::ranges::find(others, type) != others.end();
}

// Walks the items of a request in order and keeps what the later ones depend on.
class ItemChecker {
 public:
  void check(const json::value& value, std::size_t index) {
    where_ = "input[" + std::to_string(index) + "]";
    const auto* item = value.if_object();
    if (item == nullptr) reject("Invalid type for '" + where_ + "': expected an object.", where_, "invalid_type");
    const auto type = item->contains("type") ? text_at(*item, "type") : "message";
    check_what_follows_on_thoughts(type);
    if (type == "message") return check_message(*item);
    if (type == "function_call") return check_call(*item);
    if (type == "function_call_output") return check_result(*item);
    if (type == "reasoning") return check_reasoning(*item);
    if (!is_opaque(type))
      reject("Invalid value: '" + std::string(prefix(type, 100)) + "'. It is no type of item.", where_ + ".type",
             "invalid_value");
  }

  void end() const {
    if (!thought_.empty()) refuse_thought();
    if (!unanswered_.empty()) reject("No tool output found for function call " + *unanswered_.begin() + ".", "input");
  }

 private:
  [[noreturn]] void refuse_thought() const {
    reject("Item '" + thought_ + "' of type 'reasoning' was provided without its required following item.", "input");
  }

  // Thoughts stand before what they led to: something that the model said or did.
  void check_what_follows_on_thoughts(std::string_view type) {
    if (thought_.empty() || type == "reasoning") return;
    if (type == "function_call_output") refuse_thought();
    after_thought_ = thought_;
    thought_.clear();
  }

  void check_message(const json::object& item) {
    const auto role = text_at(item, "role");
    if (!item.contains("role")) missing(where_ + ".role");
    if (role != "user" && role != "assistant" && role != "system" && role != "developer")
      reject("Invalid value: '" + std::string(prefix(role, 100)) +
                 "'. Supported values are: 'assistant', 'system', 'developer', and 'user'.",
             where_ + ".role", "invalid_value");
    if (!after_thought_.empty() && role != "assistant") {
      thought_ = after_thought_;
      refuse_thought();
    }
    after_thought_.clear();
    const auto* content = item.if_contains("content");
    if (content == nullptr || content->is_null()) missing(where_ + ".content");
    if (content->is_string()) return;
    const auto* parts = content->if_array();
    if (parts == nullptr)
      reject("Invalid type for '" + where_ + ".content': expected a string or an array.", where_ + ".content",
             "invalid_type");
    for (std::size_t i = 0; i < parts->size(); ++i)
      check_part((*parts)[i], role == "assistant", where_ + ".content[" + std::to_string(i) + "]");
  }

  static void check_part(const json::value& value, bool is_assistant, const std::string& where) {
    const auto* part = value.if_object();
    if (part == nullptr) reject("Invalid type for '" + where + "': expected an object.", where, "invalid_type");
    const auto type = text_at(*part, "type");
    if (type.empty()) missing(where + ".type");
    const bool is_said = type == "output_text" || type == "refusal";
    const bool is_given =
        type == "input_text" || type == "input_image" || type == "input_file" || type == "input_audio";
    if (is_assistant ? !is_said : !is_given)
      reject("Invalid value: '" + std::string(prefix(type, 100)) + "'. Supported values are: " +
                 (is_assistant ? "'output_text' and 'refusal'." : "'input_text', 'input_image' and 'input_file'."),
             where, "invalid_value");
    const auto* text = part->if_contains(type == "refusal" ? "refusal" : "text");
    if ((is_said || type == "input_text") && (text == nullptr || !text->is_string()))
      missing(where + (type == "refusal" ? ".refusal" : ".text"));
    if (type == "input_image") check_image(*part, where);
    if (type == "input_file" && text_at(*part, "file_id").empty() && text_at(*part, "file_url").empty() &&
        text_at(*part, "file_data").empty())
      missing(where + ".file_id");
  }

  static void check_image(const json::object& part, const std::string& where) {
    const auto* url = part.if_contains("image_url");
    if (url != nullptr && url->is_object())
      reject("Invalid type for '" + where + ".image_url': expected a string, but got an object instead.",
             where + ".image_url", "invalid_type");
    const auto address = text_at(part, "image_url");
    if (address.empty() && text_at(part, "file_id").empty()) missing(where + ".image_url");
    if (!address.empty() && !address.starts_with("data:") && !address.starts_with("http"))
      reject("Invalid '" + where + ".image_url'. Expected a valid URL.", where + ".image_url", "invalid_value");
  }

  void check_call(const json::object& item) {
    after_thought_.clear();
    const auto id = text_at(item, "call_id");
    if (id.empty()) missing(where_ + ".call_id");
    if (text_at(item, "name").empty()) missing(where_ + ".name");
    const auto* arguments = item.if_contains("arguments");
    if (arguments == nullptr) missing(where_ + ".arguments");
    if (!arguments->is_string())
      reject("Invalid type for '" + where_ + ".arguments': expected a string.", where_ + ".arguments", "invalid_type");
    called_.emplace(id);
    unanswered_.emplace(id);
  }

  void check_result(const json::object& item) {
    constexpr std::size_t longest_id = 64;
    const std::string id(text_at(item, "call_id"));
    if (id.empty()) missing(where_ + ".call_id");
    if (id.size() > longest_id)
      reject("Invalid '" + where_ + ".call_id': string too long. Expected a string with maximum length 64.",
             where_ + ".call_id", "string_above_max_length");
    if (called_.find(id) == called_.end())
      reject("No tool call found for function call output with call_id " + id + ".", "input");
    unanswered_.erase(id);
    const auto* output = item.if_contains("output");
    if (output == nullptr) missing(where_ + ".output");
    if (!output->is_string() && !output->is_array())
      reject("Invalid type for '" + where_ + ".output': expected a string or an array.", where_ + ".output",
             "invalid_type");
    if (output->is_array())
      for (std::size_t i = 0; i < output->get_array().size(); ++i)
        check_part(output->get_array()[i], false, where_ + ".output[" + std::to_string(i) + "]");
  }

  void check_reasoning(const json::object& item) {
    const std::string id(text_at(item, "id"));
    if (!item.contains("summary")) missing(where_ + ".summary");
    const auto encrypted = text_at(item, "encrypted_content");
    // Whoever changes a letter of it, or puts it into another item, is found out.
    if (!encrypted.empty() && id.starts_with("rs_") && encrypted != encrypted_content_of(id))
      reject("The encrypted content for item " + id + " could not be verified.", "", "invalid_encrypted_content");
    thought_ = id.empty() ? where_ : id;
  }

  std::string where_;
  std::string thought_;        // reasoning that nothing has followed on yet
  std::string after_thought_;  // the same for the item that is looked at
  std::set<std::string, std::less<>> called_;
  std::set<std::string, std::less<>> unanswered_;
};

}  // namespace

void check_items(const json::array& items) {
  ItemChecker checker;
  for (std::size_t i = 0; i < items.size(); ++i) checker.check(items[i], i);
  checker.end();
}

}  // namespace fastccg::sim::openai_responses
