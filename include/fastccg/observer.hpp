#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "fastccg/error.hpp"
#include "fastccg/reply.hpp"

namespace fastccg {

/// Something that has happened to a call. A plain value: keep it, copy it, send it between threads.
/// It holds no key. The error's `partial`, `body` and `provider_message` may hold what users and models wrote.
class CallEvent {
 public:
  enum class Kind {
    started,         ///< The call begins. The first event of every call.
    queued,          ///< It waits for its turn under `RateLimits`.
    attempt,         ///< A request is sent.
    first_byte,      ///< The headers of an answer have come; `status` is set.
    first_token,     ///< The first piece of the answer has come; of an answer that is not streamed, the first byte.
    attempt_failed,  ///< An attempt has failed and there will be another, after `pause`; `error` says why.
    finished,        ///< The call has ended, well or with `error`. The last event of every call.
  };

  CallEvent() = default;

  Kind kind = Kind::started;
  std::uint64_t call = 0;                ///< The same for all events of a call, and no other's in this process.
  std::chrono::microseconds elapsed{0};  ///< Since the call began.
  std::string provider;                  ///< Who is asked, as are the next two: with fallbacks it may change.
  std::string model;
  bool stream = false;
  int attempt = 0;                                 ///< How many requests were sent so far.
  int status = 0;                                  ///< HTTP status of the attempt's answer; 0 if there is none.
  std::uint64_t pieces = 0;                        ///< How many pieces of the attempt's answer have come.
  std::string request_id;                          ///< What to quote to the provider's support, once it is known.
  std::optional<Error> error;                      ///< For `attempt_failed`, and for a call that failed.
  std::optional<std::chrono::milliseconds> pause;  ///< For `attempt_failed`.
  Usage usage;                                     ///< For `finished`, as are the rest.
  std::optional<double> cost;                      ///< As in `Reply::cost`.
  FinishReason finish_reason = FinishReason::unknown;
  Timings timings;
  std::size_t lost = 0;  ///< How many events before this one the observer did not get, since it was too slow.
};

/// The name of a kind as written above, such as "first_byte".
std::string_view to_string(CallEvent::Kind kind) noexcept;

/// Hears of calls: for logs, metrics and traces. Nothing is logged or printed without one.
///
/// An observer is called on the library's pool of threads, with one event at a time and those of a call in their order,
/// soon after they have happened. It may block: calls do not wait for it. One that falls behind by more than 10,000 events
/// loses the next ones, and is told how many. What it throws is dropped, and it goes on to hear of the rest.
/// When a call returns, its `finished` may still be on the way (see `wait_for_observers`); the end of the process waits for
/// what is. In the child of a fork an observer hears of the child's calls, and of those of the parent only what it had
/// heard before.
class CallObserver {
 public:
  virtual ~CallObserver() = default;
  virtual void on_event(const CallEvent& event) = 0;
};

/// Lets `observer` hear of all calls of this process that start from now on, until it is removed; those that have
/// started it hears to their end. Adding it again changes nothing. Safe to call from any thread.
/// Throws `UsageError` if it is null. For one model see `Model::add_observer`.
void add_observer(std::shared_ptr<CallObserver> observer);
/// Does nothing if it was not added.
void remove_observer(const std::shared_ptr<CallObserver>& observer);

/// Waits until all observers have been through what has happened up to now: of a call that has returned, they have then
/// heard `finished`. Blocks the calling thread while they are at work, but no longer than `longest`, and returns false if
/// that was too short. An observer that calls this does not wait for itself. Safe to call from any thread.
bool wait_for_observers(std::chrono::milliseconds longest);

}  // namespace fastccg
