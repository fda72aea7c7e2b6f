#include "conversation/context.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "fastccg/error.hpp"

namespace fastccg::detail {

namespace {

using Ids = std::set<std::string_view>;

Ids calls_in(const Message& message) {
  Ids ids;
  for (const auto& part : message.parts)
    if (const auto* call = std::get_if<ToolCall>(&part)) ids.insert(call->id);
  return ids;
}

Ids results_in(const Message& message) {
  Ids ids;
  for (const auto& part : message.parts)
    if (const auto* result = std::get_if<ToolResult>(&part)) ids.insert(result->call_id);
  return ids;
}

/// A turn, and the turns that go on with the results of its tools.
class Group {
 public:
  void add(const Message& message) {
    messages.push_back(&message);
    for (const auto id : results_in(message)) open.erase(id);
    if (message.role == Role::assistant) open = calls_in(message);
  }
  bool is_open() const noexcept { return !open.empty(); }
  bool waits_for(const Ids& results) const {
    return std::ranges::any_of(results, [this](auto id) { return open.contains(id); });
  }

  std::vector<const Message*> messages;
  Ids open;  ///< The calls whose results are still to come.
};

class Groups {
 public:
  void add(const Turn& turn) {
    auto& group = group_for(turn.messages.front());
    for (const auto& message : turn.messages) group.add(message);
  }

  const std::vector<Group>& all() const noexcept { return groups_; }

  /// The latest one, since ids may be used again.
  Group* waiting_for(const Ids& results) {
    const auto found = std::find_if(groups_.rbegin(), groups_.rend(), [&](auto& g) { return g.waits_for(results); });
    return found == groups_.rend() ? nullptr : &*found;
  }

 private:
  Group& group_for(const Message& first) {
    if (auto* group = waiting_for(results_in(first))) return *group;
    return groups_.emplace_back();
  }

  std::vector<Group> groups_;
};

bool calls_tools(const Turn& turn) {
  return std::ranges::any_of(turn.messages, [](const Message& message) {
    return std::ranges::any_of(message.parts, [](const Part& part) { return std::holds_alternative<ToolCall>(part); });
  });
}

Groups groups_of(const Turns& turns) {
  Groups groups;
  for (const auto& turn : turns)
    if (!turn->messages.empty()) groups.add(*turn);
  return groups;
}

Message no_result(const Ids& calls) {
  std::vector<ToolResult> results;
  for (const auto id : calls)
    results.emplace_back(std::string(id), "There is no result: the call was not carried out.", true);
  return Message::tool_results(std::move(results));
}

Warning warning_about(const Ids& calls) {
  std::string ids;
  for (const auto id : calls) ids.append(ids.empty() ? "" : ", ").append(id);
  return Warning("", "the history has tool calls without a result (" + ids +
                         "); the model was told that they were not carried out");
}

}  // namespace

Context::Context(const Turns& turns, const Message& question) {
  const auto append = [this](const std::vector<const Message*>& more) {
    messages_.insert(messages_.end(), more.begin(), more.end());
  };
  if (std::ranges::none_of(turns, [](const auto& turn) { return calls_tools(*turn); })) {
    for (const auto& turn : turns)
      for (const auto& message : turn->messages) messages_.push_back(&message);
    messages_.push_back(&question);
    return;
  }
  auto groups = groups_of(turns);
  const auto results = results_in(question);
  const auto* own = groups.waiting_for(results);
  for (const auto& group : groups.all()) {
    if (own && group.is_open()) continue;
    append(group.messages);
    if (!group.is_open()) continue;
    messages_.push_back(&made_up_.emplace_back(no_result(group.open)));
    warnings_.push_back(warning_about(group.open));
  }
  if (own) append(own->messages);
  messages_.push_back(&question);
}

bool has_results(const Message& message) { return !results_in(message).empty(); }

void check_results(const Turns& turns, const Message& message) {
  const auto results = results_in(message);
  const auto groups = groups_of(turns);
  for (const auto id : results)
    if (std::ranges::none_of(groups.all(), [id](const Group& group) { return group.open.contains(id); }))
      throw_error(Error(ErrorKind::invalid_request,
                        "the tool result for '" + std::string(id) + "' answers no tool call that waits for one"));
}

}  // namespace fastccg::detail
