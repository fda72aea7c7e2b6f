#include "session/checksum.hpp"

#include <array>
#include <cstddef>

namespace fastccg::session {

namespace {

constexpr std::size_t lanes = 8;
using Tables = std::array<std::array<std::uint32_t, 256>, lanes>;

/// Table k holds what a byte becomes after k more zero bytes, so that eight bytes can be looked up at once.
constexpr Tables make_tables() {
  constexpr std::uint32_t reflected_polynomial = 0x82F63B78;
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    auto crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? reflected_polynomial : 0);
    tables[0][byte] = crc;
  }
  for (std::size_t lane = 1; lane < lanes; ++lane)
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const auto before = tables[lane - 1][byte];
      tables[lane][byte] = (before >> 8) ^ tables[0][before & 0xFF];
    }
  return tables;
}

constexpr Tables tables = make_tables();

std::uint32_t byte_at(std::string_view bytes, std::size_t index) noexcept {
  return static_cast<unsigned char>(bytes[index]);
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) noexcept {
  std::uint32_t crc = 0xFFFFFFFF;
  while (bytes.size() >= lanes) {
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < 4; ++i) next ^= tables[lanes - 1 - i][((crc >> (8 * i)) & 0xFF) ^ byte_at(bytes, i)];
    for (std::size_t i = 4; i < lanes; ++i) next ^= tables[lanes - 1 - i][byte_at(bytes, i)];
    crc = next;
    bytes.remove_prefix(lanes);
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) crc = (crc >> 8) ^ tables[0][(crc & 0xFF) ^ byte_at(bytes, i)];
  return ~crc;
}

}  // namespace fastccg::session
