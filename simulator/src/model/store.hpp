#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <unordered_map>

namespace fastccg::sim {

/// What a service keeps between requests, for those that refer to it later. Of very much the latest is kept.
class Store {
 public:
  /// Kept under an id: the answer as it can be fetched again, and the conversation up to its end.
  class Entry {
   public:
    Entry() = default;

    std::string answer;
    std::string conversation;
  };

  void put(const std::string& id, Entry entry);
  /// Null if there is none. Valid until the next `put`.
  const Entry* find(const std::string& id) const;
  /// Returns whether there was one.
  bool erase(const std::string& id);

 private:
  std::unordered_map<std::string, Entry> entries_;
  std::deque<std::string> order_;  // oldest first
  std::size_t bytes_ = 0;
};

}  // namespace fastccg::sim
