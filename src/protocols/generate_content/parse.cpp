#include "protocols/generate_content/answer.hpp"
#include "protocols/generate_content/errors.hpp"
#include "protocols/generate_content/generate_content.hpp"
#include "protocols/shared/error_kind.hpp"
#include "protocols/shared/event_body.hpp"

namespace fastccg::protocols::generate_content {

namespace {

/// Members of which every answer has at least one: what is empty or zero is left out.
bool is_answer(const json::Node& root) noexcept {
  return root["candidates"].is_array() || root["promptFeedback"].is_object() || root["usageMetadata"].is_object() ||
         root["responseId"].is_string();
}

}  // namespace

void GenerateContent::decode(std::string_view body, const Dialect& dialect, ReplyBuilder& reply) const {
  const auto text = shared::trimmed(body);
  if (shared::is_event_stream(text)) return shared::decode_events(text, *decode_stream(dialect), reply);

  const auto refuse = [&](const std::string& why) {
    reply.fail(shared::protocol_error("the answer cannot be read: " + why, body, dialect.provider));
  };
  if (text.empty()) return refuse("it is empty");
  if (text.starts_with('<')) return refuse("it is a web page, not JSON; check the base URL and any proxy between");

  json::BorrowedReader reader;
  const auto root = reader->parse(text);
  if (!root) return refuse("as JSON " + reader->error());
  if (shared::reports_error(*root)) return reply.fail(read_failure(0, *root, body, dialect.provider));

  reply.whole(text);
  AnswerReader answer;
  bool found = false;
  const auto read = [&](const json::Node& document) {
    found = found || is_answer(document);
    answer.read(document, reply);
  };
  for (const auto element : root->elements()) read(element);
  if (root->is_object()) read(*root);
  if (!found) return refuse("it has no candidates");
  if (!(*root)["candidates"].at(0) && root->is_object() && !reply.has_finish_reason())
    reply.finish(FinishReason::other, {});
  answer.complete(reply);
}

}  // namespace fastccg::protocols::generate_content
