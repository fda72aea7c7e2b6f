#pragma once

#include <optional>
#include <string>

#include "corpus.hpp"

namespace recordings {

/// The member, if there is one that is not null.
inline const Json* find(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && !value->is_null() ? value : nullptr;
}

/// Removes the member if it has that value.
inline void drop(boost::json::object& object, std::string_view name, const Json& what) {
  if (const auto* value = object.if_contains(name); value && *value == what) object.erase(name);
}

inline void rename(boost::json::object& object, std::string_view from, std::string_view to) {
  const auto* value = object.if_contains(from);
  if (!value) return;
  auto kept = *value;
  object.erase(from);
  object[to] = std::move(kept);
}

/// Removes members that are null, and makes all numbers among the rest doubles.
inline void normalise_members(boost::json::object& object) {
  for (auto it = object.begin(); it != object.end();) it = it->value().is_null() ? object.erase(it) : it + 1;
  for (auto& member : object)
    if (member.value().is_number()) member.value() = member.value().to_number<double>();
}

/// Splits "data:MIME;base64,..." into type and content; false for any other address.
bool read_data_url(const std::string& url, std::string& mime, std::string& bytes);

}  // namespace recordings
