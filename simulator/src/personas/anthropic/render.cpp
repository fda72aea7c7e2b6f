#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "engine/engine.hpp"
#include "engine/tokens.hpp"
#include "personas/anthropic/anthropic.hpp"

namespace fastccg::sim::anthropic {
namespace {

std::string snapshot(std::string_view model) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> dated{{
      {"claude-sonnet-4-5", "-20250929"},
      {"claude-opus-4-5", "-20251101"},
      {"claude-haiku-4-5", "-20251001"},
      {"claude-opus-4-1", "-20250805"},
  }};
  std::string name(model);
  for (const auto& [alias, date] : dated)
    if (alias == model) name += date;
  return name;
}

std::string_view stop_reason(const Answer& answer) {
  if (answer.finish == Finish::length) return "max_tokens";
  if (answer.finish == Finish::content_filter || !answer.refusal.empty()) return "refusal";
  if (!answer.tool_calls.empty()) return "tool_use";
  return answer.stop_sequence.empty() ? "end_turn" : "stop_sequence";
}

/// How the answer ended: members that a whole answer and the end of a stream have.
json::object ending(const Answer& answer) {
  json::object end{{"stop_reason", stop_reason(answer)}, {"stop_sequence", nullptr}, {"stop_details", nullptr}};
  if (end["stop_reason"] == "stop_sequence") end["stop_sequence"] = answer.stop_sequence;
  if (end["stop_reason"] == "refusal")
    end["stop_details"] = {{"type", "refusal"}, {"category", nullptr}, {"explanation", answer.refusal}};
  return end;
}

json::object usage_of(const Answer& answer) {
  json::object usage{{"input_tokens", answer.usage.input},
                     {"cache_creation_input_tokens", 0},
                     {"cache_read_input_tokens", 0},
                     {"output_tokens", answer.usage.output}};
  if (answer.usage.reasoning > 0) usage["output_tokens_details"] = {{"thinking_tokens", answer.usage.reasoning}};
  return usage;
}

std::string call_id(const ToolCall& call, Random& random) {
  return call.id.empty() ? "toolu_01" + random.letters(22) : call.id;
}

/// Arguments are objects on this wire; of those that were cut nothing is left.
json::value input_of(const ToolCall& call) {
  boost::system::error_code failed;
  auto input = json::parse(call.arguments, failed);
  return failed || !input.is_object() ? json::object() : input;
}

std::string thought_of(const ChatPersona::Exchange& exchange) {
  return sim::thought_of(exchange.answers.front(), exchange.conversation);
}

json::object head(const ChatPersona::Exchange& exchange, Random& random) {
  return {{"id", "msg_01" + random.letters(22)},
          {"type", "message"},
          {"role", "assistant"},
          {"model", snapshot(exchange.conversation.model)}};
}

/// Writes the events of an answer. Text is put together by hand: an answer has one event for each token.
class StreamWriter {
 public:
  StreamWriter(const ChatPersona::Exchange& exchange, Random& random)
      : exchange_(exchange), answer_(exchange.answers.front()), random_(random) {}

  std::vector<Event> write() {
    start();
    if (const auto thought = thought_of(exchange_); !thought.empty()) thinking(thought);
    if (!answer_.text.empty()) {
      begin(R"({"type":"text","text":""})");
      for (const auto token : tokenize(answer_.text)) delta("text_delta", "text", token, true);
      end();
    }
    for (const auto& call : answer_.tool_calls) tool_use(call);
    add("message_delta",
        R"("delta":)" + json::serialize(ending(answer_)) + ",\"usage\":" + json::serialize(usage_of(answer_)));
    events_.emplace_back(frame("message_stop", last_frame_data), false);
    return std::move(events_);
  }

 private:
  void start() {
    auto message = head(exchange_, random_);
    message["content"] = json::array();
    message["stop_reason"] = nullptr;
    message["stop_sequence"] = nullptr;
    message["usage"] = usage_of(answer_);
    // What has been generated before the first word leaves; the true number comes at the end.
    message["usage"].get_object()["output_tokens"] = 1 + random_.below(8);
    message["usage"].get_object().erase("output_tokens_details");
    add("message_start", "\"message\":" + json::serialize(message));
  }

  void thinking(const std::string& thought) {
    begin(R"({"type":"thinking","thinking":"","signature":""})");
    for (const auto token : tokenize(thought)) delta("thinking_delta", "thinking", token, true);
    delta("signature_delta", "signature", signature_of(thought), false);
    end();
  }

  void tool_use(const ToolCall& call) {
    begin("{\"type\":\"tool_use\",\"id\":" + in_quotes(call_id(call, random_)) + ",\"name\":" + in_quotes(call.name) +
          ",\"input\":{}}");
    delta("input_json_delta", "partial_json", "", false);
    if (call.arguments != "{}")
      for (const auto token : tokenize(call.arguments)) delta("input_json_delta", "partial_json", token, true);
    end();
  }

  void begin(const std::string& block) {
    add("content_block_start", "\"index\":" + std::to_string(index_) + ",\"content_block\":" + block);
    if (index_ == 0) events_.emplace_back(frame("ping", R"({"type": "ping"})"), false);
  }

  void end() { add("content_block_stop", "\"index\":" + std::to_string(index_++)); }

  void delta(std::string_view type, std::string_view member, std::string_view text, bool paced) {
    add("content_block_delta",
        "\"index\":" + std::to_string(index_) + ",\"delta\":{\"type\":\"" + std::string(type) + "\",\"" +
            std::string(member) + "\":" + in_quotes(text) + "}",
        paced);
  }

  void add(std::string_view type, const std::string& members, bool paced = false) {
    // Padding of random length, as the service sends it.
    const std::string padding(random_.below(12), ' ');
    events_.emplace_back(frame(type, "{\"type\":\"" + std::string(type) + "\"," + members + padding + "}"), paced);
  }

  const ChatPersona::Exchange& exchange_;
  const Answer& answer_;
  Random& random_;
  std::vector<Event> events_;
  std::size_t index_ = 0;
};

}  // namespace

std::string frame(std::string_view type, std::string_view data) {
  std::string text("event: ");
  text.append(type).append("\ndata: ").append(data).append("\n\n");
  return text;
}

std::string signature_of(std::string_view thinking) { return "Er" + Random(hash(thinking, 0x51a9)).letters(62) + "=="; }

Headers headers(std::uint64_t identity) {
  Random random(identity + 7);
  return {{"request-id", "req_" + random.letters(24)},
          {"anthropic-organization-id", "00000000-0000-4000-8000-000000000000"},
          {"anthropic-ratelimit-requests-limit", "4000"},
          {"anthropic-ratelimit-requests-remaining", "3999"},
          {"anthropic-ratelimit-requests-reset", "2026-01-01T00:00:00Z"},
          // The service says this with good answers too.
          {"retry-after", std::to_string(10 + random.below(50))}};
}

Response render_whole(const ChatPersona::Exchange& exchange) {
  const auto& answer = exchange.answers.front();
  Random random(exchange.identity);
  auto message = head(exchange, random);
  json::array content;
  if (const auto thought = thought_of(exchange); !thought.empty())
    content.push_back({{"type", "thinking"}, {"thinking", thought}, {"signature", signature_of(thought)}});
  if (!answer.text.empty()) content.push_back({{"type", "text"}, {"text", answer.text}});
  for (const auto& call : answer.tool_calls)
    content.push_back({{"type", "tool_use"},
                       {"id", call_id(call, random)},
                       {"name", call.name},
                       {"input", input_of(call)},
                       {"caller", {{"type", "direct"}}}});
  message["content"] = std::move(content);
  for (auto& [name, value] : ending(answer)) message[name] = std::move(value);
  message["usage"] = usage_of(answer);
  message["usage"].get_object()["service_tier"] = "standard";
  return Response(200, json::serialize(message));
}

Response render_stream(const ChatPersona::Exchange& exchange) {
  Random random(exchange.identity);
  Response response;
  response.content_type = "text/event-stream; charset=utf-8";
  response.events = StreamWriter(exchange, random).write();
  return response;
}

}  // namespace fastccg::sim::anthropic
