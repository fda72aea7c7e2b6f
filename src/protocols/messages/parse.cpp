#include "protocols/messages/answer.hpp"
#include "protocols/messages/errors.hpp"
#include "protocols/messages/messages.hpp"
#include "protocols/shared/error_kind.hpp"
#include "protocols/shared/event_body.hpp"

namespace fastccg::protocols::messages {

void Messages::decode(std::string_view body, const Dialect& dialect, ReplyBuilder& reply) const {
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
  if (shared::reports_error(*root)) return reply.fail(reported_error(*root, body, dialect));
  if (!(*root)["content"] && (*root)["stop_reason"].text().empty()) return refuse("it has no content");

  reply.whole(text);
  AnswerReader answer;
  answer.whole(*root, reply);
  reply.complete();
}

}  // namespace fastccg::protocols::messages
