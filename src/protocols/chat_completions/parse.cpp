#include "protocols/chat_completions/answer.hpp"
#include "protocols/chat_completions/chat_completions.hpp"
#include "protocols/shared/error_kind.hpp"
#include "protocols/shared/event_body.hpp"

namespace fastccg::protocols::chat_completions {

namespace {

bool has_choice(const json::Node& root) noexcept {
  for (const auto choice : root["choices"].elements())
    if (choice) return true;
  return false;
}

}  // namespace

void ChatCompletions::decode(std::string_view body, const Dialect& dialect, ReplyBuilder& reply) const {
  // Some servers send blank lines while they think, to keep the connection open.
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
  if (shared::reports_error(*root))
    return reply.fail(shared::make_error(0, shared::read_error(*root), body, dialect.provider));
  if (!has_choice(*root)) return refuse("it has no choices");

  reply.whole(text);
  AnswerReader answer(AnswerReader::Form::whole);
  answer.read(*root, reply);
  answer.finish(reply);
  reply.complete();
}

}  // namespace fastccg::protocols::chat_completions
