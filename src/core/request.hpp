#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fastccg/catalog.hpp"
#include "fastccg/message.hpp"
#include "fastccg/settings.hpp"

namespace fastccg {

/// HTTP headers in the order in which they came. Names are compared without regard to case.
using Headers = std::vector<std::pair<std::string, std::string>>;

/// The value of the first header of that name, or null.
bool is_same_header(std::string_view name, std::string_view other) noexcept;
const std::string* find_header(const Headers& headers, std::string_view name) noexcept;

/// What is asked, in no provider's words. Everything in it outlives the call that renders it.
class Request {
 public:
  Request() = default;

  /// Conversation and question, oldest first, without the system prompt, which is in `settings`.
  std::vector<const Message*> messages;
  Settings settings;
  ModelInfo model;
  bool stream = false;
};

}  // namespace fastccg
