#include "protocols/shared/call_ids.hpp"

#include <cstdint>
#include <utility>

#include "core/short_id.hpp"

namespace fastccg::protocols::shared {

CallIds::CallIds(std::string prefix, std::size_t length, std::function<bool(std::string_view)> is_legal)
    : prefix_(std::move(prefix)), length_(length), is_legal_(std::move(is_legal)) {}

const std::string& CallIds::operator[](const std::string& id) {
  const auto known = made_.find(id);
  if (known != made_.end()) return known->second;
  auto wire = is_legal_(id) ? id : prefix_ + short_id(id, 0, length_);
  for (std::uint64_t salt = 1; !taken_.emplace(wire, id).second; ++salt) wire = prefix_ + short_id(id, salt, length_);
  return made_.emplace(id, std::move(wire)).first->second;
}

}  // namespace fastccg::protocols::shared
