#include "caller.hpp"

#include <chrono>
#include <stop_token>

#include "mishaps.hpp"

namespace fastccg::soak {

namespace {

/// After so many calls a history is checked and begun anew, so that it does not grow.
constexpr unsigned calls_of_a_history = 6;

/// Counts a call for as long as it is under way.
class Open {
 public:
  explicit Open(Tally* tally) : tally_(tally) {
    ++tally_->calls;
    ++tally_->open;
  }
  ~Open() { --tally_->open; }
  Open(const Open&) = delete;
  Open& operator=(const Open&) = delete;

 private:
  Tally* tally_;
};

}  // namespace

void Tally::note_broken(const std::string& what) {
  ++broken;
  const std::lock_guard lock(mutex_);
  if (first_.empty()) first_ = what;
}

std::string Tally::first_broken() const {
  const std::lock_guard lock(mutex_);
  return first_;
}

Settings Caller::settings() {
  using namespace std::chrono_literals;
  auto settings = Settings().retries(Retries().attempts(2).initial_delay(1ms).max_delay(2ms));
  const std::string mishap = testing::mishaps[random_.below(testing::mishaps.size())];
  if (!mishap.empty()) settings.extra_headers({{"x-fastccg-fault", mishap}});
  return settings;
}

Task<void> Caller::run() {
  while (!tally_->over) {
    answer_ = name_ + " " + std::to_string(++count_);
    for (auto words = random_.below(20); words > 0; --words) answer_ += " word";
    question_ = "say " + answer_;
    if (random_.one_in(3)) {
      co_await ask();
    } else {
      co_await stream();
    }
    if (count_ % calls_of_a_history == 0) check();
  }
  check();
}

Task<void> Caller::ask() {
  const Open open(tally_);
  auto operation = model_.ask_async(question_, settings());
  try {
    const auto reply = co_await std::move(operation);
    if (reply.content != answer_) tally_->note_broken(question_ + " was answered with " + reply.content);
    expect(reply.content);
  } catch (const FastCCGError&) {
    ++tally_->failed;
  }
}

/// Reads a stream to its end, or stops it, or lets go of it.
Task<void> Caller::stream() {
  const Open open(tally_);
  std::stop_source stop;
  auto stream = model_.ask_stream(question_, settings()).stop_token(stop.get_token());
  const auto patience = random_.one_in(3) ? random_.below(6) : 1000u;
  const bool lets_go = random_.one_in(2);
  std::string read;
  try {
    for (unsigned chunks = 0; !lets_go || chunks < patience; ++chunks) {
      if (chunks == patience) stop.request_stop();
      const auto* chunk = co_await stream.next();
      if (!chunk) break;
      ++tally_->chunks;
      read += chunk->content;
    }
  } catch (const FastCCGError&) {
    ++tally_->failed;
  }
  stream.close();
  if (!answer_.starts_with(read)) tally_->note_broken(question_ + " gave " + read);
  if (!read.empty()) expect(read);
}

void Caller::check() {
  const auto history = model_.get_history();
  bool right = history.size() == 2 * expected_.size();
  for (std::size_t i = 0; right && i < expected_.size(); ++i)
    right = history[2 * i].text() == expected_[i].first && history[2 * i + 1].text() == expected_[i].second;
  if (right)
    tally_->turns += expected_.size();
  else
    tally_->note_broken("the history of " + name_ + " has " + std::to_string(history.size()) + " messages, not " +
                        std::to_string(2 * expected_.size()) + ", or others");
  model_.reset();
  expected_.clear();
}

}  // namespace fastccg::soak
