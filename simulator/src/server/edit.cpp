#include <algorithm>
#include <array>

#include "server/plan.hpp"

namespace fastccg::sim {
namespace {

void empty(Response& response) {
  response.streamed = false;
  response.body.clear();
  response.events.clear();
}

/// The text that is said after so many events; of a whole answer all.
std::string& text_at(Response& response, std::size_t index) {
  return response.events.empty() ? response.body : response.events[std::min(index, response.events.size() - 1)].frame;
}

void enlarge(Response& response, std::size_t bytes) {
  if (response.streamed)
    response.events.emplace(response.events.begin(), "data: {\"padding\":\"" + std::string(bytes, 'x') + "\"}\n\n",
                            false);
  else
    response.body.insert(0, bytes, ' ');
}

void add_line(Response& response, std::size_t bytes) {
  if (response.streamed)
    response.events.emplace(response.events.begin(), ": " + std::string(bytes, 'x') + "\n\n", false);
  else
    response.body.insert(0, std::string(bytes, ' ') + "\n");
}

void add_heartbeats(Response& response, const Fault& fault, const Persona& persona) {
  constexpr std::size_t most = 10'000;
  const auto text = fault.text("text");
  const auto frame = text.empty() ? persona.heartbeat() : ": " + text + "\n\n";
  const auto count = std::min(size_of(fault, "count"), most);
  std::vector<Event> events;
  for (auto& event : response.events) {
    for (std::size_t i = 0; i < count; ++i) events.emplace_back(frame, false);
    events.push_back(std::move(event));
  }
  response.events = std::move(events);
}

// Services that keep a whole answer waiting send blank lines, which JSON allows before its text.
void leave_heartbeats_only(Response& response, const Persona& persona) {
  const auto frame = response.streamed ? persona.heartbeat() : "\n";
  empty(response);
  response.streamed = true;
  response.events.emplace_back(frame, true);
}

// An endless whole answer is followed by blanks.
void make_endless(Response& response) {
  if (response.streamed) return;
  constexpr std::size_t blanks = 1024;
  response.streamed = true;
  response.events.emplace_back(std::move(response.body), false);
  response.events.emplace_back(std::string(blanks, ' '), true);
}

// Half of the event's JSON is left, with the line ends that it had.
void cut_event(Response& response, std::size_t index) {
  auto& text = text_at(response, index);
  const auto end = text.find_last_not_of("\r\n") + 1;
  const auto start = std::min(text.find("data: ") == std::string::npos ? 0 : text.find("data: ") + 6, end);
  const auto kept = prefix(text, start + (end - start) / 2).size();
  text.erase(kept, end - kept);
}

// Into a text that clients read, where there is one.
void spoil_encoding(Response& response, std::size_t index) {
  constexpr std::string_view wrong = "\xC3\x28\xFF";
  constexpr std::array<std::string_view, 5> said{
      {"\"content\":\"", "\"text\":\"", "\"delta\":\"", "\"arguments\":\"", "\"message\":\""}};
  const auto spoil = [&](std::string& text) {
    for (const auto key : said)
      if (const auto at = text.find(key); at != std::string::npos)
        return void(text.insert(at + key.size(), wrong)), true;
    return false;
  };
  if (response.events.empty()) {
    if (!spoil(response.body)) response.body += wrong;
    return;
  }
  for (auto i = index; i < response.events.size(); ++i)
    if (spoil(response.events[i].frame)) return;
  auto& text = text_at(response, index);
  text.insert(text.find_last_not_of("\r\n") + 1, wrong);
}

void duplicate_event(Response& response, std::size_t index) {
  if (index >= response.events.size()) return;
  const auto at = response.events.begin() + static_cast<std::ptrdiff_t>(index);
  auto copy = *at;
  response.events.insert(at, std::move(copy));
}

void swap_events(Response& response, std::size_t index) {
  if (index + 1 < response.events.size()) std::swap(response.events[index].frame, response.events[index + 1].frame);
}

void add_unknown_event(Response& response, std::size_t index) {
  if (!response.streamed) return;
  const auto at = static_cast<std::ptrdiff_t>(std::min(index, response.events.size()));
  response.events.emplace(response.events.begin() + at,
                          "event: simulator.novelty\ndata: {\"type\":\"simulator.novelty\",\"novelty\":1}\n\n", false);
}

void end_with_error(Response& response, const Fault& fault, const Persona& persona) {
  Problem problem(static_cast<unsigned>(fault.number("code")));
  problem.type = fault.text("type");
  problem.code = fault.text("error-code");
  problem.message = fault.text("message");
  if (!response.streamed) {
    response.body = persona.render_problem(problem, 0).body;
    return;
  }
  response.events.resize(std::min(size_of(fault, "events"), response.events.size()));
  response.events.emplace_back(persona.render_stream_problem(problem, response.events), false);
}

void drop_terminator(Response& response, const Persona& persona) {
  if (!response.events.empty() && persona.is_terminator(response.events.back().frame)) response.events.pop_back();
}

}  // namespace

void edit(Response& response, const Fault& fault, const Persona& persona) {
  const auto& name = fault.name();
  if (name == "content-type") response.content_type = fault.text("value");
  if (name == "empty-body") empty(response);
  if (name == "huge-header") response.headers.emplace_back("x-huge", std::string(size_of(fault, "bytes"), 'x'));
  if (name == "huge-event") enlarge(response, size_of(fault, "bytes"));
  if (name == "huge-line") add_line(response, size_of(fault, "bytes"));
  if (name == "heartbeats") add_heartbeats(response, fault, persona);
  if (name == "heartbeats-only") leave_heartbeats_only(response, persona);
  if (name == "endless") make_endless(response);
  if (name == "malformed-event") cut_event(response, size_of(fault, "events"));
  if (name == "invalid-utf8") spoil_encoding(response, size_of(fault, "events"));
  if (name == "duplicate-event") duplicate_event(response, size_of(fault, "events"));
  if (name == "swap-events") swap_events(response, size_of(fault, "events"));
  if (name == "unknown-event") add_unknown_event(response, size_of(fault, "events"));
  if (name == "error-event") end_with_error(response, fault, persona);
  if (name == "missing-terminator") drop_terminator(response, persona);
}

}  // namespace fastccg::sim
