#include "exchange/gate.hpp"

#include <algorithm>

namespace fastccg {

using Counts = RateWindow::Counts;

Gate::Gate(const RateLimits& limits)
    : limits_(limits), requests_(limits.requests_per_minute()), tokens_(limits.tokens_per_minute()) {}

void Gate::set_limits(const RateLimits& limits) {
  limits_ = limits;
  requests_.set_limit(limits.requests_per_minute());
  tokens_.set_limit(limits.tokens_per_minute());
  if (limits.heed_provider()) return;
  announced_.clear();
  closed_until_ = TimePoint::min();
}

std::optional<Gate::Ticket> Gate::enter(const void* lane, std::int64_t tokens, bool again, TimePoint now) {
  if (waiting_ >= limits_.queue()) {
    const auto room = waiting_ == 0 ? room_at(tokens, now) : std::nullopt;
    if (!room || *room > now) return std::nullopt;
  }
  const auto ticket = Ticket(next_ticket_++);
  const auto [place, is_new] = lanes_.try_emplace(lane);
  auto& waiting = place->second;
  if (is_new) turn_.insert(again ? turn_.begin() : turn_.end(), lane);
  auto& visit = visits_[ticket];
  visit.lane = lane;
  visit.tokens = tokens;
  visit.place = waiting.insert(again ? waiting.begin() : waiting.end(), ticket);
  ++waiting_;
  return ticket;
}

std::optional<Gate::TimePoint> Gate::room_at(std::int64_t tokens, TimePoint now) {
  if (limits_.concurrent() > 0 && under_way_ >= static_cast<std::size_t>(limits_.concurrent())) return std::nullopt;
  auto when = std::max({now, closed_until_, requests_.room_at(1, now), tokens_.room_at(tokens, now)});
  for (const auto& budget : announced_)
    when = std::max(when, budget.room_at(budget.counts() == Counts::requests ? 1 : static_cast<double>(tokens), now));
  return when;
}

std::optional<Gate::Ticket> Gate::admit(TimePoint now) {
  if (turn_.empty()) return std::nullopt;
  const auto* lane = turn_.front();
  const auto ticket = lanes_.at(lane).front();
  auto& visit = visits_.at(ticket);
  if (const auto when = room_at(visit.tokens, now); !when || *when > now) return std::nullopt;
  take_out(visit);
  if (lanes_.contains(lane)) {
    turn_.pop_front();
    turn_.push_back(lane);
  }
  go(visit, now);
  return ticket;
}

std::optional<Gate::TimePoint> Gate::opens(TimePoint now) {
  if (turn_.empty()) return std::nullopt;
  return room_at(visits_.at(lanes_.at(turn_.front()).front()).tokens, now);
}

void Gate::take_out(const Visit& visit) {
  const auto lane = lanes_.find(visit.lane);
  lane->second.erase(visit.place);
  --waiting_;
  if (!lane->second.empty()) return;
  lanes_.erase(lane);
  turn_.erase(std::ranges::find(turn_, visit.lane));
}

void Gate::go(Visit& visit, TimePoint now) {
  visit.went = true;
  ++under_way_;
  requests_.add(1, now);
  visit.entry = tokens_.add(visit.tokens, now);
  ++unanswered_requests_;
  unanswered_tokens_ += visit.tokens;
  for (auto& budget : announced_)
    budget.spend(budget.counts() == Counts::requests ? 1 : static_cast<double>(visit.tokens));
}

void Gate::leave(Ticket ticket, std::optional<std::int64_t> tokens) {
  const auto found = visits_.find(ticket);
  if (found == visits_.end()) return;
  const auto& visit = found->second;
  if (!visit.went) {
    take_out(visit);
  } else {
    --under_way_;
    if (!visit.answered) {
      --unanswered_requests_;
      unanswered_tokens_ -= visit.tokens;
    }
    if (tokens) tokens_.correct(visit.entry, *tokens - visit.tokens);
  }
  visits_.erase(found);
}

void Gate::learn(Ticket ticket, const std::vector<RateWindow>& windows, TimePoint now) {
  const auto found = visits_.find(ticket);
  if (found == visits_.end() || !found->second.went) return;
  if (!found->second.answered) {
    found->second.answered = true;
    --unanswered_requests_;
    unanswered_tokens_ -= found->second.tokens;
  }
  if (!limits_.heed_provider() || windows.empty()) return;
  announced_.clear();
  for (const auto& window : windows)
    announced_.emplace_back(
        window, static_cast<double>(window.counts == Counts::requests ? unanswered_requests_ : unanswered_tokens_),
        now);
}

void Gate::close_until(TimePoint when) {
  if (limits_.heed_provider()) closed_until_ = std::max(closed_until_, when);
}

}  // namespace fastccg
