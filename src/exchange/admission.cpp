#include "exchange/admission.hpp"

#include <utility>
#include <vector>

#include "exchange/limit_table.hpp"
#include "exchange/rate_headers.hpp"

namespace fastccg {

namespace {

using namespace std::chrono;
using Clock = Loop::Clock;

/// How many gates are kept although nobody stands before them; what they know is of use for a minute or so.
constexpr std::size_t most_gates = 1000;

Error too_many_wait(const std::string& name, std::size_t waiting) {
  Error error(ErrorKind::rate_limited, "the rate limits of " + name + " let no more calls go now, and " +
                                           std::to_string(waiting) +
                                           " wait already, as many as RateLimits::queue allows");
  error.retryable = true;
  return error;
}

}  // namespace

Error closed_error(const Target& target, Gate::TimePoint until) {
  Error error(ErrorKind::rate_limited,
              target.name() + " has asked for a pause that is not over yet; the request was not sent");
  error.retry_after = ceil<milliseconds>(until - Clock::now());
  error.retryable = true;
  return error;
}

Admission::Queue::Queue(const Target& target, const RateLimits& limits)
    : gate(limits),
      provider(target.model.provider),
      model(target.model.id),
      limits_version(RateLimitTable::version()) {}

Result<std::unique_ptr<Admission::Visit>> Admission::enter(const Target& target, const void* lane, std::int64_t tokens,
                                                           bool again, Gate::TimePoint patience, TurnTaker& taker) {
  if (RateLimitTable::version() == 0) return std::unique_ptr<Visit>();
  const auto limits = RateLimitTable::find(target.model.provider, target.model.id);
  if (!limits) return std::unique_ptr<Visit>();

  const auto now = Clock::now();
  auto queue = find(target, *limits);
  auto& gate = queue->gate;
  if (gate.closed_until() > now && gate.closed_until() > patience) return closed_error(target, gate.closed_until());
  const bool first = gate.waiting() == 0;
  const auto ticket = gate.enter(lane, tokens, again, now);
  if (!ticket) return too_many_wait(target.name(), gate.waiting());
  if (!first || gate.admit(now) != ticket) queue->waiting.emplace(*ticket, &taker);
  pump_later(queue);
  return std::make_unique<Visit>(*this, std::move(queue), *ticket);
}

Admission::QueuePtr Admission::find(const Target& target, const RateLimits& limits) {
  if (queues_.size() >= most_gates) forget_idle_queues();
  auto& queue = queues_[Key(target.base_url, target.key, target.model.provider, target.model.id)];
  if (!queue) queue = std::make_shared<Queue>(target, limits);
  refresh(*queue);
  return queue;
}

void Admission::forget_idle_queues() {
  std::erase_if(queues_, [this](const auto& entry) {
    if (!entry.second->gate.is_empty()) return false;
    loop_.cancel(entry.second->timer);
    return true;
  });
}

/// Takes over what users have set since.
void Admission::refresh(Queue& queue) {
  const auto version = RateLimitTable::version();
  if (std::exchange(queue.limits_version, version) == version) return;
  const auto limits = RateLimitTable::find(queue.provider, queue.model);
  queue.gate.set_limits(limits.value_or(RateLimits().heed_provider(false)));
}

void Admission::pump_later(const QueuePtr& queue) {
  if (queue->gate.waiting() == 0 || std::exchange(queue->pump_posted, true)) return;
  loop_.post([this, queue] {
    queue->pump_posted = false;
    pump(queue);
  });
}

void Admission::pump(const QueuePtr& queue) {
  refresh(*queue);
  const auto now = Clock::now();
  while (const auto ticket = queue->gate.admit(now)) {
    const auto waiting = queue->waiting.extract(*ticket);
    if (!waiting.empty()) waiting.mapped()->on_turn();
  }
  loop_.cancel(std::exchange(queue->timer, Loop::TimerId::none));
  if (const auto when = queue->gate.opens(now))
    queue->timer = loop_.at(*when, [this, queue] {
      queue->timer = Loop::TimerId::none;
      pump(queue);
    });
}

void Admission::tell_closed(const QueuePtr& queue) {
  loop_.post([queue] {
    const auto when = queue->gate.closed_until();
    std::vector<Gate::Ticket> tickets;
    for (const auto& [ticket, taker] : queue->waiting) tickets.push_back(ticket);
    // Whoever is told may end visits, those of others too.
    for (const auto ticket : tickets)
      if (const auto found = queue->waiting.find(ticket); found != queue->waiting.end()) found->second->on_closed(when);
  });
}

Admission::Visit::Visit(Admission& admission, QueuePtr queue, Gate::Ticket ticket)
    : admission_(admission), queue_(std::move(queue)), ticket_(ticket) {}

Admission::Visit::~Visit() {
  queue_->waiting.erase(ticket_);
  queue_->gate.leave(ticket_, tokens_);
  admission_.pump_later(queue_);
}

bool Admission::Visit::admitted() const { return !queue_->waiting.contains(ticket_); }

void Admission::Visit::learn(const Headers& headers) {
  queue_->gate.learn(ticket_, rate_windows(headers, system_clock::now()), Clock::now());
  admission_.pump_later(queue_);
}

void Admission::Visit::close_for(milliseconds pause) {
  queue_->gate.close_until(Clock::now() + pause);
  if (!queue_->waiting.empty()) admission_.tell_closed(queue_);
  admission_.pump_later(queue_);
}

}  // namespace fastccg
