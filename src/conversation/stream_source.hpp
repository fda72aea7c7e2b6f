#pragma once

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "conversation/call.hpp"
#include "exchange/wakes.hpp"
#include "fastccg/operation.hpp"
#include "fastccg/reply.hpp"

namespace fastccg::detail {

/// Pieces of an answer in the order of their arrival, in little memory: a `Chunk` is large and made when it is read.
class Pieces {
 public:
  Pieces() = default;

  void add(Chunk::Kind kind, std::string_view text);
  void add_tool_call(std::size_t index, std::string_view id, std::string_view name, std::string_view arguments);
  /// Puts those of `from`, of which none has been read, behind these. `from` is then empty.
  void append(Pieces& from);
  /// Makes the next one a chunk. Only if not `empty`.
  void take(Chunk& chunk);

  bool empty() const noexcept { return read_ == pieces_.size(); }
  /// What they hold, in bytes; read ones count until all are read.
  std::size_t memory() const noexcept { return text_.size() + pieces_.size() * sizeof(Piece); }
  void clear() noexcept;

 private:
  /// Its texts stand one after the other behind those of the piece before.
  class Piece {
   public:
    Piece(Chunk::Kind kind_, std::size_t text_size_) : kind(kind_), text_size(text_size_) {}
    Chunk::Kind kind;
    std::size_t tool_index = 0;
    std::size_t id_size = 0;
    std::size_t name_size = 0;
    std::size_t text_size;
  };

  std::vector<Piece> pieces_;
  std::string text_;
  std::size_t read_ = 0;       // pieces
  std::size_t read_text_ = 0;  // bytes
};

/// A call for a streamed answer: what a `Stream` reads from. It is ready when there is a chunk, or the stream has ended.
///
/// The loop's thread adds chunks; one consumer at a time takes them. The turn is committed by the consumer, when it
/// reads the end or gives up, so that the history holds what the caller has seen.
class StreamSource final : public Pending, public ReplySink, public ReplyBuilder::Listener, private Sleeper {
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
  void wake() override;

  bool hand_over();
  void end_with(Result<Reply> result);
  void wake_soon();
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
  Engine* engine_ = nullptr;  // null until the call is about to be sent

  // The loop's own.
  Pieces collected_;  // what the bytes that are being decoded have brought
  bool has_woken_ = false;

  // Shared by both sides.
  std::atomic<bool> started_ = false;
  std::atomic<bool> discarded_ = false;  // what has not been read is of no use to anybody
  std::mutex mutex_;
  bool cancelled_ = false;
  bool held_back_ = false;  // the socket is not read
  std::shared_ptr<const Target> asked_;
  Pieces arriving_;
  std::optional<Result<Reply>> result_;
  std::shared_ptr<Exchange> exchange_;
  bool waiting_ = false;    // the consumer has found nothing more to read
  bool end_begun_ = false;  // whoever sets it puts the turn into the history
  bool recorded_ = false;   // and this says that it is there, and in the journal
  std::optional<Error> not_recorded_;
  std::condition_variable was_recorded_;

  // The consumer's own, but for the moment in which the loop ends a stream whose consumer waits.
  Pieces reading_;
  Chunk chunk_;  // the one that was read last
  std::string delivered_;
  bool ended_ = false;   // the consumer knows of the end, or has made it
  bool closed_ = false;  // the latter
  std::optional<Reply> reply_;
  std::exception_ptr failure_;
};

}  // namespace fastccg::detail
