#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "engine/tokens.hpp"
#include "personas/openai_chat/openai_chat.hpp"

namespace fastccg::sim::openai_chat {
namespace {

json::value text_or_null(const std::string& text) {
  if (text.empty()) return nullptr;
  return json::string(text);
}

json::object message_of(const Answer& answer, Random& random) {
  json::object message{{"role", "assistant"}};
  const bool wordless = answer.text.empty() && (!answer.tool_calls.empty() || !answer.refusal.empty());
  message["content"] = wordless ? json::value(nullptr) : json::value(answer.text);
  if (!answer.reasoning.empty()) message["reasoning_content"] = answer.reasoning;
  if (!answer.tool_calls.empty()) {
    json::array calls;
    for (const auto& call : answer.tool_calls)
      calls.push_back({{"id", call_id(call, random)},
                       {"type", "function"},
                       {"function", {{"name", call.name}, {"arguments", call.arguments}}}});
    message["tool_calls"] = std::move(calls);
  }
  message["refusal"] = text_or_null(answer.refusal);
  message["annotations"] = json::array();
  return message;
}

json::value logprobs_of_all(const Answer& answer) {
  json::array content;
  for (const auto token : tokenize(answer.text)) {
    const auto one = logprobs_of(token);
    for (const auto& each : one.at("content").as_array()) content.push_back(each);
  }
  return json::object{{"content", std::move(content)}, {"refusal", nullptr}};
}

}  // namespace

std::string_view finish_word(const Answer& answer, const Details& details) {
  switch (answer.finish) {
    case Finish::stop: return "stop";
    case Finish::length: return "length";
    case Finish::tool_calls: return details.forced_function ? "stop" : "tool_calls";
    case Finish::content_filter: return "content_filter";
  }
  return "stop";
}

json::object usage_of(const std::vector<Answer>& answers) {
  const auto input = answers.front().usage.input;
  std::size_t output = 0;
  std::size_t reasoning = 0;
  for (const auto& answer : answers) {
    output += answer.usage.output;
    reasoning += answer.usage.reasoning;
  }
  return {{"prompt_tokens", input},
          {"completion_tokens", output},
          {"total_tokens", input + output},
          {"prompt_tokens_details", {{"cached_tokens", 0}, {"audio_tokens", 0}}},
          {"completion_tokens_details",
           {{"reasoning_tokens", reasoning},
            {"audio_tokens", 0},
            {"accepted_prediction_tokens", 0},
            {"rejected_prediction_tokens", 0}}}};
}

json::object logprobs_of(std::string_view token) {
  json::array bytes;
  for (const auto c : token) bytes.push_back(static_cast<unsigned char>(c));
  // Some number below zero that follows from the token.
  const auto logprob = -0.001 * static_cast<double>(1 + hash(token) % 500);
  json::array content;
  content.push_back(
      {{"token", token}, {"logprob", logprob}, {"bytes", std::move(bytes)}, {"top_logprobs", json::array()}});
  return {{"content", std::move(content)}, {"refusal", nullptr}};
}

std::string call_id(const ToolCall& call, Random& random) {
  const auto fresh = "call_" + random.letters(24);
  return call.id.empty() ? fresh : call.id;
}

Response render_whole(const ChatPersona::Exchange& exchange, const Details& details) {
  Random random(exchange.identity);
  json::object body{{"id", "chatcmpl-" + random.letters(29)},
                    {"object", "chat.completion"},
                    {"created", openai_created},
                    {"model", openai_snapshot(exchange.conversation.model)}};
  json::array choices;
  for (const auto& answer : exchange.answers)
    choices.push_back({{"index", choices.size()},
                       {"message", message_of(answer, random)},
                       {"logprobs", details.logprobs ? logprobs_of_all(answer) : json::value(nullptr)},
                       {"finish_reason", finish_word(answer, details)}});
  body["choices"] = std::move(choices);
  body["usage"] = usage_of(exchange.answers);
  body["service_tier"] = "default";
  body["system_fingerprint"] = "fp_" + to_lower(random.letters(10));
  return {200, json::serialize(body)};
}

}  // namespace fastccg::sim::openai_chat
