#include "protocols/messages/answer.hpp"
#include "protocols/messages/errors.hpp"
#include "protocols/messages/messages.hpp"
#include "protocols/shared/error_kind.hpp"

namespace fastccg::protocols::messages {

namespace {

class Decoder final : public StreamDecoder {
 public:
  explicit Decoder(const Dialect& dialect) : dialect_(dialect) {}

  void on_event(const sse::Event& event, ReplyBuilder& reply) override {
    const auto data = shared::trimmed(event.data);
    if (!reply.is_open() || data.empty()) return;
    // Gateways that are at home in another protocol end with its mark.
    if (data.starts_with("[DONE]")) {
      if (reply.has_finish_reason()) complete(reply);
      return;
    }

    json::BorrowedReader reader;
    const auto root = reader->parse(data);
    if (!root) return unreadable(event, data, reader->error(), reply);
    if (event.event == "error" || shared::reports_error(*root))
      return reply.fail(reported_error(*root, data, dialect_));
    read(*root, event, reply);
  }

  void on_end(ReplyBuilder& reply) override {
    if (reply.is_open()) reply.fail(shared::truncated_error(dialect_.provider));
  }

 private:
  void read(const json::Node& root, const sse::Event& event, ReplyBuilder& reply) {
    const auto type = root["type"].string().value_or(event.event);
    const auto index = root["index"].integer().value_or(0);
    if (type == "content_block_delta") {
      answer_.blocks.add(index, root["delta"], reply);
    } else if (type == "content_block_start") {
      answer_.blocks.begin(index, root["content_block"], reply);
    } else if (type == "content_block_stop") {
      answer_.blocks.end(index, reply);
    } else if (type == "message_start") {
      answer_.head(root["message"], reply);
    } else if (type == "message_delta") {
      answer_.usage(root["usage"], reply);
      answer_.stop(root["delta"], reply);
    } else if (type == "message_stop") {
      complete(reply);
    } else if (type == "message" && root["content"].is_array()) {
      // A server that does not stream, asked to.
      answer_.whole(root, reply);
      reply.complete();
    }
  }

  void complete(ReplyBuilder& reply) {
    answer_.finish(reply);
    reply.complete();
  }

  void unreadable(const sse::Event& event, std::string_view data, const std::string& why, ReplyBuilder& reply) const {
    if (event.event == "error") {
      reply.fail(reported_error(data, dialect_));
    } else if (!event.unterminated && !event.outside_standard && event.event != "ping") {
      reply.fail(
          shared::protocol_error("an event of the stream cannot be read: as JSON " + why, data, dialect_.provider));
    }
  }

  const Dialect& dialect_;
  AnswerReader answer_;
};

}  // namespace

std::unique_ptr<StreamDecoder> Messages::decode_stream(const Dialect& dialect) const {
  return std::make_unique<Decoder>(dialect);
}

}  // namespace fastccg::protocols::messages
