#pragma once

#include <array>

namespace fastccg::testing {

/// What may happen to a call, for the header by which a request asks the simulator for faults; mostly nothing.
inline constexpr std::array<const char*, 24> mishaps{"",
                                                     "",
                                                     "",
                                                     "",
                                                     "",
                                                     "",
                                                     "",
                                                     "",
                                                     "",
                                                     "split;max=7",
                                                     "drip;bytes=60;delay-ms=1",
                                                     "stall-mid-stream;events=3;ms=2",
                                                     "stall-before-headers;ms=2",
                                                     "500;first=1",
                                                     "status;code=400",
                                                     "rate-limit",
                                                     "quota",
                                                     "truncate;events=4",
                                                     "reset-in-body;events=3",
                                                     "reset-before-headers",
                                                     "error-event;events=4",
                                                     "malformed-event;events=4",
                                                     "empty-body",
                                                     "garbage"};

}  // namespace fastccg::testing
