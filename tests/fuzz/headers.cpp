#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/request.hpp"
#include "exchange/retry.hpp"

/// Whatever the headers of an answer, one "name:value" a line: the delay that they announce is one that can be waited.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fastccg;
  Headers headers;
  for (std::string_view rest(reinterpret_cast<const char*>(data), size); !rest.empty();) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const auto colon = line.find(':');
    if (colon != std::string_view::npos) headers.emplace_back(line.substr(0, colon), line.substr(colon + 1));
  }
  Error error(ErrorKind::rate_limited, "slow down");
  error.status = 429;
  const auto now = std::chrono::system_clock::time_point(std::chrono::seconds(1'760'000'000));
  const auto delay = retry::announced_delay(error, headers, now);
  if (delay && (delay->count() <= 0 || *delay > std::chrono::hours(24 * 366))) std::abort();
  error.retryable = retry::may_heal(error, &headers);
  error.retry_after = delay;
  const auto next = retry::next_delay(error, 1, Retries(), 0.5);
  if (next && next->count() < 0) std::abort();
  return 0;
}
