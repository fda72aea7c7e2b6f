#include "server/plan.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace fastccg::sim {

std::size_t size_of(const Fault& fault, std::string_view parameter) {
  constexpr std::int64_t largest = std::int64_t{256} << 20U;
  return static_cast<std::size_t>(std::min(fault.number(parameter), largest));
}

std::string_view reason(unsigned status) noexcept {
  switch (status) {
    case 200: return "OK";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 402: return "Payment Required";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Payload Too Large";
    case 422: return "Unprocessable Entity";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 529: return "Site is overloaded";
    default: return "Status";
  }
}

namespace {

Pacing::Duration milliseconds_of(const Fault& fault, std::string_view parameter) {
  constexpr std::int64_t longest = 86'400'000;
  return std::chrono::milliseconds(std::min(fault.number(parameter), longest));
}

bool has_no_body(unsigned status) { return status == 204 || status == 304; }

std::string hex(std::size_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
  return {digits.data(), end};
}

// Writes an answer as HTTP/1.1 and remembers where its events end.
class Writer {
 public:
  Writer(const Response& response, const std::vector<Fault>& faults, const Framing& framing, const Pacing& pacing)
      : response_(response), faults_(faults), framing_(framing), pacing_(pacing) {}

  Plan write() {
    plan_.status = response_.status;
    plan_.streamed = response_.streamed;
    plan_.ending = framing_.keep_alive ? Ending::keep_alive : Ending::close;
    write_head();
    body_start_ = plan_.bytes.size();
    if (framing_.head_only || has_no_body(response_.status)) {
      step(Pacing::Duration(0));
    } else if (response_.streamed) {
      write_events();
    } else {
      write_body();
    }
    if (!plan_.steps.empty()) plan_.steps.front().delay += pacing_.first_byte + response_.delay;
    if (announces_close() && !find_fault(faults_, "early-response")) plan_.ending = Ending::close;
    if (find_fault(faults_, "early-response")) plan_.ending = Ending::linger;
    return std::move(plan_);
  }

  std::size_t body_start() const noexcept { return body_start_; }
  /// Where the first `count` events end; for a whole body, its middle.
  std::size_t offset_of(std::size_t count) const {
    if (event_ends_.empty()) return body_start_ + response_.body.size() / 2;
    return count == 0 ? body_start_ : event_ends_[std::min(count, event_ends_.size()) - 1];
  }

 private:
  bool announces_close() const {
    return find_fault(faults_, "close") || find_fault(faults_, "close-delimited") ||
           find_fault(faults_, "long-content-length") || find_fault(faults_, "early-response");
  }

  void write_head() {
    auto& bytes = plan_.bytes;
    bytes.reserve(1024 + response_.body.size() + response_.events.size() * 360);
    bytes.append("HTTP/1.1 ").append(std::to_string(response_.status)).append(" ").append(reason(response_.status));
    bytes.append("\r\n");
    if (!response_.content_type.empty()) header("Content-Type", response_.content_type);
    for (const auto& [name, value] : response_.headers) header(name, value);
    const auto* close = find_fault(faults_, "close");
    const bool silent = close != nullptr && close->number("silent") != 0;
    if ((announces_close() || !framing_.keep_alive) && !silent) header("Connection", "close");
    if (response_.streamed) header("Cache-Control", "no-cache");
    if (!has_no_body(response_.status)) add_framing();
    bytes.append("\r\n");
  }

  void add_framing() {
    if (const auto* lie = find_fault(faults_, "long-content-length")) {
      auto length = response_.body.size() + size_of(*lie, "bytes");
      for (const auto& event : response_.events) length += event.frame.size();
      header("Content-Length", std::to_string(length));
    } else if (find_fault(faults_, "close-delimited")) {
      return;
    } else if (is_chunked()) {
      header("Transfer-Encoding", "chunked");
    } else if (!response_.streamed) {
      header("Content-Length", std::to_string(response_.body.size()));
    }
  }

  void header(std::string_view name, std::string_view value) {
    plan_.bytes.append(name).append(": ").append(value).append("\r\n");
  }

  bool is_chunked() const {
    return response_.streamed && framing_.chunks && !find_fault(faults_, "long-content-length") &&
           !find_fault(faults_, "close-delimited");
  }

  void write_body() {
    plan_.bytes += response_.body;
    step(pacing_.whole_answers ? pacing_.chunk * static_cast<std::int64_t>(response_.tokens) : Pacing::Duration(0));
  }

  // Steps end before events that wait, so that an unpaced answer is one write.
  void write_events() {
    const auto* endless = find_fault(faults_, "endless");
    if (endless == nullptr) endless = find_fault(faults_, "heartbeats-only");
    const auto chunk_delay =
        endless != nullptr && endless->number("delay-ms") > 0 ? milliseconds_of(*endless, "delay-ms") : pacing_.chunk;
    const bool chunked = is_chunked();
    bool first = true;
    Pacing::Duration delay{0};
    for (const auto& event : response_.events) {
      if (event.paced && !first && chunk_delay.count() > 0) {
        step(delay);
        delay = chunk_delay;
      }
      if (endless != nullptr && event.paced && first) begin_repeat(delay);
      if (endless != nullptr && !event.paced && !first) break;
      if (event.paced) first = false;
      if (chunked) plan_.bytes.append(hex(event.frame.size())).append("\r\n");
      plan_.bytes += event.frame;
      if (chunked) plan_.bytes += "\r\n";
      event_ends_.push_back(plan_.bytes.size());
    }
    if (endless != nullptr) {
      if (!plan_.repeat_from) plan_.repeat_from = 0;
      // The first of the repeated steps follows on the last one.
      if (plan_.steps.size() == *plan_.repeat_from) delay = chunk_delay;
    } else if (chunked) {
      plan_.bytes += "0\r\n\r\n";
    }
    if (!chunked && !find_fault(faults_, "long-content-length")) plan_.ending = Ending::close;
    step(delay);
  }

  void begin_repeat(Pacing::Duration delay) {
    step(delay);
    plan_.repeat_from = plan_.steps.size();
  }

  void step(Pacing::Duration delay) {
    const auto end = plan_.bytes.size();
    if (plan_.steps.empty() || plan_.steps.back().end < end) plan_.steps.emplace_back(end, delay);
  }

  const Response& response_;
  const std::vector<Fault>& faults_;
  const Framing& framing_;
  const Pacing& pacing_;
  Plan plan_;
  std::size_t body_start_ = 0;
  std::vector<std::size_t> event_ends_;
};

void cut(Plan& plan, std::size_t at, Ending ending) {
  at = std::min(at, plan.bytes.size());
  plan.bytes.resize(at);
  while (!plan.steps.empty() && (plan.steps.size() > 1 && plan.steps[plan.steps.size() - 2].end >= at))
    plan.steps.pop_back();
  if (!plan.steps.empty()) plan.steps.back().end = at;
  plan.ending = ending;
  plan.repeat_from.reset();
}

void stall(Plan& plan, std::size_t at, const Fault& fault) {
  if (!fault.has("ms")) return cut(plan, at, Ending::hang);
  const auto found =
      std::find_if(plan.steps.begin(), plan.steps.end(), [at](const auto& step) { return step.end > at; });
  if (found == plan.steps.end()) return;
  const auto rest = *found;
  found->end = at;
  plan.steps.emplace(found + 1, rest.end, milliseconds_of(fault, "ms"));
}

// Cuts the steps into smaller ones; each keeps its delay before its first piece.
template <class NextSize>
void slice(Plan& plan, Pacing::Duration delay, NextSize next_size) {
  std::vector<Plan::Step> steps;
  std::size_t start = 0;
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const auto step = plan.steps[i];
    if (plan.repeat_from == i) plan.repeat_from = steps.size();
    for (auto at = start; at < step.end;) {
      const auto own = (at == start ? step.delay : Pacing::Duration(0)) + (at == 0 ? Pacing::Duration(0) : delay);
      at = std::min(step.end, at + std::max<std::size_t>(next_size(), 1));
      steps.emplace_back(at, own);
    }
    start = step.end;
  }
  plan.steps = std::move(steps);
}

std::size_t cut_point(const Fault& fault, const Writer& writer) {
  return fault.has("bytes") ? writer.body_start() + size_of(fault, "bytes")
                            : writer.offset_of(size_of(fault, "events"));
}

void apply_to_bytes(Plan& plan, const Fault& fault, const Writer& writer) {
  const auto& name = fault.name();
  if (name == "truncate") cut(plan, cut_point(fault, writer), Ending::close);
  if (name == "reset-in-body") cut(plan, cut_point(fault, writer), Ending::reset);
  if (name == "stall-mid-stream") stall(plan, cut_point(fault, writer), fault);
}

void apply_to_steps(Plan& plan, const Fault& fault) {
  if (fault.name() == "split") {
    Random random(static_cast<std::uint64_t>(fault.number("seed")));
    const auto most = size_of(fault, "max");
    slice(plan, milliseconds_of(fault, "delay-ms"), [&] { return 1 + random.below(most); });
  }
  if (fault.name() == "drip") slice(plan, milliseconds_of(fault, "delay-ms"), [&] { return size_of(fault, "bytes"); });
}

// Faults in whose presence nothing of the answer is seen.
std::optional<Plan> without_answer(const std::vector<Fault>& faults) {
  Plan plan;
  if (find_fault(faults, "reset-before-headers")) {
    plan.ending = Ending::reset;
    return plan;
  }
  if (const auto* fault = find_fault(faults, "stall-before-headers"); fault != nullptr && !fault->has("ms")) {
    plan.ending = Ending::hang;
    return plan;
  }
  if (const auto* fault = find_fault(faults, "garbage")) {
    Random random(1);
    for (std::size_t i = 0; i < size_of(*fault, "bytes"); ++i) plan.bytes += static_cast<char>(random.next() & 0xFFU);
    plan.steps.emplace_back(plan.bytes.size(), Pacing::Duration(0));
    plan.ending = Ending::close;
    return plan;
  }
  return std::nullopt;
}

}  // namespace

bool Plan::takes_time() const noexcept {
  if (ending == Ending::hang || repeat_from) return true;
  return std::any_of(steps.begin(), steps.end(), [](const Step& step) { return step.delay.count() > 0; });
}

Plan make_plan(const Response& response, const std::vector<Fault>& faults, const Persona& persona,
               const Framing& framing, const Pacing& pacing) {
  if (auto plan = without_answer(faults)) return std::move(*plan);
  if (response.raw) {
    Plan plan;
    plan.bytes = *response.raw;
    plan.steps.emplace_back(plan.bytes.size(), pacing.first_byte + response.delay);
    plan.ending = Ending::close;
    for (const auto& fault : faults) apply_to_steps(plan, fault);
    return plan;
  }
  if (faults.empty()) return Writer(response, faults, framing, pacing).write();
  auto edited = response;
  for (const auto& fault : faults) edit(edited, fault, persona);
  if (const auto* wait = find_fault(faults, "stall-before-headers")) edited.delay += milliseconds_of(*wait, "ms");
  Writer writer(edited, faults, framing, pacing);
  auto plan = writer.write();
  for (const auto& fault : faults) apply_to_bytes(plan, fault, writer);
  for (const auto& fault : faults) apply_to_steps(plan, fault);
  return plan;
}

}  // namespace fastccg::sim
