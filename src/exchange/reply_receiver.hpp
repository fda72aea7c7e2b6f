#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/reply_builder.hpp"
#include "exchange/exchange.hpp"
#include "exchange/receiver.hpp"
#include "fastccg/result.hpp"
#include "sse/framer.hpp"

namespace fastccg {

/// Who hears of a call for a reply. All functions are called on the loop's thread.
class ReplySink {
 public:
  virtual ~ReplySink() = default;
  /// This is who is asked now. Again for each attempt: with fallbacks it may be another.
  virtual void on_attempt(const std::shared_ptr<const Target>& target) { static_cast<void>(target); }
  /// Hears of each piece of a streamed answer; null for those who want the whole answer only.
  virtual ReplyBuilder::Listener* listener() noexcept { return nullptr; }
  /// A batch of bytes has been decoded. Returns false to have the socket not read until `Exchange::resume`.
  virtual bool on_batch() { return true; }
  /// The call has ended; called once, and nothing after it.
  virtual void on_done(Result<Reply> result) = 0;
};

/// Makes a reply of an answer, streamed or whole. It has reached the caller, in the sense of the retry rule, as soon as
/// a piece was handed to the listener.
class ReplyReceiver final : public Receiver, private sse::Handler {
 public:
  /// `position`: how many messages stand before the answer.
  ReplyReceiver(std::shared_ptr<const Target> target, const CallOptions& options, std::vector<Warning> warnings,
                std::size_t position, std::shared_ptr<ReplySink> sink);

 private:
  /// What the body of the answer is, as far as that is known.
  enum class Body { unknown, events, json };

  void begin_attempt() override;
  Progress on_headers(const Headers& headers) override;
  Progress on_body(std::string_view bytes) override;
  Progress on_end(const std::optional<Error>& broken) override;
  Error failure() const override { return *builder_->failure(); }
  bool has_reached_caller() const override { return sink_->listener() && builder_ && builder_->has_output(); }
  std::string partial_text() const override { return builder_ ? builder_->partial_text() : std::string(); }
  std::uint64_t progress_mark() const override;
  Account account() const override;
  void on_success(CallInfo info) override;
  void on_failure(Error error) override;

  void on_event(const sse::Event& event) override;
  Reply make_reply(CallInfo info);
  Progress take_events(std::string_view bytes);
  void end_of_events(const std::optional<Error>& broken);

  const std::shared_ptr<const Target> target_;
  const bool stream_;
  const std::size_t event_limit_;
  const std::vector<Warning> warnings_;
  const std::size_t position_;
  std::shared_ptr<ReplySink> sink_;

  // Of one attempt.
  std::optional<ReplyBuilder> builder_;
  std::optional<sse::Framer> framer_;
  std::unique_ptr<protocols::StreamDecoder> decoder_;
  Body kind_ = Body::unknown;
  std::string body_;
};

/// What a call takes with it from the conversation that it belongs to.
class CallContext {
 public:
  CallContext() = default;

  const void* lane = nullptr;  ///< As in `CallOptions`.
  ObserverList::Snapshot observers;
  std::vector<std::shared_ptr<const Target>> fallbacks;  ///< Whom to ask next if `target` fails, in this order.
};

/// The exchange that asks `target` for a reply. Renders the request, for the fallbacks too; throws `FastCCGError` if it
/// cannot be.
std::shared_ptr<Exchange> make_reply_exchange(std::shared_ptr<const Target> target, const Request& request,
                                              std::shared_ptr<ReplySink> sink,
                                              const CallContext& context = CallContext());

}  // namespace fastccg
