#include "protocols/generate_content/overlay.hpp"

#include <algorithm>

#include "fastccg/error.hpp"
#include "json/reader.hpp"

namespace fastccg::protocols::generate_content {

namespace {

bool is_merged(std::string_view name) noexcept { return name == "generationConfig" || name == "toolConfig"; }

}  // namespace

Overlay::Overlay(const Settings& settings) {
  if (!settings.extra()) return;
  json::BorrowedReader reader;
  const auto root = reader->parse(*settings.extra());
  if (!root || !root->is_object())
    throw_error(
        Error(ErrorKind::usage, "the setting extra is not a JSON object" + (root ? "" : ": " + reader->error())));
  for (const auto& [name, value] : root->members()) {
    if (is_merged(name) && value.is_object())
      for (const auto& [inner, inner_value] : value.members())
        members_.emplace_back(name, inner, inner_value.serialized());
    else
      members_.emplace_back(std::string_view(), name, value.serialized());
  }
}

bool Overlay::replaces(std::string_view object, std::string_view member) const {
  return std::ranges::any_of(members_, [&](const Member& m) { return m.object == object && m.name == member; });
}

bool Overlay::replaces(std::string_view member) const { return replaces(std::string_view(), member); }

void Overlay::write_into(std::string_view object, json::Writer& out) const {
  for (const auto& member : members_)
    if (member.object == object) out.key(member.name).raw(member.json);
}

void Overlay::write_rest(json::Writer& out) const { write_into(std::string_view(), out); }

}  // namespace fastccg::protocols::generate_content
