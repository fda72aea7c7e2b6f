#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "model/answer.hpp"
#include "model/conversation.hpp"
#include "model/http.hpp"

namespace fastccg::sim {

/// What a script gives instead of an answer of the engine's: an answer in neutral words, an HTTP answer as it stands,
/// raw bytes, or only faults and a delay around the usual answer.
class ScriptedReply {
 public:
  ScriptedReply() = default;

  std::optional<Answer> answer;
  bool has_usage = false;
  bool has_finish = false;
  std::optional<Response> response;
  std::vector<Fault> faults;
  std::chrono::nanoseconds delay{0};
};

/// The replies that a user has written down, and which of them are used up.
class Script {
 public:
  Script() = default;
  /// Throws `std::invalid_argument` that says which step is wrong, and how.
  explicit Script(std::string_view json);

  bool empty() const noexcept { return steps_.empty(); }
  /// The first step that is not used up and fits the conversation; it counts as used once more.
  const ScriptedReply* next(const Conversation& conversation);

 private:
  class Step {
   public:
    Step() = default;

    std::optional<std::string> match;
    std::optional<std::regex> regex;
    std::optional<std::size_t> times;  ///< How often it can still be used; without end if empty.
    ScriptedReply reply;
  };

  static Step parse_step(const boost::json::object& step);

  std::vector<Step> steps_;
};

}  // namespace fastccg::sim
