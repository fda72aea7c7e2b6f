#include "protocols/responses/answer.hpp"
#include "protocols/responses/responses.hpp"
#include "protocols/shared/error_kind.hpp"

namespace fastccg::protocols::responses {

namespace {

class Decoder final : public StreamDecoder {
 public:
  explicit Decoder(const Dialect& dialect) : dialect_(dialect) {}

  void on_event(const sse::Event& event, ReplyBuilder& reply) override {
    const auto data = shared::trimmed(event.data);
    if (!reply.is_open() || data.empty() || data.starts_with("[DONE]")) return;

    json::BorrowedReader reader;
    const auto root = reader->parse(data);
    if (!root) return unreadable(event, data, reader->error(), reply);
    // The type in the data counts: there are servers that give the event none.
    auto type = (*root)["type"].text();
    if (type.empty()) type = event.event;
    if (type == "error" || (type == "message" && shared::reports_error(*root))) return fail(*root, data, reply);
    if (!event.outside_standard) read(type, *root, data, reply);
  }

  void on_end(ReplyBuilder& reply) override {
    if (reply.is_open()) reply.fail(shared::truncated_error(dialect_.provider));
  }

 private:
  void read(std::string_view type, const json::Node& root, std::string_view data, ReplyBuilder& reply) {
    if (!type.starts_with("response.")) return;
    type.remove_prefix(9);
    const auto index = root["output_index"].integer().value_or(0);
    const auto delta = root["delta"].text();
    if (type == "output_text.delta")
      answer_.text(index, delta, reply);
    else if (type == "function_call_arguments.delta")
      answer_.arguments(index, delta, reply);
    else if (type == "reasoning_summary_text.delta" || type == "reasoning_text.delta")
      answer_.reasoning(index, delta, reply);
    else if (type == "refusal.delta")
      answer_.refusal(index, delta, reply);
    else if (type == "output_item.added")
      answer_.begin_item(index, root["item"], reply);
    else if (type == "output_item.done")
      answer_.end_item(index, root["item"], reply);
    else if (type == "created" || type == "in_progress" || type == "queued")
      AnswerReader::read_frame(root["response"], reply);
    else if (type == "completed" || type == "incomplete" || type == "failed" || type == "cancelled")
      end(root["response"], data, reply);
  }

  void end(const json::Node& response, std::string_view data, ReplyBuilder& reply) {
    AnswerReader::read_frame(response, reply);
    answer_.final_items(response["output"], reply);
    AnswerReader::read_end(response, reply);
    if (response["status"].text() == "failed") return fail(response, data, reply);
    reply.complete();
  }

  void fail(const json::Node& root, std::string_view data, ReplyBuilder& reply) const {
    if (!reply.has_finish_reason()) reply.finish(FinishReason::error, "failed");
    reply.fail(shared::make_error(0, shared::read_error(root), data, dialect_.provider));
  }

  void unreadable(const sse::Event& event, std::string_view data, const std::string& why, ReplyBuilder& reply) const {
    if (event.event == "error") {
      reply.fail(shared::make_error(0, shared::read_error(data), data, dialect_.provider));
    } else if (!event.unterminated && !event.outside_standard) {
      reply.fail(
          shared::protocol_error("an event of the stream cannot be read: as JSON " + why, data, dialect_.provider));
    }
  }

  const Dialect& dialect_;
  AnswerReader answer_;
};

}  // namespace

std::unique_ptr<StreamDecoder> Responses::decode_stream(const Dialect& dialect) const {
  return std::make_unique<Decoder>(dialect);
}

}  // namespace fastccg::protocols::responses
