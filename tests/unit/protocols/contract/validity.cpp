#include "validity.hpp"

#include <algorithm>

#include "json/reader.hpp"

namespace fastccg::protocols::contract {

namespace {

using json::Node;
using Ids = std::vector<std::string>;

bool is_alphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

/// What is wrong with content that may be a text or a list of parts, each with a type.
std::string content_problem(const Node& content) {
  if (content.is_string() || content.is_null()) return {};
  if (!content.is_array() || content.size() == 0) return "content is neither text nor a list with something in it";
  for (const auto part : content.elements())
    if (part["type"].text().empty()) return "a part has no type: " + part.serialized();
  return {};
}

class Chat {
 public:
  explicit Chat(const Speaker& speaker) : speaker_(speaker) {}

  std::string problem(const Node& body) {
    for (const auto message : body["messages"].elements())
      if (auto wrong = problem_of(message); !wrong.empty()) return wrong + " in " + message.serialized();
    if (!open_.empty()) return "the call " + open_.front() + " has no result";
    return body["messages"].size() == 0 ? "there are no messages" : "";
  }

 private:
  std::string problem_of(const Node& message) {
    const auto role = message["role"].text();
    if (auto wrong = content_problem(message["content"]); !wrong.empty()) return wrong;
    if (role == "tool") {
      if (open_.empty() || message["tool_call_id"].text() != open_.front()) return "a result out of place";
      open_.erase(open_.begin());
      last_ = role;
      return {};
    }
    if (!open_.empty()) return "the call " + open_.front() + " has no result";
    const bool must_alternate = speaker_.dialect.has(Quirk::alternating_roles);
    if (must_alternate && role == last_ && role != "tool") return "the same role twice";
    last_ = role;
    if (role != "assistant") return role == "user" || role == "system" ? "" : "an unknown role";
    const auto calls = message["tool_calls"];
    if (message["content"].text().empty() && !message["content"].is_array() && calls.size() == 0 &&
        !message["refusal"].is_string() && !message["reasoning_details"].is_array() && !message["reasoning_content"])
      return "an answer that says nothing";
    for (const auto call : calls.elements()) {
      const std::string id(call["id"].text());
      if (id.empty() || std::ranges::find(open_, id) != open_.end()) return "an id that is empty or used twice";
      if (speaker_.dialect.has(Quirk::short_call_ids) && (id.size() != 9 || !std::ranges::all_of(id, is_alphanumeric)))
        return "an id that is not nine letters and digits";
      open_.push_back(id);
    }
    return {};
  }

  const Speaker& speaker_;
  Ids open_;
  std::string last_;
};

std::string responses_problem(const Node& body) {
  Ids open;
  bool after_reasoning = false;
  for (const auto item : body["input"].elements()) {
    const auto type = item["type"].text();
    if (type == "reasoning") {
      after_reasoning = true;
      continue;
    }
    const bool is_result = type.ends_with("_output");
    if (is_result && after_reasoning) return "reasoning without what followed it";
    after_reasoning = false;
    if (is_result) {
      const auto call = std::ranges::find(open, std::string(item["call_id"].text()));
      if (call == open.end()) return "a result without its call: " + item.serialized();
      open.erase(call);
      if (item["output"].is_array() && item["output"].size() == 0) return "an empty result";
    } else if (type == "function_call" || type == "custom_tool_call") {
      const auto id = item["call_id"].text();
      if (id.empty() || id.size() > 64) return "an id of no or over 64 characters";
      open.emplace_back(id);
    } else if (!item["role"].text().empty()) {
      if (!open.empty()) return "the call " + open.front() + " has no result";
      if (auto wrong = content_problem(item["content"]); !wrong.empty()) return wrong;
    }
  }
  if (after_reasoning) return "reasoning without what followed it";
  if (!open.empty()) return "the call " + open.front() + " has no result";
  return body["input"].size() == 0 ? "there is no input" : "";
}

std::string messages_problem(const Node& body) {
  Ids open;
  std::string last;
  for (const auto message : body["messages"].elements()) {
    const std::string role(message["role"].text());
    if (role == last) return "the same role twice";
    last = role;
    if (message["content"].size() == 0) return "a message without blocks";
    bool past_results = false;
    Ids calls;
    for (const auto block : message["content"].elements()) {
      const auto type = block["type"].text();
      if (type.empty()) return "a block without a type: " + block.serialized();
      if (type == "text" && block["text"].text().find_first_not_of(" \n\t") == std::string_view::npos)
        return "a text of nothing";
      if (type == "tool_use") {
        const std::string id(block["id"].text());
        if (id.empty() || !std::ranges::all_of(id, [](char c) { return is_alphanumeric(c) || c == '_' || c == '-'; }))
          return "an id with characters that are not allowed";
        if (!block["input"].is_object()) return "input that is no object";
        calls.push_back(id);
      } else if (type == "tool_result") {
        const auto call = std::ranges::find(open, std::string(block["tool_use_id"].text()));
        if (call == open.end() || past_results) return "a result out of place";
        open.erase(call);
        continue;
      }
      past_results = true;
    }
    if (!open.empty()) return "the call " + open.front() + " has no result in the next message";
    open = calls;
  }
  if (!open.empty()) return "the call " + open.front() + " has no result";
  return body["messages"].size() == 0 ? "there are no messages" : "";
}

std::string generate_problem(const Node& body) {
  std::size_t open = 0;
  for (const auto content : body["contents"].elements()) {
    if (content["parts"].size() == 0) return "a content without parts";
    if (content["role"].text() != "user" && content["role"].text() != "model") return "an unknown role";
    std::size_t calls = 0;
    std::size_t results = 0;
    for (const auto part : content["parts"].elements()) {
      if (part.size() == 0) return "a part with nothing in it";
      if (part["functionCall"] && !part["functionCall"]["args"].is_object()) return "arguments that are no object";
      if (part["functionCall"] && calls++ == 0 && !part["thoughtSignature"]) return "a first call without a signature";
      if (part["functionResponse"]) ++results;
    }
    if (results != open) return "not as many results as calls";
    open = calls;
  }
  if (open > 0) return "a call without a result";
  return body["contents"].size() == 0 ? "there are no contents" : "";
}

/// Collects the texts of the members of that name, wherever they stand.
void collect(const Node& node, std::string_view name, Ids& out) {
  for (const auto element : node.elements()) collect(element, name, out);
  for (const auto& [key, value] : node.members()) {
    if (key == name && value.is_string()) out.emplace_back(value.text());
    collect(value, name, out);
  }
}

}  // namespace

std::string problem_in(const Speaker& speaker, const std::string& body) {
  json::BorrowedReader reader;
  const auto root = reader->parse(body);
  if (!root) return "it is not JSON: " + reader->error();
  switch (speaker.speaks) {
    case Speaks::chat_completions: return Chat(speaker).problem(*root);
    case Speaks::responses: return responses_problem(*root);
    case Speaks::messages: return messages_problem(*root);
    case Speaks::generate_content: return generate_problem(*root);
  }
  return "the protocol has no rules here";
}

std::vector<std::string> call_ids(const Speaker& speaker, const std::string& body) {
  json::BorrowedReader reader;
  const auto root = reader->parse(body);
  Ids ids;
  if (!root) return ids;
  switch (speaker.speaks) {
    case Speaks::chat_completions: collect((*root)["messages"], "tool_call_id", ids); break;
    case Speaks::responses: collect((*root)["input"], "call_id", ids); break;
    case Speaks::messages: collect((*root)["messages"], "tool_use_id", ids); break;
    case Speaks::generate_content: collect((*root)["contents"], "id", ids); break;
  }
  return ids;
}

}  // namespace fastccg::protocols::contract
