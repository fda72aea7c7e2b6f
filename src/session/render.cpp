#include "session/format.hpp"
#include "session/session.hpp"
#include "session/writer.hpp"

namespace fastccg::session {

namespace {

/// What `save` leaves out of every file, so that whoever reads one knows what to set again.
constexpr std::string_view not_saved[] = {"api_key", "reply_filter", "settings.extra_headers"};

void render_not_saved(std::string& out) {
  ListWriter list(out, '[');
  for (const auto name : not_saved) append_text(list.next(), name);
  list.end();
}

void render_turns(std::string& out, const Turns& turns) {
  ListWriter list(out, '[', 4);
  for (const auto& turn : turns)
    if (turn) render_turn(list.next(), *turn, 6);
  list.end();
}

}  // namespace

void render_turn(std::string& out, const Turn& turn, int indent) {
  ObjectWriter object(out);
  if (turn.interrupted) object.boolean("interrupted", true);
  ListWriter messages(object.member("messages"), '[', indent);
  for (const auto& message : turn.messages) render_message(messages.next(), message);
  messages.end();
  object.end();
}

std::string render(const State& state) {
  std::string out;
  ObjectWriter file(out, 2);
  file.text("format", format_name);
  file.number("version", format_version);
  file.text("name", state.name);
  render_not_saved(file.member("not_saved"));
  render_settings(file.member("settings"), state.settings, 4);
  render_turns(file.member("turns"), state.turns);
  file.end();
  out += '\n';
  return out;
}

}  // namespace fastccg::session
