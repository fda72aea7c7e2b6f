#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fastccg/tool.hpp"

namespace fastccg {

/// The four deadlines of a call. A deadline of zero never passes; one of more than a year is taken as a year.
class Timeouts {
 public:
  using Duration = std::chrono::milliseconds;

  Timeouts() = default;

  /// Until a connection stands, name resolution and TLS included. Each attempt has its own. Default 10 s.
  Timeouts& connect(Duration value);
  /// From the start of an attempt until the answer begins: its JSON, or in a stream its first text, reasoning or tool
  /// call. Blanks, comments and pings do not count. Reasoning models think for minutes. Default 10 min.
  /// Also the longest time within a stream in which nothing but comments and pings comes.
  Timeouts& first_byte(Duration value);
  /// Between two arrivals of bytes after that; comments and pings show that the connection lives, and count.
  /// Default 2 min.
  Timeouts& idle(Duration value);
  /// The whole call, with all attempts, the waiting between them and for its turn (`RateLimits`). Default 1 h.
  Timeouts& total(Duration value);
  /// Whether blanks, comments and pings end the wait for the first byte: from the first of them on, `idle` and
  /// `total` alone decide. Default false.
  Timeouts& heartbeats_count(bool value);

  Duration connect() const noexcept { return connect_; }
  Duration first_byte() const noexcept { return first_byte_; }
  Duration idle() const noexcept { return idle_; }
  Duration total() const noexcept { return total_; }
  bool heartbeats_count() const noexcept { return heartbeats_count_; }

  friend bool operator==(const Timeouts&, const Timeouts&) = default;

 private:
  Duration connect_{10'000};
  Duration first_byte_{600'000};
  Duration idle_{120'000};
  Duration total_{3'600'000};
  bool heartbeats_count_ = false;
};

/// How failed attempts are repeated. Nothing is ever repeated once output has reached the caller.
class Retries {
 public:
  using Duration = std::chrono::milliseconds;

  Retries() = default;

  /// How often a request is sent at most, the first time included; 1 means never again. Default 3.
  Retries& attempts(int value);
  /// The first pause when the provider announces none; it doubles with each attempt, and up to a quarter of it is
  /// taken off at random. Default 0.5 s.
  Retries& initial_delay(Duration value);
  /// The longest such pause. Default 8 s.
  Retries& max_delay(Duration value);
  /// The longest pause that a provider may ask for. If it asks for more, the call fails at once and the error says how
  /// long to wait. Default 1 min.
  Retries& max_announced_delay(Duration value);

  int attempts() const noexcept { return attempts_; }
  Duration initial_delay() const noexcept { return initial_delay_; }
  Duration max_delay() const noexcept { return max_delay_; }
  Duration max_announced_delay() const noexcept { return max_announced_delay_; }

  friend bool operator==(const Retries&, const Retries&) = default;

 private:
  int attempts_ = 3;
  Duration initial_delay_{500};
  Duration max_delay_{8'000};
  Duration max_announced_delay_{60'000};
};

/// What a server may send before it is called broken or hostile, in bytes.
class Limits {
 public:
  Limits() = default;

  /// All headers of one answer together. Default 256 KiB.
  Limits& headers(std::size_t bytes);
  /// One event of a stream, and so any line of it. Default 64 MiB.
  Limits& event(std::size_t bytes);
  /// The body of one answer, streamed or not. Default 256 MiB.
  Limits& body(std::size_t bytes);
  /// Chunks of a stream that have arrived and were not read yet. Above it the socket is no longer read. Default 256 KiB.
  Limits& unread(std::size_t bytes);

  std::size_t headers() const noexcept { return headers_; }
  std::size_t event() const noexcept { return event_; }
  std::size_t body() const noexcept { return body_; }
  std::size_t unread() const noexcept { return unread_; }

  friend bool operator==(const Limits&, const Limits&) = default;

 private:
  std::size_t headers_ = 256 * 1024;
  std::size_t event_ = 64 * 1024 * 1024;
  std::size_t body_ = 256 * 1024 * 1024;
  std::size_t unread_ = 256 * 1024;
};

/// Settings of a model, or of one call: what is set in a call's settings wins over the model's.
///
/// All setters return the object, so that they can be chained. A setter throws `UsageError` for a value that no
/// provider could accept. A setting that the model or its provider does not take is left out of the request, and the
/// reply carries a warning.
class Settings {
 public:
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  Settings() = default;

  Settings& sys_prompt(std::string text);
  Settings& temperature(double value);       ///< 0 to 2.
  Settings& top_p(double value);             ///< Above 0, up to 1.
  Settings& top_k(int value);                ///< At least 1.
  Settings& max_tokens(std::int64_t value);  ///< At least 1. Where a model reasons, reasoning counts too.
  Settings& stop(std::vector<std::string> sequences);
  Settings& seed(std::int64_t value);
  Settings& frequency_penalty(double value);  ///< -2 to 2.
  Settings& presence_penalty(double value);   ///< -2 to 2.
  Settings& logprobs(int top);                ///< 0 to 20: how many alternatives to report with each token.
  Settings& tools(std::vector<Tool> value);
  Settings& tool_choice(ToolChoice value);
  Settings& parallel_tools(bool value);
  Settings& output_format(OutputFormat value);
  Settings& reasoning(ReasoningSetting value);
  /// The instructions and the tools are worth keeping in the provider's prompt cache, for `lifetime` if the provider
  /// lets it be chosen. Matters to providers that have to be told (Anthropic, OpenRouter); the others cache on their
  /// own. Places within the conversation are marked by `cache_point`.
  Settings& cache_prompt(std::chrono::seconds lifetime = std::chrono::minutes(5));
  /// Labels that the provider stores with the request.
  Settings& metadata(std::map<std::string, std::string> value);
  /// A JSON object that is merged into the request's body last: whatever it names wins.
  Settings& extra(std::string json_object);
  /// Headers added to the request; they may not replace the one that carries the key.
  Settings& extra_headers(Pairs headers);
  Settings& timeouts(Timeouts value);
  Settings& retries(Retries value);
  Settings& limits(Limits value);

  const std::optional<std::string>& sys_prompt() const noexcept { return sys_prompt_; }
  std::optional<double> temperature() const noexcept { return temperature_; }
  std::optional<double> top_p() const noexcept { return top_p_; }
  std::optional<int> top_k() const noexcept { return top_k_; }
  std::optional<std::int64_t> max_tokens() const noexcept { return max_tokens_; }
  const std::optional<std::vector<std::string>>& stop() const noexcept { return stop_; }
  std::optional<std::int64_t> seed() const noexcept { return seed_; }
  std::optional<double> frequency_penalty() const noexcept { return frequency_penalty_; }
  std::optional<double> presence_penalty() const noexcept { return presence_penalty_; }
  std::optional<int> logprobs() const noexcept { return logprobs_; }
  const std::optional<std::vector<Tool>>& tools() const noexcept { return tools_; }
  const std::optional<ToolChoice>& tool_choice() const noexcept { return tool_choice_; }
  std::optional<bool> parallel_tools() const noexcept { return parallel_tools_; }
  const std::optional<OutputFormat>& output_format() const noexcept { return output_format_; }
  const std::optional<ReasoningSetting>& reasoning() const noexcept { return reasoning_; }
  std::optional<std::chrono::seconds> cache_prompt() const noexcept { return cache_prompt_; }
  const std::optional<std::map<std::string, std::string>>& metadata() const noexcept { return metadata_; }
  const std::optional<std::string>& extra() const noexcept { return extra_; }
  const std::optional<Pairs>& extra_headers() const noexcept { return extra_headers_; }
  const std::optional<Timeouts>& timeouts() const noexcept { return timeouts_; }
  const std::optional<Retries>& retries() const noexcept { return retries_; }
  const std::optional<Limits>& limits() const noexcept { return limits_; }

  /// These settings with everything that `over` sets put in place of their own.
  Settings overlaid_with(const Settings& over) const;

  friend bool operator==(const Settings&, const Settings&) = default;

 private:
  std::optional<std::string> sys_prompt_;
  std::optional<double> temperature_;
  std::optional<double> top_p_;
  std::optional<int> top_k_;
  std::optional<std::int64_t> max_tokens_;
  std::optional<std::vector<std::string>> stop_;
  std::optional<std::int64_t> seed_;
  std::optional<double> frequency_penalty_;
  std::optional<double> presence_penalty_;
  std::optional<int> logprobs_;
  std::optional<std::vector<Tool>> tools_;
  std::optional<ToolChoice> tool_choice_;
  std::optional<bool> parallel_tools_;
  std::optional<OutputFormat> output_format_;
  std::optional<ReasoningSetting> reasoning_;
  std::optional<std::chrono::seconds> cache_prompt_;
  std::optional<std::map<std::string, std::string>> metadata_;
  std::optional<std::string> extra_;
  std::optional<Pairs> extra_headers_;
  std::optional<Timeouts> timeouts_;
  std::optional<Retries> retries_;
  std::optional<Limits> limits_;
};

}  // namespace fastccg
