#include "catalog/snapshot.hpp"

namespace fastccg::catalog {

namespace {

/// Whether `text` has the form of `pattern`, in which a 0 stands for any digit.
bool has_form(std::string_view text, std::string_view pattern) noexcept {
  if (text.size() != pattern.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (pattern[i] == '0' ? !digit : text[i] != pattern[i]) return false;
  }
  return true;
}

constexpr std::string_view endings[] = {"-0000-00-00", "-00000000", "-preview-00-0000", "-preview-00-00", "-000"};
constexpr std::string_view fine_tuned = "ft:";

}  // namespace

std::string_view without_snapshot(std::string_view id) noexcept {
  if (id.starts_with(fine_tuned)) {
    id.remove_prefix(fine_tuned.size());
    id = id.substr(0, id.find(':'));
  }
  for (const auto ending : endings)
    if (id.size() > ending.size() && has_form(id.substr(id.size() - ending.size()), ending))
      return id.substr(0, id.size() - ending.size());
  return id;
}

}  // namespace fastccg::catalog
