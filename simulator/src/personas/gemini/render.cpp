#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "engine/engine.hpp"
#include "engine/tokens.hpp"
#include "personas/gemini/gemini.hpp"

namespace fastccg::sim::gemini {
namespace {

constexpr std::size_t signature_length = 72;

/// One answer or event; candidates and usage are put in by those who know them.
class Frame {
 public:
  Frame(const ChatPersona::Exchange& exchange, Random& random)
      : model_(exchange.conversation.model), id_(random.letters(22)) {}

  json::object with(json::array candidates, json::object usage) const {
    return {{"candidates", std::move(candidates)},
            {"usageMetadata", std::move(usage)},
            {"modelVersion", model_},
            {"responseId", id_}};
  }

 private:
  std::string model_;
  std::string id_;
};

/// The service leaves out what is zero.
json::object usage_of(std::size_t input, std::size_t text, std::size_t thoughts) {
  json::object usage{{"promptTokenCount", input}};
  if (text > 0) usage["candidatesTokenCount"] = text;
  usage["totalTokenCount"] = input + text + thoughts;
  usage["promptTokensDetails"] = json::array{json::object{{"modality", "TEXT"}, {"tokenCount", input}}};
  if (thoughts > 0) usage["thoughtsTokenCount"] = thoughts;
  return usage;
}

std::string_view finish_word(Finish finish) {
  switch (finish) {
    case Finish::length: return "MAX_TOKENS";
    case Finish::content_filter: return "SAFETY";
    case Finish::stop:
    case Finish::tool_calls: break;
  }
  return "STOP";
}

json::object text_part(std::string_view text) { return {{"text", text}}; }
json::object thought_part(std::string_view text) { return {{"text", text}, {"thought", true}}; }

json::object call_part(const ToolCall& call, bool is_first, const Details& details, Random& random) {
  boost::system::error_code cut;
  auto args = json::parse(call.arguments, cut);
  json::object inner{{"name", call.name}, {"args", !cut && args.is_object() ? args : json::object()}};
  const auto fresh = to_lower(random.letters(8));
  if (!call.id.empty() || details.is_newest) inner["id"] = call.id.empty() ? fresh : call.id;
  json::object part{{"functionCall", std::move(inner)}};
  // Of parallel calls only the first is signed.
  if (is_first) part["thoughtSignature"] = random.letters(signature_length);
  return part;
}

json::object signature_part(Random& random) {
  return {{"text", ""}, {"thoughtSignature", random.letters(signature_length)}};
}

void end_candidate(json::object& candidate, const Answer& answer, const Details& details) {
  candidate["finishReason"] = finish_word(answer.finish);
  if (!answer.tool_calls.empty() && details.is_newest) candidate["finishMessage"] = "Model generated function call(s).";
  if (answer.finish == Finish::content_filter)
    candidate["safetyRatings"] = json::array{
        json::object{{"category", "HARM_CATEGORY_DANGEROUS_CONTENT"}, {"probability", "HIGH"}, {"blocked", true}}};
}

/// A candidate with these parts; the list is left out when it is empty, as the service does.
json::object candidate_of(json::array parts, std::size_t index) {
  json::object content;
  if (!parts.empty()) content["parts"] = std::move(parts);
  content["role"] = "model";
  return {{"content", std::move(content)}, {"index", index}};
}

std::size_t visible_tokens(const Answer& answer) {
  return answer.usage.output - std::min(answer.usage.output, answer.usage.reasoning);
}

json::array parts_of(const Answer& answer, std::string_view thought, const Details& details, Random& random) {
  json::array parts;
  if (details.shows_thoughts && !thought.empty()) parts.push_back(thought_part(thought));
  const auto said = answer.text + answer.refusal;
  if (!said.empty()) {
    auto part = text_part(said);
    if (details.is_newest && answer.tool_calls.empty()) part["thoughtSignature"] = random.letters(signature_length);
    parts.push_back(std::move(part));
  }
  for (const auto& call : answer.tool_calls)
    parts.push_back(call_part(call, &call == &answer.tool_calls.front(), details, random));
  return parts;
}

/// Cuts text into pieces as coarse as those of the service: about a sentence.
std::vector<std::string> pieces_of(std::string_view text) {
  constexpr std::size_t most_tokens = 16;
  std::vector<std::string> pieces;
  std::size_t tokens = most_tokens;
  for (const auto token : tokenize(text)) {
    const bool ended = !pieces.empty() && pieces.back().find_last_of(".!?\n") == pieces.back().size() - 1;
    if (tokens >= most_tokens || ended) {
      pieces.emplace_back();
      tokens = 0;
    }
    pieces.back() += token;
    ++tokens;
  }
  return pieces;
}

class StreamWriter {
 public:
  StreamWriter(const ChatPersona::Exchange& exchange, const Details& details)
      : exchange_(exchange), details_(details), random_(exchange.identity), frame_(exchange, random_) {}

  std::vector<Event> write() {
    for (std::size_t i = 0; i < exchange_.answers.size(); ++i) write(exchange_.answers[i], i);
    if (!details_.as_events) events_.emplace_back("]", false);
    return std::move(events_);
  }

 private:
  void write(const Answer& answer, std::size_t index) {
    sent_ = 0;
    if (details_.shows_thoughts)
      for (const auto& piece : pieces_of(thought_of(answer, exchange_.conversation)))
        add({thought_part(piece)}, answer, index, 0);
    for (const auto& piece : pieces_of(answer.text + answer.refusal))
      add({text_part(piece)}, answer, index, count_tokens(piece));
    json::array calls;
    for (const auto& call : answer.tool_calls)
      calls.push_back(call_part(call, &call == &answer.tool_calls.front(), details_, random_));
    if (!calls.empty()) add(std::move(calls), answer, index, 0);

    json::array last;
    if (details_.is_newest && answer.finish == Finish::stop)
      last.push_back(signature_part(random_));
    else if (answer.finish != Finish::content_filter && visible_tokens(answer) > 0)
      last.push_back(text_part(""));
    auto candidate = candidate_of(std::move(last), index);
    end_candidate(candidate, answer, details_);
    send(std::move(candidate), visible_tokens(answer), answer, false);
  }

  void add(json::array parts, const Answer& answer, std::size_t index, std::size_t tokens) {
    sent_ += tokens;
    send(candidate_of(std::move(parts), index), sent_, answer, true);
  }

  void send(json::object candidate, std::size_t tokens, const Answer& answer, bool paced) {
    const auto data = json::serialize(
        frame_.with(json::array{std::move(candidate)}, usage_of(answer.usage.input, tokens, answer.usage.reasoning)));
    if (details_.as_events)
      events_.emplace_back("data: " + data + "\r\n\r\n", paced);
    else
      events_.emplace_back((events_.empty() ? "[" : ",\r\n") + data, paced);
  }

  const ChatPersona::Exchange& exchange_;
  const Details& details_;
  Random random_;
  Frame frame_;
  std::size_t sent_ = 0;
  std::vector<Event> events_;
};

}  // namespace

Response render_whole(const ChatPersona::Exchange& exchange, const Details& details) {
  Random random(exchange.identity);
  const Frame frame(exchange, random);
  json::array candidates;
  std::size_t text = 0;
  std::size_t thoughts = 0;
  for (const auto& answer : exchange.answers) {
    auto candidate =
        candidate_of(parts_of(answer, thought_of(answer, exchange.conversation), details, random), candidates.size());
    end_candidate(candidate, answer, details);
    candidates.push_back(std::move(candidate));
    text += visible_tokens(answer);
    thoughts += answer.usage.reasoning;
  }
  const auto input = exchange.answers.front().usage.input;
  return {200, json::serialize(frame.with(std::move(candidates), usage_of(input, text, thoughts)))};
}

Response render_stream(const ChatPersona::Exchange& exchange, const Details& details) {
  Response response;
  response.content_type = details.as_events ? "text/event-stream" : "application/json; charset=UTF-8";
  response.events = StreamWriter(exchange, details).write();
  return response;
}

}  // namespace fastccg::sim::gemini
