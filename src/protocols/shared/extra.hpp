#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/writer.hpp"

namespace fastccg::protocols::shared {

/// The setting `extra`: members that are merged into a request's body last, in place of those of the same names.
class Extra {
 public:
  /// Throws `FastCCGError` (usage) if the text is not a JSON object.
  explicit Extra(const std::optional<std::string>& text);

  /// Whether the body's own member of that name is to be written.
  bool leaves(std::string_view name) const;
  /// Appends the members, as they stand in the setting.
  void write_to(json::Writer& out) const;

 private:
  std::vector<std::string> names_;
  std::string members_;
};

}  // namespace fastccg::protocols::shared
