#include "transport/replay/replay_transport.hpp"

#include <algorithm>
#include <deque>
#include <memory>
#include <random>
#include <utility>

namespace fastccg::transport {

std::vector<std::string> cut_at(std::string_view body, const std::vector<std::size_t>& positions) {
  std::vector<std::string> pieces;
  std::size_t begin = 0;
  const auto add_until = [&](std::size_t end) {
    if (end > begin) pieces.emplace_back(body.substr(begin, end - begin));
    begin = std::max(begin, end);
  };
  for (const std::size_t position : positions) add_until(std::min(position, body.size()));
  add_until(body.size());
  return pieces;
}

std::vector<std::string> cut_at_random(std::string_view body, std::size_t pieces, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::size_t> positions;
  for (std::size_t i = 1; i < pieces; ++i) positions.push_back(random() % (body.size() + 1));
  std::sort(positions.begin(), positions.end());
  return cut_at(body, positions);
}

ReplayTransport::ReplayTransport(Loop& loop, std::vector<RecordedAnswer> answers) : loop_(loop) {
  auto left = std::make_shared<std::deque<RecordedAnswer>>(answers.begin(), answers.end());
  answer_ = [left](const HttpRequest&) {
    RecordedAnswer answer;
    if (left->empty()) {
      answer.status = 0;
      answer.error.emplace(ErrorKind::usage, "there is no recorded answer left");
      return answer;
    }
    answer = std::move(left->front());
    left->pop_front();
    return answer;
  };
}

ReplayTransport::~ReplayTransport() {
  for (const auto& [id, call] : calls_) loop_.cancel(call.next);
}

CallId ReplayTransport::start(const HttpRequest& request, Sink& sink) {
  if (keep_ == Keep::requests) requests_.push_back(request);
  const auto id = static_cast<CallId>(++last_id_);
  Call& call = calls_[id];
  call.answer = answer_(request);
  call.sink = &sink;
  schedule(id, call);
  return id;
}

void ReplayTransport::cancel(CallId id) {
  if (forget(id)) ++cancelled_;
}

void ReplayTransport::drain(CallId id, std::chrono::milliseconds) {
  if (forget(id)) ++drained_;
}

void ReplayTransport::pause(CallId id) {
  const auto found = calls_.find(id);
  if (found == calls_.end()) return;
  found->second.paused = true;
  loop_.cancel(std::exchange(found->second.next, Loop::TimerId::none));
}

void ReplayTransport::resume(CallId id) {
  const auto found = calls_.find(id);
  if (found == calls_.end() || !std::exchange(found->second.paused, false)) return;
  schedule(id, found->second);
}

void ReplayTransport::schedule(CallId id, Call& call) {
  if (call.next != Loop::TimerId::none) return;
  call.next = loop_.after(Loop::Clock::duration::zero(), [this, id] { step(id); });
}

/// Gives the sink the next thing that it is to hear. The sink may cancel or pause the call meanwhile.
void ReplayTransport::step(CallId id) {
  Call& call = calls_.at(id);
  call.next = Loop::TimerId::none;
  Sink& sink = *call.sink;
  if (call.answer.status != 0 && !call.headers_given) {
    call.headers_given = true;
    const Headers headers = std::move(call.answer.headers);
    sink.on_headers(call.answer.status, headers);
  } else if (call.given < call.answer.pieces.size()) {
    const std::string piece = std::move(call.answer.pieces[call.given++]);
    sink.on_body(piece);
  } else {
    HttpEnd end;
    end.error = std::move(call.answer.error);
    forget(id);
    return sink.on_end(std::move(end));
  }
  const auto found = calls_.find(id);
  if (found != calls_.end() && !found->second.paused) schedule(id, found->second);
}

bool ReplayTransport::forget(CallId id) {
  const auto found = calls_.find(id);
  if (found == calls_.end()) return false;
  loop_.cancel(found->second.next);
  calls_.erase(found);
  return true;
}

}  // namespace fastccg::transport
