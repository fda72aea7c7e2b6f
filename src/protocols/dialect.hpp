#pragma once

#include <cstdint>
#include <string_view>

namespace fastccg::protocols {

/// What sets one provider apart from others that speak the same protocol, as flags that the protocol reads.
enum class Quirk : std::uint32_t {
  none = 0,
  max_completion_tokens = 1u << 0,   ///< The token limit is called `max_completion_tokens`.
  no_stream_usage_option = 1u << 1,  ///< `stream_options` is refused; usage comes unasked or not at all.
  no_json_schema = 1u << 2,          ///< `response_format` knows `json_object` only.
  replays_reasoning = 1u << 3,       ///< Reasoning text of the running turn is sent back as `reasoning_content`.
  reasoning_details = 1u << 4,       ///< Reasoning comes and goes as `reasoning_details`, and is set by `reasoning`.
  no_strict = 1u << 5,               ///< `strict` is not understood in tools and schemas.
  thinking_switch = 1u << 6,         ///< Reasoning is turned on and off by `thinking`, an object with a type.
  thinking_chunks = 1u << 7,         ///< Reasoning and documents stand as chunks of their own kind in the content.
  takes_top_k = 1u << 8,             ///< `top_k` is understood.
  takes_metadata = 1u << 9,          ///< `metadata` is understood.
  no_logprobs = 1u << 10,            ///< Log probabilities cannot be asked for.
  random_seed = 1u << 11,            ///< The seed is called `random_seed`.
  short_call_ids = 1u << 12,         ///< Ids of tool calls are exactly nine letters and digits.
  any_tool = 1u << 13,               ///< To demand a tool call is called `any`.
  marks_prefill = 1u << 14,          ///< An assistant's message at the end is to be continued, and says so: `prefix`.
  temperature_to_1_5 = 1u << 15,     ///< The temperature ends at 1.5.
  four_stops = 1u << 16,             ///< More than four stop sequences are refused.
  alternating_roles = 1u << 17,      ///< User and assistant must alternate, after one system message.
  all_or_no_effort = 1u << 18,       ///< The only reasoning efforts are `none` and `high`.
  cache_control = 1u << 19,          ///< Text can be marked for the prompt cache by `cache_control`.

  files_by_address = 1u << 20,  ///< `file_data` can be an address, too.

  // Of embeddings.
  base64_vectors = 1u << 28,    ///< Vectors can be asked for in base64, and are more exact so.
  int8_vectors = 1u << 29,      ///< Vectors come in base64 with one byte to a number.
  output_dimension = 1u << 30,  ///< The number of dimensions is called `output_dimension`.
  v1_embeddings = 1u << 31,     ///< Embeddings stand below `/v1`, although conversations do not.
};

constexpr Quirk operator|(Quirk a, Quirk b) noexcept {
  return static_cast<Quirk>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b));
}
/// `set` without `quirk`.
constexpr Quirk without(Quirk set, Quirk quirk) noexcept {
  return static_cast<Quirk>(static_cast<std::uint32_t>(set) & ~static_cast<std::uint32_t>(quirk));
}
constexpr bool has(Quirk set, Quirk quirk) noexcept {
  return (static_cast<std::uint32_t>(set) & static_cast<std::uint32_t>(quirk)) != 0;
}

class Dialect {
 public:
  constexpr Dialect() = default;
  constexpr Dialect(std::string_view provider_, Quirk quirks_) : provider(provider_), quirks(quirks_) {}

  std::string_view provider;  ///< Who speaks; goes into replies, errors and opaque parts.
  Quirk quirks = Quirk::none;

  constexpr bool has(Quirk quirk) const noexcept { return protocols::has(quirks, quirk); }
};

}  // namespace fastccg::protocols
