#pragma once

#include <cstdint>
#include <string_view>

namespace fastccg::protocols {

/// What sets one provider apart from others that speak the same protocol, as flags that the protocol reads.
enum class Quirk : std::uint32_t {
  none = 0,
  max_completion_tokens = 1u << 0,    ///< The token limit is called `max_completion_tokens`.
  no_stream_usage_option = 1u << 1,   ///< `stream_options` is refused; usage comes unasked or not at all.
  no_json_schema = 1u << 2,           ///< `response_format` knows `json_object` only.
  replays_reasoning = 1u << 3,        ///< Reasoning text of earlier turns is sent back as `reasoning_content`.
  reasoning_details = 1u << 4,        ///< Reasoning comes and goes as `reasoning_details`.
  no_strict = 1u << 5,                ///< `strict` is not understood in tools and schemas.
  ends_without_done = 1u << 6,        ///< Streams end without `[DONE]`.
};

constexpr Quirk operator|(Quirk a, Quirk b) noexcept {
  return static_cast<Quirk>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b));
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
