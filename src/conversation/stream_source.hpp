#pragma once

#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "conversation/call.hpp"
#include "fastccg/operation.hpp"
#include "fastccg/reply.hpp"

namespace fastccg::detail {

/// Chunks in the order of their arrival. Emptying it keeps the memory of its chunks for the next ones, so that a stream
/// in its stride allocates nothing.
class ChunkBatch {
 public:
  ChunkBatch() = default;

  Chunk& add();
  const Chunk* take() { return read_ < used_ ? &chunks_[read_++] : nullptr; }
  bool empty() const noexcept { return read_ == used_; }
  void clear() noexcept { read_ = used_ = 0; }

 private:
  std::vector<Chunk> chunks_;
  std::size_t used_ = 0;
  std::size_t read_ = 0;
};

/// A call for a streamed answer: what a `Stream` reads from. It is ready when there is a chunk, or the stream has ended.
///
/// The loop's thread adds chunks; one consumer at a time takes them. The turn is committed by the consumer, when it
/// reads the end or gives up, so that the history holds what the caller has seen.
class StreamSource final : public Pending, public ReplySink, public ReplyBuilder::Listener {
 public:
  StreamSource(std::shared_ptr<Conversation> conversation, Message question, Settings settings);

  void set_stop_token(std::stop_token token);

  void start() override;
  void cancel() noexcept override;

  // The consumer's side.

  /// Whether `take` would not have to wait.
  bool available();
  /// The next chunk, or null at the end. Only when available. Throws what ended the stream.
  const Chunk* take();
  /// Gives up: cancels, and commits what was read as an interrupted turn.
  void close() noexcept;
  /// Only after the end was read or `close`.
  const Reply& response();
  bool ended() const noexcept { return ended_; }

 private:
  class Cancel {
   public:
    explicit Cancel(StreamSource* source) : source_(source) {}
    void operator()() const noexcept { source_->cancel(); }

   private:
    StreamSource* source_;
  };

  // The loop's side.
  ReplyBuilder::Listener* listener() noexcept override { return this; }
  void on_attempt(const std::shared_ptr<const Target>& target) override;
  void on_text(std::string_view text) override;
  void on_reasoning(std::string_view text) override;
  void on_refusal(std::string_view text) override;
  void on_tool_call(std::size_t index, std::string_view id, std::string_view name) override;
  void on_tool_arguments(std::size_t index, std::string_view fragment) override;
  bool on_batch() override;
  void on_done(Result<Reply> result) override;

  template <class Fill>
  void add(std::size_t bytes, Fill fill);
  void end_with(Result<Reply> result);
  bool refill();

  bool end_is_due();
  bool begin_end();
  void end();
  const Chunk* tell_end() const;
  void commit_complete();
  void commit_failed();
  void commit_interrupted();
  void commit(Turn turn);
  void on_recorded(const std::optional<Error>& failure);
  void wait_for_end();
  std::shared_ptr<StreamSource> self() { return std::static_pointer_cast<StreamSource>(Pending::shared_from_this()); }

  const std::shared_ptr<Conversation> conversation_;
  Message question_;
  Settings settings_;
  Ticket ticket_;
  std::size_t unread_limit_ = 0;
  std::stop_token stop_token_;
  std::optional<std::stop_callback<Cancel>> stop_callback_;

  // Shared by both sides.
  std::mutex mutex_;
  bool started_ = false;
  bool cancelled_ = false;
  bool held_back_ = false;  // the socket is not read
  std::shared_ptr<const Target> asked_;
  std::size_t unread_bytes_ = 0;
  ChunkBatch arriving_;
  std::optional<Result<Reply>> result_;
  std::shared_ptr<Exchange> exchange_;
  bool waiting_ = false;    // the consumer has found nothing more to read
  bool end_begun_ = false;  // whoever sets it puts the turn into the history
  bool recorded_ = false;   // and this says that it is there, and in the journal
  std::optional<Error> not_recorded_;
  std::condition_variable was_recorded_;

  // The consumer's own, but for the moment in which the loop ends a stream whose consumer waits.
  ChunkBatch reading_;
  std::string delivered_;
  bool ended_ = false;   // the consumer knows of the end, or has made it
  bool closed_ = false;  // the latter
  std::optional<Reply> reply_;
  std::exception_ptr failure_;
};

}  // namespace fastccg::detail
