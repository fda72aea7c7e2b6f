#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fastccg/settings.hpp"
#include "json/writer.hpp"

namespace fastccg::protocols::generate_content {

/// The setting `extra`. All options stand in a few objects of the body here, so those are merged member by member.
class Overlay {
 public:
  /// Throws `FastCCGError` (usage) if the setting is not a JSON object.
  explicit Overlay(const Settings& settings);

  /// Whether the body's member is replaced as a whole.
  bool replaces(std::string_view member) const;
  /// Whether the member of that object of the body is replaced.
  bool replaces(std::string_view object, std::string_view member) const;

  /// Adds what belongs into that object of the body.
  void write_into(std::string_view object, json::Writer& out) const;
  /// Adds what is not merged.
  void write_rest(json::Writer& out) const;

 private:
  class Member {
   public:
    Member(std::string_view object_, std::string_view name_, std::string json_)
        : object(object_), name(name_), json(std::move(json_)) {}
    std::string object;  // empty for a member of the body
    std::string name;
    std::string json;
  };

  std::vector<Member> members_;
};

}  // namespace fastccg::protocols::generate_content
