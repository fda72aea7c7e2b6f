#include "protocols/shared/extra.hpp"

#include <algorithm>

#include "fastccg/error.hpp"
#include "json/reader.hpp"
#include "protocols/shared/error_body.hpp"

namespace fastccg::protocols::shared {

Extra::Extra(const std::optional<std::string>& text) {
  if (!text) return;
  json::BorrowedReader reader;
  const auto root = reader->parse(*text);
  if (!root || !root->is_object())
    throw_error(
        Error(ErrorKind::usage, "the setting extra is not a JSON object" + (root ? "" : ": " + reader->error())));
  for (const auto& [name, value] : root->members()) names_.emplace_back(name);
  const auto object = trimmed(*text);
  members_ = trimmed(object.substr(1, object.size() - 2));
}

bool Extra::leaves(std::string_view name) const { return std::ranges::find(names_, name) == names_.end(); }

void Extra::write_to(json::Writer& out) const {
  if (!members_.empty()) out.raw(members_);
}

}  // namespace fastccg::protocols::shared
