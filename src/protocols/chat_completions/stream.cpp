#include "protocols/chat_completions/answer.hpp"
#include "protocols/chat_completions/chat_completions.hpp"
#include "protocols/chat_completions/chunk_pattern.hpp"
#include "protocols/shared/error_kind.hpp"

namespace fastccg::protocols::chat_completions {

namespace {

class Decoder final : public StreamDecoder {
 public:
  explicit Decoder(const Dialect& dialect) : dialect_(dialect) {}

  void on_event(const sse::Event& event, ReplyBuilder& reply) override {
    const auto data = shared::trimmed(event.data);
    if (!reply.is_open() || data.empty()) return;
    if (data.starts_with("[DONE]")) return complete(reply);

    // What stands beside the data lines is read for errors alone.
    const bool is_answer = !event.outside_standard && event.event != "error";
    if (is_answer)
      if (const auto text = pattern_.text_of(data)) return reply.text(*text);

    json::BorrowedReader reader;
    const auto root = reader->parse(data);
    if (!root) return unreadable(event, data, reader->error(), reply);
    const bool failed = event.event == "error" || shared::reports_error(*root);
    if (!event.outside_standard) answer_.read(*root, reply);
    if (failed) reply.fail(shared::make_error(0, shared::read_error(*root), data, dialect_.provider));
    if (is_answer && reply.is_open()) pattern_.learn(data, *root);
  }

  void on_end(ReplyBuilder& reply) override {
    if (!reply.is_open()) return;
    if (reply.has_finish_reason())
      complete(reply);
    else
      reply.fail(shared::truncated_error(dialect_.provider));
  }

 private:
  void complete(ReplyBuilder& reply) {
    answer_.finish(reply);
    reply.complete();
  }

  void unreadable(const sse::Event& event, std::string_view data, const std::string& why, ReplyBuilder& reply) const {
    if (event.event == "error") {
      reply.fail(shared::make_error(0, shared::read_error(data), data, dialect_.provider));
    } else if (!event.unterminated && !event.outside_standard && event.event != "ping") {
      reply.fail(
          shared::protocol_error("an event of the stream cannot be read: as JSON " + why, data, dialect_.provider));
    }
  }

  const Dialect& dialect_;
  AnswerReader answer_{AnswerReader::Form::chunks};
  ChunkPattern pattern_;
};

}  // namespace

std::unique_ptr<StreamDecoder> ChatCompletions::decode_stream(const Dialect& dialect) const {
  return std::make_unique<Decoder>(dialect);
}

}  // namespace fastccg::protocols::chat_completions
