#include "fastccg/settings.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "fastccg/error.hpp"

namespace fastccg {

namespace {

[[noreturn]] void refuse(const std::string& setting, const std::string& rule) {
  throw_error(Error(ErrorKind::usage, setting + " must be " + rule));
}

void check(bool good, const char* setting, const char* rule) {
  if (!good) refuse(setting, rule);
}

/// NaN fails every comparison, so it is refused too.
bool within(double value, double low, double high) { return value >= low && value <= high; }

/// Nobody waits longer, and adding it to a clock's time does not overflow.
constexpr Timeouts::Duration longest = std::chrono::hours(24 * 365);

Timeouts::Duration checked(const char* name, Timeouts::Duration value) {
  check(value.count() >= 0, name, "zero or a positive time");
  return std::min(value, longest);
}

std::size_t checked(const char* name, std::size_t bytes) {
  check(bytes > 0, name, "at least 1 byte");
  return bytes;
}

bool is_token(const std::string& text) {
  if (text.empty()) return false;
  for (const char c : text)
    if (c <= ' ' || c >= 127 || c == ':') return false;
  return true;
}

bool is_header_value(const std::string& text) {
  for (const char c : text)
    if ((c >= 0 && c < ' ' && c != '\t') || c == 127) return false;
  return true;
}

}  // namespace

Timeouts& Timeouts::connect(Duration value) {
  connect_ = checked("connect timeout", value);
  return *this;
}
Timeouts& Timeouts::first_byte(Duration value) {
  first_byte_ = checked("first-byte timeout", value);
  return *this;
}
Timeouts& Timeouts::idle(Duration value) {
  idle_ = checked("idle timeout", value);
  return *this;
}
Timeouts& Timeouts::total(Duration value) {
  total_ = checked("total timeout", value);
  return *this;
}
Timeouts& Timeouts::heartbeats_count(bool value) {
  heartbeats_count_ = value;
  return *this;
}

Retries& Retries::attempts(int value) {
  check(value >= 1, "attempts", "at least 1");
  attempts_ = value;
  return *this;
}
Retries& Retries::initial_delay(Duration value) {
  initial_delay_ = checked("initial delay", value);
  return *this;
}
Retries& Retries::max_delay(Duration value) {
  max_delay_ = checked("max delay", value);
  return *this;
}
Retries& Retries::max_announced_delay(Duration value) {
  max_announced_delay_ = checked("max announced delay", value);
  return *this;
}

Limits& Limits::headers(std::size_t bytes) {
  headers_ = checked("headers limit", bytes);
  return *this;
}
Limits& Limits::event(std::size_t bytes) {
  event_ = checked("event limit", bytes);
  return *this;
}
Limits& Limits::body(std::size_t bytes) {
  body_ = checked("body limit", bytes);
  return *this;
}
Limits& Limits::unread(std::size_t bytes) {
  unread_ = checked("unread limit", bytes);
  return *this;
}

Settings& Settings::sys_prompt(std::string text) {
  sys_prompt_ = std::move(text);
  return *this;
}

Settings& Settings::temperature(double value) {
  check(within(value, 0, 2), "temperature", "from 0 to 2");
  temperature_ = value;
  return *this;
}

Settings& Settings::top_p(double value) {
  check(value > 0 && value <= 1, "top_p", "above 0 and at most 1");
  top_p_ = value;
  return *this;
}

Settings& Settings::top_k(int value) {
  check(value >= 1, "top_k", "at least 1");
  top_k_ = value;
  return *this;
}

Settings& Settings::max_tokens(std::int64_t value) {
  check(value >= 1, "max_tokens", "at least 1");
  max_tokens_ = value;
  return *this;
}

Settings& Settings::stop(std::vector<std::string> sequences) {
  for (const auto& sequence : sequences) check(!sequence.empty(), "stop", "a list of texts that are not empty");
  stop_ = std::move(sequences);
  return *this;
}

Settings& Settings::seed(std::int64_t value) {
  seed_ = value;
  return *this;
}

Settings& Settings::frequency_penalty(double value) {
  check(within(value, -2, 2), "frequency_penalty", "from -2 to 2");
  frequency_penalty_ = value;
  return *this;
}

Settings& Settings::presence_penalty(double value) {
  check(within(value, -2, 2), "presence_penalty", "from -2 to 2");
  presence_penalty_ = value;
  return *this;
}

Settings& Settings::logprobs(int top) {
  check(top >= 0 && top <= 20, "logprobs", "from 0 to 20");
  logprobs_ = top;
  return *this;
}

Settings& Settings::tools(std::vector<Tool> value) {
  for (const auto& tool : value) check(!tool.name.empty(), "each tool's name", "set");
  tools_ = std::move(value);
  return *this;
}

Settings& Settings::tool_choice(ToolChoice value) {
  tool_choice_ = std::move(value);
  return *this;
}
Settings& Settings::parallel_tools(bool value) {
  parallel_tools_ = value;
  return *this;
}
Settings& Settings::output_format(OutputFormat value) {
  output_format_ = std::move(value);
  return *this;
}

Settings& Settings::reasoning(ReasoningSetting value) {
  check(!value.tokens() || *value.tokens() >= 1, "the reasoning budget", "at least 1 token");
  reasoning_ = std::move(value);
  return *this;
}

Settings& Settings::cache_prompt(std::chrono::seconds lifetime) {
  check(lifetime.count() > 0, "cache_prompt", "at least 1 second");
  cache_prompt_ = lifetime;
  return *this;
}
Settings& Settings::metadata(std::map<std::string, std::string> value) {
  metadata_ = std::move(value);
  return *this;
}
Settings& Settings::extra(std::string json_object) {
  extra_ = std::move(json_object);
  return *this;
}

Settings& Settings::extra_headers(Pairs headers) {
  for (const auto& [name, value] : headers) {
    check(is_token(name), "a header's name", "letters, digits and hyphens");
    check(is_header_value(value), "a header's value", "free of control characters");
  }
  extra_headers_ = std::move(headers);
  return *this;
}

Settings& Settings::timeouts(Timeouts value) {
  timeouts_ = value;
  return *this;
}
Settings& Settings::retries(Retries value) {
  retries_ = value;
  return *this;
}
Settings& Settings::limits(Limits value) {
  limits_ = value;
  return *this;
}

Settings Settings::overlaid_with(const Settings& over) const {
  Settings result = *this;
  const auto lay = [](auto& below, const auto& above) {
    if (above) below = above;
  };
  lay(result.sys_prompt_, over.sys_prompt_);
  lay(result.temperature_, over.temperature_);
  lay(result.top_p_, over.top_p_);
  lay(result.top_k_, over.top_k_);
  lay(result.max_tokens_, over.max_tokens_);
  lay(result.stop_, over.stop_);
  lay(result.seed_, over.seed_);
  lay(result.frequency_penalty_, over.frequency_penalty_);
  lay(result.presence_penalty_, over.presence_penalty_);
  lay(result.logprobs_, over.logprobs_);
  lay(result.tools_, over.tools_);
  lay(result.tool_choice_, over.tool_choice_);
  lay(result.parallel_tools_, over.parallel_tools_);
  lay(result.output_format_, over.output_format_);
  lay(result.reasoning_, over.reasoning_);
  lay(result.cache_prompt_, over.cache_prompt_);
  lay(result.metadata_, over.metadata_);
  lay(result.extra_, over.extra_);
  lay(result.extra_headers_, over.extra_headers_);
  lay(result.timeouts_, over.timeouts_);
  lay(result.retries_, over.retries_);
  lay(result.limits_, over.limits_);
  return result;
}

}  // namespace fastccg
