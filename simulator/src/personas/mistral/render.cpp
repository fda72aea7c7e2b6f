#include <boost/json/serialize.hpp>

#include "engine/engine.hpp"
#include "engine/tokens.hpp"
#include "personas/mistral/mistral.hpp"

namespace fastccg::sim::mistral {
namespace {

constexpr std::int64_t created = 1787000000;

std::string_view finish_word(Finish finish) {
  switch (finish) {
    case Finish::length: return "length";
    case Finish::tool_calls: return "tool_calls";
    case Finish::content_filter: return "error";
    case Finish::stop: break;
  }
  return "stop";
}

json::object usage_of(const std::vector<Answer>& answers) {
  const auto input = answers.front().usage.input;
  std::size_t output = 0;
  for (const auto& answer : answers) output += answer.usage.output;
  return {{"prompt_tokens", input},      {"total_tokens", input + output},
          {"completion_tokens", output}, {"prompt_tokens_details", {{"cached_tokens", 0}}},
          {"num_cached_tokens", 0},      {"service_tier", "standard"}};
}

json::object text_chunk(std::string_view text) { return {{"type", "text"}, {"text", text}}; }

json::object thinking_chunk(std::string_view text, bool closed) {
  json::object chunk{{"type", "thinking"}, {"thinking", json::array{text_chunk(text)}}};
  if (closed) chunk["closed"] = true;
  return chunk;
}

/// This service has no word for a refusal: it is text like any other.
std::string said(const Answer& answer) { return answer.text + answer.refusal; }

json::value content_of(const Answer& answer, const std::string& thought) {
  if (thought.empty()) return json::string(said(answer));
  json::array chunks{thinking_chunk(thought, true)};
  if (!said(answer).empty()) chunks.push_back(text_chunk(said(answer)));
  return chunks;
}

json::array calls_of(const Answer& answer, Random& random) {
  json::array calls;
  for (const auto& call : answer.tool_calls) {
    const auto fresh = random.letters(9);
    calls.push_back(json::object{{"id", call.id.empty() ? fresh : call.id},
                                 {"type", "function"},
                                 {"function", {{"name", call.name}, {"arguments", call.arguments}}},
                                 {"index", calls.size()}});
  }
  return calls;
}

/// Writes the events of one choice.
class ChoiceWriter {
 public:
  ChoiceWriter(std::string head, std::size_t index, Random& random)
      : head_(std::move(head) + "{\"index\":" + std::to_string(index) + ",\"delta\":"), random_(random) {}

  std::vector<Event> write(const Answer& answer, const std::string& thought, const std::string& last_usage) {
    usage_ = last_usage;
    add(R"({"role":"assistant","content":""})", false);
    for (const auto token : tokenize(thought)) add_content(json::serialize(json::array{thinking_chunk(token, true)}));
    const auto all = said(answer);
    const auto tokens = tokenize(all);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      // What follows on thoughts begins as a list and goes on as text.
      const auto content =
          i == 0 && !thought.empty() ? json::serialize(json::array{text_chunk(tokens[i])}) : in_quotes(tokens[i]);
      const bool is_last = i + 1 == tokens.size() && answer.tool_calls.empty();
      add_content(content, is_last ? finish_word(answer.finish) : "");
    }
    if (!answer.tool_calls.empty())
      add("{\"content\":\"\",\"tool_calls\":" + json::serialize(calls_of(answer, random_)) + "}", true,
          finish_word(answer.finish));
    else if (tokens.empty())
      add(R"({"content":""})", false, finish_word(answer.finish));
    return std::move(events_);
  }

 private:
  void add_content(const std::string& content, std::string_view finish = "") {
    add("{\"content\":" + content + "}", true, finish);
  }

  void add(const std::string& delta, bool paced, std::string_view finish = "") {
    auto frame = head_ + delta + ",\"finish_reason\":" + (finish.empty() ? "null" : in_quotes(finish)) + "}]";
    if (!finish.empty() && !usage_.empty()) frame += ",\"usage\":" + usage_;
    // Padding of random length, as the service sends it.
    if (paced && finish.empty()) frame += ",\"p\":\"" + random_.letters(1 + random_.below(24)) + "\"";
    events_.emplace_back(frame + "}\n\n", paced);
  }

  std::string head_;
  Random& random_;
  std::string usage_;
  std::vector<Event> events_;
};

}  // namespace

Response render_whole(const ChatPersona::Exchange& exchange) {
  Random random(exchange.identity);
  json::array choices;
  const auto id = to_lower(random.letters(32));
  for (const auto& answer : exchange.answers) {
    auto calls = calls_of(answer, random);
    choices.push_back(
        json::object{{"index", choices.size()},
                     {"finish_reason", finish_word(answer.finish)},
                     {"message",
                      {{"role", "assistant"},
                       {"tool_calls", calls.empty() ? json::value(nullptr) : json::value(std::move(calls))},
                       {"content", content_of(answer, thought_of(answer, exchange.conversation))}}}});
  }
  return {200, json::serialize(json::object{{"id", id},
                                            {"created", created},
                                            {"model", exchange.conversation.model},
                                            {"usage", usage_of(exchange.answers)},
                                            {"object", "chat.completion"},
                                            {"choices", std::move(choices)}})};
}

Response render_stream(const ChatPersona::Exchange& exchange) {
  Random random(exchange.identity);
  const auto head = "data: {\"id\":\"" + to_lower(random.letters(32)) +
                    R"(","object":"chat.completion.chunk","created":)" + std::to_string(created) +
                    ",\"model\":" + in_quotes(exchange.conversation.model) + ",\"choices\":[";
  Response response;
  response.content_type = "text/event-stream; charset=utf-8";
  std::size_t index = 0;
  for (const auto& answer : exchange.answers) {
    const bool is_last = index + 1 == exchange.answers.size();
    auto events = ChoiceWriter(head, index++, random)
                      .write(answer, thought_of(answer, exchange.conversation),
                             is_last ? json::serialize(usage_of(exchange.answers)) : "");
    response.events.insert(response.events.end(), std::make_move_iterator(events.begin()),
                           std::make_move_iterator(events.end()));
  }
  response.events.emplace_back("data: [DONE]\n\n", false);
  return response;
}

}  // namespace fastccg::sim::mistral
