#include <algorithm>
#include <array>

#include "personas/gemini/gemini.hpp"

namespace fastccg::sim::gemini {
namespace {

constexpr std::array data_names{"text",           "inlineData",          "fileData", "functionCall", "functionResponse",
                                "executableCode", "codeExecutionResult", "toolCall", "toolResponse"};

// Walks the contents in order and keeps what the later ones depend on.
class ContentChecker {
 public:
  ContentChecker(bool wants_signatures, std::size_t turn_begin)
      : wants_signatures_(wants_signatures), turn_begin_(turn_begin) {}

  void check(const json::value& value, std::size_t index) {
    where_ = "contents[" + std::to_string(index) + "]";
    const auto* content = value.if_object();
    if (content == nullptr) reject("Invalid value at '" + where_ + "': an object is expected.", where_);
    const auto role = text_at(*content, "role");
    if (!role.empty() && role != "user" && role != "model")
      reject("Please use a valid role: user, model.", where_ + ".role");
    const auto& parts = array_at(*content, "parts");
    if (parts.empty()) reject("* GenerateContentRequest." + where_ + ".parts: must not be empty.", where_ + ".parts");

    std::size_t calls = 0;
    std::size_t responses = 0;
    for (const auto& part : parts) check_part(part, calls, responses, index);
    check_order(role == "model", calls, responses);
    open_calls_ = calls;
    after_model_ = role == "model";
  }

  void end() const {
    if (open_calls_ > 0) unanswered();
  }

 private:
  void check_part(const json::value& value, std::size_t& calls, std::size_t& responses, std::size_t index) {
    const auto* part = value.if_object();
    if (part == nullptr) reject("Invalid value at '" + where_ + ".parts': an object is expected.", where_);
    const auto count =
        std::count_if(data_names.begin(), data_names.end(), [part](const char* name) { return part->contains(name); });
    if (count > 1) reject("Only one kind of data may be set in each part of '" + where_ + "'.", where_ + ".parts");
    if (count == 0 && !part->contains("thoughtSignature"))
      reject("Each part of '" + where_ +
                 "' needs one kind of data: the required oneof field 'data' must have one "
                 "initialized field.",
             where_ + ".parts");
    const auto& call = object_at(*part, "functionCall");
    const auto& response = object_at(*part, "functionResponse");
    if (part->contains("functionCall")) check_call(*part, call, calls++, index);
    if (!part->contains("functionResponse")) return;
    ++responses;
    if (text_at(response, "name").empty())
      reject("* GenerateContentRequest." + where_ + ": function_response.name cannot be empty.", where_);
    const auto* result = response.if_contains("response");
    if (result == nullptr || !result->is_object())
      reject("Invalid value at '" + where_ + ".function_response.response': an object is expected.", where_);
  }

  void check_call(const json::object& part, const json::object& call, std::size_t number, std::size_t index) const {
    if (text_at(call, "name").empty())
      reject("* GenerateContentRequest." + where_ + ": function_call.name cannot be empty.", where_);
    if (const auto* args = call.if_contains("args"); args != nullptr && !args->is_object())
      reject("Invalid value at '" + where_ + ".function_call.args': an object is expected.", where_);
    // Signatures are looked for in the turn that is under way.
    if (wants_signatures_ && number == 0 && index >= turn_begin_ && text_at(part, "thoughtSignature").empty())
      reject("Function call is missing a thought_signature in functionCall parts. Function call `default_api:" +
                 std::string(text_at(call, "name")) + "`.",
             where_);
  }

  void check_order(bool is_model, std::size_t calls, std::size_t responses) const {
    if (calls > 0 && after_model_)
      reject("A function call turn must come immediately after a user turn or after a function response turn.", where_);
    if (responses > 0 && (is_model || open_calls_ == 0))
      reject("A function response turn must come immediately after a function call turn.", where_);
    if (responses != open_calls_) unanswered();
  }

  [[noreturn]] static void unanswered() {
    reject(
        "The number of function response parts must be equal to the number of function call parts of the function call "
        "turn.");
  }

  bool wants_signatures_;
  std::size_t turn_begin_;
  std::string where_;
  std::size_t open_calls_ = 0;
  bool after_model_ = false;
};

// Where the user last said something: what follows is the turn under way.
std::size_t turn_begin(const json::array& contents) {
  for (std::size_t i = contents.size(); i-- > 0;) {
    const auto* content = contents[i].if_object();
    if (content == nullptr || text_at(*content, "role") == "model") continue;
    const auto& parts = array_at(*content, "parts");
    const bool speaks = std::any_of(parts.begin(), parts.end(), [](const json::value& part) {
      return part.is_object() && !part.get_object().contains("functionResponse");
    });
    if (speaks) return i;
  }
  return 0;
}

}  // namespace

void check_contents(const json::object& body, bool wants_signatures) {
  const auto& contents = array_at(body, "contents");
  if (contents.empty()) reject("* GenerateContentRequest.contents: contents is not specified", "contents");
  ContentChecker checker(wants_signatures, turn_begin(contents));
  for (std::size_t i = 0; i < contents.size(); ++i) checker.check(contents[i], i);
  checker.end();
}

}  // namespace fastccg::sim::gemini
