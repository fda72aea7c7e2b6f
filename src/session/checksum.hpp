#pragma once

#include <cstdint>
#include <string_view>

namespace fastccg::session {

/// The CRC-32C (Castagnoli) of the bytes: polynomial 0x1EDC6F41, reflected, begun and ended with all bits set.
std::uint32_t crc32c(std::string_view bytes) noexcept;

}  // namespace fastccg::session
