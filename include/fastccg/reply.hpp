#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fastccg/message.hpp"
#include "fastccg/rate_limit.hpp"

namespace fastccg {

/// Why the model stopped.
enum class FinishReason {
  unknown,         ///< The provider gave no reason.
  stop,            ///< It was done, or met a stop sequence.
  length,          ///< It met the token limit: the text, or the arguments of the last tool call, are cut.
  tool_calls,      ///< It waits for the results of its tool calls.
  content_filter,  ///< The provider's policy cut the answer.
  pause,           ///< The provider paused a long turn; send the conversation again to go on.
  error,           ///< The provider reports that generation failed.
  other,           ///< A reason that this library does not know; `raw_finish_reason` has it.
};

std::string_view to_string(FinishReason reason) noexcept;

/// Tokens used. A number that the provider did not send is absent, not zero.
/// The meaning is the same for every provider: `input` includes what was cached, `output` includes reasoning.
class Usage {
 public:
  Usage() = default;

  std::optional<std::int64_t> input;              ///< All tokens of the request.
  std::optional<std::int64_t> input_cached;       ///< The part of `input` that was read from a cache.
  std::optional<std::int64_t> input_cache_write;  ///< The part of `input` that was written to a cache.
  std::optional<std::int64_t> output;             ///< All tokens of the answer.
  std::optional<std::int64_t> output_reasoning;   ///< The part of `output` that was reasoning.
  std::optional<std::int64_t> total;

  friend bool operator==(const Usage&, const Usage&) = default;
};

/// Something that the caller asked for and did not get, or should know of.
class Warning {
 public:
  Warning() = default;
  Warning(std::string setting_, std::string message_) : setting(std::move(setting_)), message(std::move(message_)) {}

  std::string setting;  ///< The setting it is about, such as "temperature"; empty if none.
  std::string message;

  friend bool operator==(const Warning&, const Warning&) = default;
};

/// How long the call took, measured from its start.
class Timings {
 public:
  Timings() = default;

  std::chrono::microseconds queued{0};  ///< How long it waited for its turn under `RateLimits`, all attempts together.
  std::chrono::microseconds first_byte{0};    ///< Until the headers of the last attempt's answer.
  std::chrono::microseconds first_output{0};  ///< Until the first text, reasoning or tool call.
  std::chrono::microseconds total{0};
};

/// A complete answer.
class Reply {
 public:
  Reply() = default;

  /// The answer's text. Reasoning, refusals and tool calls are not in it; see `message`.
  std::string content;
  /// Tokens of request and answer together, if the provider said.
  std::optional<std::int64_t> tokens_used;
  std::string provider;
  std::string model;           ///< The model as it was asked for.
  std::string provider_model;  ///< The model that the provider says it used: often a dated snapshot.
  std::string id;              ///< The provider's id of the answer.
  std::string request_id;      ///< What to quote to the provider's support.

  /// Everything that was answered, in order, ready to be sent back.
  Message message;
  FinishReason finish_reason = FinishReason::unknown;
  std::string raw_finish_reason;  ///< In the provider's words; empty if it gave none.
  Usage usage;
  /// What it cost in US dollars by the catalogue's prices; absent if the model has none there, or usage is missing.
  std::optional<double> cost;
  std::vector<Warning> warnings;
  std::vector<RateLimit> rate_limits;  ///< What the answer's headers say, in their order; empty if nothing.
  int attempts = 0;  ///< How many times a request was sent, to other models too if there are fallbacks.
  Timings timings;
  /// Whether the stream ended before its end; only ever true in what `Stream::response` gives after an abort.
  bool interrupted = false;
  /// The provider's answer as JSON text. For a stream: the usage object, if there was one.
  std::string raw;

  /// The tool calls of the answer, in order.
  std::vector<ToolCall> tool_calls() const;
  /// The visible reasoning, joined with nothing between the parts.
  std::string reasoning() const;
  /// The refusal's text; empty if the model did not refuse.
  std::string refusal() const;
};

/// One piece of a streamed answer.
///
/// `content` is empty in chunks that carry something else, so that a loop that prints `content` prints the answer.
class Chunk {
 public:
  enum class Kind { text, reasoning, refusal, tool_call };

  Chunk() = default;

  Kind kind = Kind::text;
  std::string content;    ///< Text of the answer.
  std::string reasoning;  ///< Text of the reasoning.
  std::string refusal;    ///< Text of a refusal.
  /// For `tool_call`: which call of the answer this is about, counted from zero.
  std::size_t tool_index = 0;
  std::string tool_id;         ///< Set in the first chunk of a call.
  std::string tool_name;       ///< Set in the first chunk of a call.
  std::string tool_arguments;  ///< The next piece of the arguments' text.
};

}  // namespace fastccg
