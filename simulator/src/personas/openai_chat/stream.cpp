#include <algorithm>
#include <boost/json/serialize.hpp>

#include "engine/tokens.hpp"
#include "personas/openai_chat/openai_chat.hpp"

namespace fastccg::sim::openai_chat {
namespace {

// Writes the events of one choice. Text is put together by hand: an answer has one event for each token.
class ChoiceWriter {
 public:
  ChoiceWriter(std::string head, std::size_t index, const Details& details, Random& random)
      : head_(std::move(head) + "{\"index\":" + std::to_string(index) + ",\"delta\":"),
        details_(details),
        random_(random) {}

  std::vector<Event> write(const Answer& answer) {
    const bool wordless = answer.text.empty() && !answer.tool_calls.empty();
    add(R"({"role":"assistant","content":)" + std::string(wordless ? "null" : "\"\"") + R"(,"refusal":null})", false);
    for (const auto token : tokenize(answer.reasoning)) add_text("reasoning_content", token);
    for (const auto token : tokenize(answer.text)) add_text("content", token, details_.logprobs);
    for (const auto token : tokenize(answer.refusal)) add_text("refusal", token);
    for (std::size_t i = 0; i < answer.tool_calls.size(); ++i) add_call(answer.tool_calls[i], i);
    add("{}", false, "null", in_quotes(finish_word(answer, details_)));
    return std::move(events_);
  }

 private:
  void add_text(std::string_view field, std::string_view token, bool with_logprobs = false) {
    add("{\"" + std::string(field) + "\":" + in_quotes(token) + "}", true,
        with_logprobs ? json::serialize(logprobs_of(token)) : "null");
  }

  void add_call(const ToolCall& call, std::size_t index) {
    const auto open = R"({"tool_calls":[{"index":)" + std::to_string(index);
    add(open + ",\"id\":" + in_quotes(call_id(call, random_)) + R"(,"type":"function","function":{"name":)" +
            in_quotes(call.name) + R"(,"arguments":""}}]})",
        true);
    for (const auto token : tokenize(call.arguments))
      add(open + R"(,"function":{"arguments":)" + in_quotes(token) + "}}]}", true);
  }

  void add(const std::string& delta, bool paced, std::string_view logprobs = "null", std::string_view finish = "null") {
    std::string frame;
    frame.reserve(head_.size() + delta.size() + 128);
    frame.append(head_)
        .append(delta)
        .append(",\"logprobs\":")
        .append(logprobs)
        .append(",\"finish_reason\":")
        .append(finish);
    frame.append("}]");
    if (details_.include_usage) frame.append(",\"usage\":null");
    // Padding of random length, as the service sends it.
    if (details_.include_obfuscation)
      frame.append(",\"obfuscation\":\"").append(random_.letters(1 + random_.below(8))).append("\"");
    frame.append("}\n\n");
    events_.emplace_back(std::move(frame), paced);
  }

  std::string head_;
  const Details& details_;
  Random& random_;
  std::vector<Event> events_;
};

// Takes from each choice in turn, as they come when several are generated at once.
std::vector<Event> interleave(std::vector<std::vector<Event>> choices) {
  if (choices.size() == 1) return std::move(choices.front());
  std::vector<Event> events;
  for (std::size_t i = 0, left = choices.size(); left > 0; ++i) {
    left = 0;
    for (auto& choice : choices) {
      if (i < choice.size()) events.push_back(std::move(choice[i]));
      if (i + 1 < choice.size()) ++left;
    }
  }
  return events;
}

}  // namespace

Response render_stream(const ChatPersona::Exchange& exchange, const Details& details) {
  Random random(exchange.identity);
  const auto id = "chatcmpl-" + random.letters(29);
  const auto head =
      "data: {\"id\":\"" + id + R"(","object":"chat.completion.chunk","created":)" + std::to_string(openai_created) +
      ",\"model\":" + in_quotes(openai_snapshot(exchange.conversation.model)) +
      R"(,"service_tier":"default","system_fingerprint":"fp_)" + to_lower(random.letters(10)) + R"(","choices":[)";
  std::vector<std::vector<Event>> choices;
  for (const auto& answer : exchange.answers)
    choices.push_back(ChoiceWriter(head, choices.size(), details, random).write(answer));
  Response response;
  response.content_type = "text/event-stream; charset=utf-8";
  response.events = interleave(std::move(choices));
  if (details.include_usage)
    response.events.emplace_back(head + "],\"usage\":" + json::serialize(usage_of(exchange.answers)) + "}\n\n", false);
  response.events.emplace_back("data: [DONE]\n\n", false);
  return response;
}

}  // namespace fastccg::sim::openai_chat
