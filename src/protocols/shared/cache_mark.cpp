#include "protocols/shared/cache_mark.hpp"

#include "core/cache_point.hpp"
#include "json/reader.hpp"

namespace fastccg::protocols::shared {

namespace {

constexpr std::chrono::minutes usual{5};

}  // namespace

bool is_cache_point(const Opaque& part) noexcept { return part.provider.empty() && part.kind == cache_point_kind; }

bool is_cache_point(const Part& part) noexcept {
  const auto* opaque = std::get_if<Opaque>(&part);
  return opaque && is_cache_point(*opaque);
}

std::chrono::seconds lifetime_of(const Opaque& cache_point) {
  json::BorrowedReader reader;
  const auto root = reader->parse(cache_point.json);
  const auto seconds = root ? (*root)["seconds"].integer() : std::nullopt;
  return seconds ? std::chrono::seconds(*seconds) : usual;
}

std::string cache_control(std::chrono::seconds lifetime) {
  // There are two lifetimes to choose from.
  return lifetime <= usual ? R"({"type":"ephemeral"})" : R"({"type":"ephemeral","ttl":"1h"})";
}

}  // namespace fastccg::protocols::shared
