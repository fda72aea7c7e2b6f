#include "exchange/limit_table.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <utility>

#include "fastccg/error.hpp"
#include "providers/resolve.hpp"

namespace fastccg {

namespace {

template <class Number>
Number checked(const char* what, Number value) {
  if (value < 0) throw_error(Error(ErrorKind::usage, std::string(what) + " must not be negative; 0 sets no limit"));
  return value;
}

class Table {
 public:
  void set(std::string name, const RateLimits& limits) {
    const std::lock_guard lock(mutex_);
    limits_.insert_or_assign(std::move(name), limits);
    ++version_;
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    if (limits_.empty()) return;
    limits_.clear();
    ++version_;
  }
  std::optional<RateLimits> find(const std::string& provider, const std::string& model) const {
    const std::lock_guard lock(mutex_);
    auto found = limits_.find(provider + "/" + model);
    if (found == limits_.end()) found = limits_.find(provider);
    return found == limits_.end() ? std::nullopt : std::optional(found->second);
  }
  std::uint64_t version() const noexcept { return version_.load(std::memory_order_acquire); }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, RateLimits> limits_;  // by "provider/model" or "provider"
  std::atomic<std::uint64_t> version_{0};
};

Table& table() {
  static Table limits;
  return limits;
}

/// Provider and model of a name; the model is empty if it names a provider only. Throws for an unknown provider.
std::pair<std::string, std::string> parts_of(std::string_view name) {
  if (name.find('/') == std::string_view::npos) return {std::string(providers::find_or_throw(name).name), ""};
  auto parts = providers::split_name(name);
  return {std::string(parts.provider->name), std::move(parts.model)};
}

}  // namespace

RateLimits& RateLimits::concurrent(int calls) {
  concurrent_ = checked("the number of concurrent calls", calls);
  return *this;
}
RateLimits& RateLimits::requests_per_minute(std::int64_t requests) {
  requests_per_minute_ = checked("requests per minute", requests);
  return *this;
}
RateLimits& RateLimits::tokens_per_minute(std::int64_t tokens) {
  tokens_per_minute_ = checked("tokens per minute", tokens);
  return *this;
}
RateLimits& RateLimits::queue(std::size_t calls) {
  queue_ = calls;
  return *this;
}
RateLimits& RateLimits::heed_provider(bool value) {
  heed_provider_ = value;
  return *this;
}

void set_rate_limits(std::string_view name, const RateLimits& limits) {
  const auto [provider, model] = parts_of(name);
  table().set(model.empty() ? provider : provider + "/" + model, limits);
}

std::optional<RateLimits> rate_limits(std::string_view name) {
  const auto [provider, model] = parts_of(name);
  return table().find(provider, model);
}

void clear_rate_limits() { table().clear(); }

std::uint64_t RateLimitTable::version() noexcept { return table().version(); }

std::optional<RateLimits> RateLimitTable::find(const std::string& provider, const std::string& model) {
  return table().find(provider, model);
}

}  // namespace fastccg
