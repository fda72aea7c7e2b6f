#include "exchange/budget.hpp"

#include <algorithm>

namespace fastccg {

using namespace std::chrono;

namespace {

constexpr seconds minute{60};
constexpr milliseconds slot_width{100};

}  // namespace

void MinuteBudget::forget_before(TimePoint now) {
  while (!slots_.empty() && slots_.front().last + minute <= now) {
    used_ -= slots_.front().amount;
    slots_.pop_front();
  }
}

MinuteBudget::TimePoint MinuteBudget::room_at(std::int64_t amount, TimePoint now) {
  forget_before(now);
  if (limit_ == 0) return now;
  auto over = used_ + std::min(amount, limit_) - limit_;
  if (over <= 0) return now;
  for (const auto& slot : slots_) {
    over -= slot.amount;
    if (over <= 0) return std::max(now, slot.last + minute);
  }
  return now;
}

MinuteBudget::Entry MinuteBudget::add(std::int64_t amount, TimePoint now) {
  forget_before(now);
  used_ += amount;
  if (slots_.empty() || now - slots_.back().first >= slot_width) {
    slots_.emplace_back(next_number_++, now, amount);
  } else {
    slots_.back().last = now;
    slots_.back().amount += amount;
  }
  return Entry(slots_.back().number);
}

void MinuteBudget::correct(Entry entry, std::int64_t difference) {
  const auto number = static_cast<std::uint64_t>(entry);
  if (slots_.empty() || number < slots_.front().number || number > slots_.back().number) return;
  // The numbers of the slots follow each other.
  auto& slot = slots_[number - slots_.front().number];
  slot.amount += difference;
  used_ += difference;
}

std::int64_t MinuteBudget::used(TimePoint now) {
  forget_before(now);
  return used_;
}

AnnouncedBudget::AnnouncedBudget(const RateWindow& window, double unanswered, TimePoint now)
    : counts_(window.counts),
      limit_(window.limit),
      left_(window.remaining.value_or(0) - unanswered),
      since_(now),
      reset_(now + window.reset.value_or(minute)) {
  const auto until_full = duration<double>(reset_ - since_).count();
  if (limit_ && *limit_ > window.remaining.value_or(0) && until_full > 0)
    per_second_ = (*limit_ - window.remaining.value_or(0)) / until_full;
}

AnnouncedBudget::TimePoint AnnouncedBudget::room_at(double amount, TimePoint now) const {
  if (now >= reset_) return now;
  if (limit_) amount = std::min(amount, *limit_);
  const auto missing = amount - left_;
  if (missing <= 0) return now;
  if (per_second_ <= 0) return reset_;
  const auto wait = duration<double>(missing / per_second_);
  if (wait >= reset_ - since_) return reset_;
  return std::max(now, since_ + ceil<steady_clock::duration>(wait));
}

}  // namespace fastccg
