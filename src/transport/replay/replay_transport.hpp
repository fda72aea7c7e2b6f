#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "loop/loop.hpp"
#include "transport/transport.hpp"

namespace fastccg::transport {

/// A recorded answer: what the sink is to hear, in which pieces.
class RecordedAnswer {
 public:
  RecordedAnswer() = default;

  int status = 200;  ///< Zero: there is no answer, only `error`.
  Headers headers;
  std::vector<std::string> pieces;
  std::optional<Error> error;  ///< How it ends; nothing for well.
};

/// The body cut before each of the positions, which ascend. Empty pieces are left out.
std::vector<std::string> cut_at(std::string_view body, const std::vector<std::size_t>& positions);
/// The body cut into about `pieces` pieces at positions that depend on nothing but `seed`.
std::vector<std::string> cut_at_random(std::string_view body, std::size_t pieces, std::uint64_t seed);

/// Answers from records instead of the network: the headers, each piece and the end in a turn of the loop of its own.
/// The same rules for threads and destruction hold as for the transport of `make_curl_transport`.
class ReplayTransport final : public Transport {
 public:
  using Answerer = std::function<RecordedAnswer(const HttpRequest&)>;

  /// Whether `requests` remembers what was asked.
  enum class Keep { requests, nothing };

  /// `loop` outlives it.
  ReplayTransport(Loop& loop, Answerer answer, Keep keep = Keep::requests)
      : loop_(loop), answer_(std::move(answer)), keep_(keep) {}
  /// Gives the answers in this order. A request too many ends with an error (usage).
  ReplayTransport(Loop& loop, std::vector<RecordedAnswer> answers);
  ~ReplayTransport() override;
  ReplayTransport(const ReplayTransport&) = delete;
  ReplayTransport& operator=(const ReplayTransport&) = delete;

  CallId start(const HttpRequest& request, Sink& sink) override;
  void cancel(CallId id) override;
  void pause(CallId id) override;
  void resume(CallId id) override;
  void drain(CallId id, std::chrono::milliseconds patience) override;

  /// What was asked, in order.
  const std::vector<HttpRequest>& requests() const noexcept { return requests_; }
  /// How many calls were cancelled or drained before they ended.
  std::size_t cancelled() const noexcept { return cancelled_; }
  std::size_t drained() const noexcept { return drained_; }

 private:
  class Call {
   public:
    Call() = default;

    RecordedAnswer answer;
    Sink* sink = nullptr;
    bool headers_given = false;
    std::size_t given = 0;
    bool paused = false;
    Loop::TimerId next = Loop::TimerId::none;
  };

  void schedule(CallId id, Call& call);
  void step(CallId id);
  bool forget(CallId id);

  Loop& loop_;
  Answerer answer_;
  Keep keep_ = Keep::requests;
  std::map<CallId, Call> calls_;
  std::uint64_t last_id_ = 0;
  std::vector<HttpRequest> requests_;
  std::size_t cancelled_ = 0;
  std::size_t drained_ = 0;
};

}  // namespace fastccg::transport
