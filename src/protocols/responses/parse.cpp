#include "protocols/responses/answer.hpp"
#include "protocols/responses/responses.hpp"
#include "protocols/shared/error_kind.hpp"
#include "protocols/shared/event_body.hpp"

namespace fastccg::protocols::responses {

void Responses::decode(std::string_view body, const Dialect& dialect, ReplyBuilder& reply) const {
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
  reply.whole(text);
  AnswerReader answer;
  AnswerReader::read_frame(*root, reply);
  const auto output = (*root)["output"];
  std::int64_t index = 0;
  for (const auto item : output.elements()) answer.whole_item(index++, item, reply);
  AnswerReader::read_end(*root, reply);
  if (shared::reports_error(*root))
    return reply.fail(shared::make_error(0, shared::read_error(*root), body, dialect.provider));
  if (!output.is_array() && (*root)["status"].text().empty()) return refuse("it has no output");
  reply.complete();
}

Error Responses::classify(int status, const Headers&, std::string_view body, const Dialect& dialect) const {
  return shared::make_error(status, shared::read_error(body), body, dialect.provider);
}

}  // namespace fastccg::protocols::responses
