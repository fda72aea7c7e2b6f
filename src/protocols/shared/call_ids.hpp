#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace fastccg::protocols::shared {

/// Rewrites ids of tool calls for a provider that would refuse them as they are. The same id always becomes the same
/// other id, from one request to the next too, so that providers can cache what they have seen; no two become the same.
class CallIds {
 public:
  /// `prefix` and `length`: what made-up ids look like. `is_legal` says which ids stay as they are.
  CallIds(std::string prefix, std::size_t length, std::function<bool(std::string_view)> is_legal);

  const std::string& operator[](const std::string& id);

 private:
  std::string prefix_;
  std::size_t length_;
  std::function<bool(std::string_view)> is_legal_;
  std::map<std::string, std::string> made_;
  std::map<std::string, std::string> taken_;  // what an id on the wire stands for
};

}  // namespace fastccg::protocols::shared
