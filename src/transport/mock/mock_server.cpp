#include "transport/mock/mock_server.hpp"

#include <algorithm>

#include "json/reader.hpp"
#include "json/writer.hpp"
#include "transport/mock/mock_vectors.hpp"

namespace fastccg::transport {

namespace {

constexpr std::string_view whole_reply = "This is a mock response to: {prompt}";
constexpr std::string_view streamed_reply = "This is a mock streamed response.";
constexpr std::string_view placeholder = "{prompt}";

constexpr int prompt_tokens = 4;
constexpr int completion_tokens = 6;

std::string text_of(const json::Node& content) {
  if (const auto text = content.string()) return std::string(*text);
  std::string all;
  for (const auto part : content.elements()) all += part["text"].text();
  return all;
}

std::string last_prompt(const json::Node& messages) {
  std::string prompt;
  for (const auto message : messages.elements())
    if (message["role"].text() == "user") prompt = text_of(message["content"]);
  return prompt;
}

std::string with_prompt(std::string_view reply, std::string_view prompt) {
  std::string out;
  for (auto at = reply.find(placeholder); at != std::string_view::npos; at = reply.find(placeholder)) {
    out.append(reply.substr(0, at)).append(prompt);
    reply.remove_prefix(at + placeholder.size());
  }
  return out.append(reply);
}

/// The next word with the blanks behind it, which is taken off the text.
std::string_view take_word(std::string_view& text) {
  constexpr std::string_view blanks = " \t\r\n";
  const auto end = text.find_first_not_of(blanks, std::min(text.find_first_of(blanks), text.size()));
  const auto word = text.substr(0, end);
  text.remove_prefix(word.size());
  return word;
}

void begin(json::Writer& out, const char* object, std::string_view model) {
  out.begin_object().member("id", "chatcmpl-mock").member("object", object).member("created", 0);
  out.member("model", model).key("choices").begin_array();
}

void usage(json::Writer& out) {
  out.key("usage").begin_object().member("prompt_tokens", prompt_tokens);
  out.member("completion_tokens", completion_tokens).member("total_tokens", prompt_tokens + completion_tokens);
  out.end_object();
}

std::string whole(std::string_view model, std::string_view text) {
  json::Writer out;
  begin(out, "chat.completion", model);
  out.begin_object().member("index", 0).key("message").begin_object().member("role", "assistant");
  out.member("content", text).end_object().member("finish_reason", "stop").end_object().end_array();
  usage(out);
  return out.end_object().take();
}

std::string event(std::string data) { return "data: " + std::move(data) + "\n\n"; }

std::string word_event(std::string_view model, std::string_view word) {
  json::Writer out;
  begin(out, "chat.completion.chunk", model);
  out.begin_object().member("index", 0).key("delta").begin_object().member("content", word).end_object();
  out.key("finish_reason").null().end_object().end_array().end_object();
  return event(out.take());
}

std::string last_event(std::string_view model) {
  json::Writer out;
  begin(out, "chat.completion.chunk", model);
  out.begin_object().member("index", 0).key("delta").begin_object().end_object();
  out.member("finish_reason", "stop").end_object().end_array();
  usage(out);
  return event(out.end_object().take()) + event("[DONE]");
}

void vector(json::Writer& out, std::int64_t index, std::string_view text, std::size_t dimensions) {
  out.begin_object().member("object", "embedding").member("index", index).key("embedding").begin_array();
  for (const float number : mock_vector(text, dimensions)) out.number(number);
  out.end_array().end_object();
}

RecordedAnswer json_answer(int status, std::string body) {
  RecordedAnswer answer;
  answer.status = status;
  answer.headers = {{"content-type", "application/json"}};
  answer.pieces = {std::move(body)};
  return answer;
}

RecordedAnswer refusal(int status, std::string_view message) {
  json::Writer out;
  out.begin_object().key("error").begin_object().member("message", message);
  out.member("type", "invalid_request_error").end_object().end_object();
  return json_answer(status, out.take());
}

RecordedAnswer embeddings(const json::Node& request) {
  const auto dimensions = std::clamp<std::int64_t>(request["dimensions"].integer().value_or(128), 1, 65'536);
  json::Writer out;
  out.begin_object().member("object", "list").member("model", request["model"].text()).key("data").begin_array();
  std::int64_t index = 0;
  for (const auto text : request["input"].elements())
    vector(out, index++, text.text(), static_cast<std::size_t>(dimensions));
  out.end_array().key("usage").begin_object();
  out.member("prompt_tokens", prompt_tokens * index).member("total_tokens", prompt_tokens * index).end_object();
  return json_answer(200, out.end_object().take());
}

RecordedAnswer chat(const json::Node& request) {
  const bool stream = request["stream"].boolean().value_or(false);
  const auto set = request["mock_reply"].string();
  const auto text = with_prompt(set.value_or(stream ? streamed_reply : whole_reply), last_prompt(request["messages"]));
  const auto model = request["model"].text();

  if (!stream) return json_answer(200, whole(model, text));

  RecordedAnswer answer;
  answer.headers = {{"content-type", "text/event-stream"}};
  for (std::string_view rest = text; !rest.empty();) answer.pieces.push_back(word_event(model, take_word(rest)));
  answer.pieces.push_back(last_event(model));
  return answer;
}

}  // namespace

RecordedAnswer mock_answer(const HttpRequest& request) {
  json::BorrowedReader reader;
  const auto root = reader->parse(request.body);
  if (!root) return refusal(400, "the body is not JSON: " + reader->error());
  if (request.url.ends_with("/chat/completions")) return chat(*root);
  if (request.url.ends_with("/embeddings")) return embeddings(*root);
  return refusal(404, "the mock provider has chat completions and embeddings only");
}

}  // namespace fastccg::transport
