#include "conversation/context.hpp"

#include <algorithm>
#include <set>
#include <string_view>

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

  std::vector<const Message*> before(const Message& question) {
    const auto results = results_in(question);
    const auto* own = waiting_for(results);
    std::vector<const Message*> all;
    const auto append = [&](const Group& group) {
      all.insert(all.end(), group.messages.begin(), group.messages.end());
    };
    for (const auto& group : groups_)
      if (!own || group.open.empty()) append(group);
    if (own) append(*own);
    return all;
  }

 private:
  /// The latest one, since ids may be used again.
  Group* waiting_for(const Ids& results) {
    const auto found = std::find_if(groups_.rbegin(), groups_.rend(), [&](auto& g) { return g.waits_for(results); });
    return found == groups_.rend() ? nullptr : &*found;
  }
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

std::vector<const Message*> in_order(const Turns& turns) {
  std::vector<const Message*> all;
  for (const auto& turn : turns)
    for (const auto& message : turn->messages) all.push_back(&message);
  return all;
}

std::vector<const Message*> grouped(const Turns& turns, const Message& question) {
  Groups groups;
  for (const auto& turn : turns)
    if (!turn->messages.empty()) groups.add(*turn);
  return groups.before(question);
}

}  // namespace

std::vector<const Message*> context_of(const Turns& turns, const Message& question) {
  const bool tools = std::ranges::any_of(turns, [](const auto& turn) { return calls_tools(*turn); });
  auto all = tools ? grouped(turns, question) : in_order(turns);
  all.push_back(&question);
  return all;
}

}  // namespace fastccg::detail
