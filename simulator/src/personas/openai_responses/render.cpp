#include "engine/engine.hpp"
#include "engine/tokens.hpp"
#include "model/json_at.hpp"
#include "personas/openai_responses/openai_responses.hpp"

namespace fastccg::sim::openai_responses {
namespace {

constexpr std::size_t id_length = 48;

bool includes(const json::object& body, std::string_view what) {
  for (const auto& each : array_at(body, "include"))
    if (each.is_string() && std::string_view(each.get_string()) == what) return true;
  return false;
}

// A member as it was sent, or else what it is without being sent.
json::value echo(const json::object& body, std::string_view name, const json::value& standard) {
  const auto* value = body.if_contains(name);
  return value == nullptr || value->is_null() ? standard : *value;
}

// Tools come back with what the service has added to them.
json::array tools_of(const json::object& body) {
  json::array tools;
  for (const auto& value : array_at(body, "tools")) {
    auto tool = value.is_object() ? value.get_object() : json::object();
    if (text_at(tool, "type") == "function") {
      if (!tool.contains("description")) tool["description"] = nullptr;
      if (!tool.contains("strict") || tool["strict"].is_null()) tool["strict"] = true;
    }
    tools.push_back(std::move(tool));
  }
  return tools;
}

json::object reasoning_of(const json::object& body, const Conversation& conversation) {
  json::object reasoning{{"effort", nullptr}, {"summary", nullptr}};
  if (conversation.thinks) reasoning["effort"] = "medium";
  for (const auto& [name, value] : object_at(body, "reasoning"))
    if (!value.is_null()) reasoning[name] = value;
  return reasoning;
}

json::object text_of(const json::object& body) {
  json::object text{{"format", {{"type", "text"}}}, {"verbosity", "medium"}};
  for (const auto& [name, value] : object_at(body, "text"))
    if (!value.is_null()) text[name] = value;
  auto& format = text["format"];
  if (format.is_object() && text_at(format.get_object(), "type") == "json_schema") {
    if (!format.get_object().contains("description")) format.get_object()["description"] = nullptr;
    if (!format.get_object().contains("strict")) format.get_object()["strict"] = true;
  }
  return text;
}

json::object head_of(const json::object& body, const Conversation& conversation, const std::string& id) {
  const bool dislikes_sampling = conversation.thinks;
  return {{"id", id},
          {"object", "response"},
          {"created_at", openai_created},
          {"status", ""},
          {"background", flag_at(body, "background")},
          {"completed_at", nullptr},
          {"error", nullptr},
          {"frequency_penalty", 0.0},
          {"incomplete_details", nullptr},
          {"instructions", echo(body, "instructions", nullptr)},
          {"max_output_tokens", echo(body, "max_output_tokens", nullptr)},
          {"max_tool_calls", echo(body, "max_tool_calls", nullptr)},
          {"model", openai_snapshot(conversation.model)},
          {"output", json::array()},
          {"parallel_tool_calls", flag_at(body, "parallel_tool_calls", true)},
          {"presence_penalty", 0.0},
          {"previous_response_id", echo(body, "previous_response_id", nullptr)},
          {"prompt_cache_key", echo(body, "prompt_cache_key", nullptr)},
          {"prompt_cache_retention", echo(body, "prompt_cache_retention", nullptr)},
          {"reasoning", reasoning_of(body, conversation)},
          {"safety_identifier", echo(body, "safety_identifier", nullptr)},
          {"service_tier", "default"},
          {"store", flag_at(body, "store", true)},
          {"temperature", echo(body, "temperature", 1.0)},
          {"text", text_of(body)},
          {"tool_choice", echo(body, "tool_choice", "auto")},
          {"tools", tools_of(body)},
          {"top_logprobs", echo(body, "top_logprobs", 0)},
          {"top_p", echo(body, "top_p", dislikes_sampling ? 0.98 : 1.0)},
          {"truncation", echo(body, "truncation", "disabled")},
          {"usage", nullptr},
          {"user", echo(body, "user", nullptr)},
          {"metadata", echo(body, "metadata", json::object())}};
}

// Newer models say whether a message is their last word.
bool marks_phases(std::string_view model) {
  for (const std::string_view family : {"gpt-5.4", "gpt-5.5", "gpt-5.6", "gpt-5.3-codex"})
    if (model.starts_with(family)) return true;
  return false;
}

json::array logprobs_of(std::string_view text) {
  json::array list;
  for (const auto token : tokenize(text)) {
    json::array bytes;
    for (const auto c : token) bytes.push_back(static_cast<unsigned char>(c));
    list.push_back(json::object{{"token", token},
                                {"bytes", std::move(bytes)},
                                {"logprob", -0.001 * static_cast<double>(1 + hash(token) % 500)},
                                {"top_logprobs", json::array()}});
  }
  return list;
}

class ItemWriter {
 public:
  ItemWriter(const ChatPersona::Exchange& exchange, const json::object& body)
      : conversation_(exchange.conversation),
        answer_(exchange.answers.front()),
        body_(body),
        random_(exchange.identity) {}

  json::array write() {
    if (answer_.usage.reasoning > 0) write_reasoning();
    if (!answer_.text.empty() || !answer_.refusal.empty() || (answer_.tool_calls.empty() && !is_cut())) write_message();
    for (const auto& call : answer_.tool_calls) write_call(call);
    return std::move(items_);
  }

 private:
  bool is_cut() const { return answer_.finish == Finish::length; }

  void write_reasoning() {
    const auto id = "rs_" + to_lower(random_.letters(id_length));
    json::array summary;
    const auto* wanted = object_at(body_, "reasoning").if_contains("summary");
    // What a script has written down is shown even if nobody asked.
    if ((wanted != nullptr && wanted->is_string()) || !answer_.reasoning.empty())
      summary.push_back(json::object{{"type", "summary_text"}, {"text", thought_of(answer_, conversation_)}});
    json::object item{{"id", id}, {"type", "reasoning"}, {"summary", std::move(summary)}};
    if (includes(body_, "reasoning.encrypted_content")) item["encrypted_content"] = encrypted_content_of(id);
    items_.push_back(std::move(item));
  }

  void write_message() {
    json::array content;
    if (!answer_.text.empty() || answer_.refusal.empty())
      content.push_back(json::object{
          {"type", "output_text"},
          {"annotations", json::array()},
          {"logprobs", includes(body_, "message.output_text.logprobs") ? logprobs_of(answer_.text) : json::array()},
          {"text", answer_.text}});
    if (!answer_.refusal.empty()) content.push_back(json::object{{"type", "refusal"}, {"refusal", answer_.refusal}});
    json::object item{{"id", "msg_" + to_lower(random_.letters(id_length))},
                      {"type", "message"},
                      {"status", is_cut() ? "incomplete" : "completed"},
                      {"content", std::move(content)}};
    if (marks_phases(conversation_.model)) item["phase"] = answer_.tool_calls.empty() ? "final_answer" : "commentary";
    item["role"] = "assistant";
    items_.push_back(std::move(item));
  }

  void write_call(const ToolCall& call) {
    const auto id = "fc_" + to_lower(random_.letters(id_length));
    const auto fresh = "call_" + random_.letters(24);
    const bool is_last = &call == &answer_.tool_calls.back();
    items_.push_back(json::object{{"id", id},
                                  {"type", "function_call"},
                                  {"status", is_cut() && is_last ? "incomplete" : "completed"},
                                  {"arguments", call.arguments},
                                  {"call_id", call.id.empty() ? fresh : call.id},
                                  {"name", call.name}});
  }

  const Conversation& conversation_;
  const Answer& answer_;
  const json::object& body_;
  Random random_;
  json::array items_;
};

}  // namespace

std::string encrypted_content_of(std::string_view item_id) {
  constexpr std::size_t length = 160;
  return "gAAAAABp" + Random(hash(item_id)).letters(length);
}

Rendered::Rendered(const ChatPersona::Exchange& exchange, const json::object& body)
    : id("resp_" + to_lower(Random(exchange.identity + 3).letters(id_length))),
      output(ItemWriter(exchange, body).write()),
      head_(head_of(body, exchange.conversation, id)),
      final_status_("completed") {
  const auto& answer = exchange.answers.front();
  usage_ = {{"input_tokens", answer.usage.input},
            {"input_tokens_details", {{"cached_tokens", 0}}},
            {"output_tokens", answer.usage.output},
            {"output_tokens_details", {{"reasoning_tokens", answer.usage.reasoning}}},
            {"total_tokens", answer.usage.input + answer.usage.output}};
  if (answer.finish != Finish::length && answer.finish != Finish::content_filter) return;
  final_status_ = "incomplete";
  incomplete_details_ =
      json::object{{"reason", answer.finish == Finish::length ? "max_output_tokens" : "content_filter"}};
}

json::object Rendered::with_status(std::string_view status) const {
  auto response = head_;
  response["status"] = status;
  if (status != final_status_) return response;
  response["completed_at"] = status == "completed" ? json::value(openai_created + 1) : json::value(nullptr);
  response["incomplete_details"] = incomplete_details_;
  response["output"] = output;
  response["usage"] = usage_;
  return response;
}

}  // namespace fastccg::sim::openai_responses
