#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "fastccg/message.hpp"
#include "fastccg/settings.hpp"
#include "json/document.hpp"
#include "session/migrate.hpp"
#include "session/session.hpp"

/// The pieces of a session file, for whoever writes or reads one of them alone. `docs/session-format.md` describes them.
namespace fastccg::session {

inline constexpr std::string_view format_name = "fastccg-session";
inline constexpr std::int64_t format_version = 1;
/// How files of older versions become files of this one.
inline constexpr std::span<const Migration> migrations{};
static_assert(lead_to(migrations, format_version));

/// Appends the turn as one JSON object. Every line of it after the first begins with `indent` blanks; without an indent
/// it is one line.
void render_turn(std::string& out, const Turn& turn, int indent);
Turn parse_turn(const json::Field& field);

/// Appends the settings as one JSON object. `extra_headers` are left out: they may hold secrets.
void render_settings(std::string& out, const Settings& settings, int indent);
Settings parse_settings(const json::Field& field);

void render_message(std::string& out, const Message& message);
Message parse_message(const json::Field& field);

/// A text; or an object with the member "base64", which stands for a text that is not UTF-8.
std::string parse_text(const json::Field& field);

/// `parse` for a library whose format is where `steps` lead.
State parse_migrated(std::string_view text, std::span<const Migration> steps, std::string_view path = {});

/// A file of the original Python package.
State parse_original(const json::Field& root);

}  // namespace fastccg::session
