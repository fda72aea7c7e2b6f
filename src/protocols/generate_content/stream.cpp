#include "protocols/generate_content/answer.hpp"
#include "protocols/generate_content/errors.hpp"
#include "protocols/generate_content/generate_content.hpp"
#include "protocols/shared/error_kind.hpp"

namespace fastccg::protocols::generate_content {

namespace {

/// There is no event that says that the answer is complete: the body just ends, and a finish reason must have come.
class Decoder final : public StreamDecoder {
 public:
  explicit Decoder(const Dialect& dialect) : dialect_(dialect) {}

  void on_event(const sse::Event& event, ReplyBuilder& reply) override {
    const auto data = shared::trimmed(event.data);
    if (!reply.is_open() || data.empty() || data == "[DONE]") return;

    json::BorrowedReader reader;
    const auto root = reader->parse(data);
    if (!root) return unreadable(event, data, reader->error(), reply);
    if (shared::reports_error(*root)) return reply.fail(read_failure(0, *root, data, dialect_.provider));
    // A server that was not asked for events, or does not know them, sends a list.
    for (const auto element : root->elements()) answer_.read(element, reply);
    if (root->is_object()) answer_.read(*root, reply);
  }

  void on_end(ReplyBuilder& reply) override {
    if (!reply.is_open()) return;
    if (reply.has_finish_reason())
      answer_.complete(reply);
    else
      reply.fail(shared::truncated_error(dialect_.provider));
  }

 private:
  void unreadable(const sse::Event& event, std::string_view data, const std::string& why, ReplyBuilder& reply) const {
    if (event.unterminated || event.outside_standard) return;
    reply.fail(
        shared::protocol_error("an event of the stream cannot be read: as JSON " + why, data, dialect_.provider));
  }

  const Dialect& dialect_;
  AnswerReader answer_;
};

}  // namespace

std::unique_ptr<StreamDecoder> GenerateContent::decode_stream(const Dialect& dialect) const {
  return std::make_unique<Decoder>(dialect);
}

}  // namespace fastccg::protocols::generate_content
