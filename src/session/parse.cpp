#include "core/base64.hpp"
#include "session/file_system.hpp"
#include "session/format.hpp"
#include "session/session.hpp"

namespace fastccg::session {

namespace {

json::Document::Source source(std::string_view path) {
  return json::Document::Source(ErrorKind::session, named("the session file", path),
                                "Correct it there, or load another copy");
}

/// The version of the file, which is not above `current`.
std::int64_t version_of(const json::Field& root, std::int64_t current, std::string_view path) {
  const auto format = root.at("format");
  if (format.text() != format_name) format.fail("is not \"" + std::string(format_name) + "\"");
  const auto field = root.at("version");
  const auto version = field.integer<std::int64_t>();
  if (version < 1) field.fail("must be at least 1");
  if (version <= current) return version;
  throw_error(Error(ErrorKind::session, named("the session file", path) + " has version " + std::to_string(version) +
                                            " of the format, and this FastCCG reads up to version " +
                                            std::to_string(current) + ": update FastCCG to load it"));
}

State parse_current(const json::Field& root) {
  State state;
  const auto name = root.at("name");
  state.name = parse_text(name);
  if (state.name.empty()) name.fail("is empty; it must be \"provider/name\"");
  if (const auto settings = root.find("settings")) state.settings = parse_settings(*settings);

  const auto turns = root.at("turns");
  state.turns.reserve(turns.items());
  for (std::size_t i = 0; i < turns.items(); ++i)
    state.turns.push_back(std::make_shared<const Turn>(parse_turn(turns.item(i))));
  return state;
}

}  // namespace

std::string parse_text(const json::Field& field) {
  if (!field.is_object()) return std::string(field.text());
  const auto base64 = field.at("base64");
  auto bytes = base64_decode(base64.text());
  if (!bytes) base64.fail("is not valid base64");
  return *std::move(bytes);
}

State parse(std::string_view text, std::string_view path) { return parse_migrated(text, migrations, path); }

State parse_migrated(std::string_view text, std::span<const Migration> steps, std::string_view path) {
  json::Document document(text, source(path));
  const auto root = document.root();
  if (root.is_object()) {
    if (root.find("format")) {
      migrate(document, version_of(root, static_cast<std::int64_t>(steps.size()) + 1, path), steps);
      return parse_current(root);
    }
    if (root.find("history") || root.find("model_name")) return parse_original(root);
  }
  root.fail("is not a session: it must be an object with \"format\": \"" + std::string(format_name) + "\"");
}

}  // namespace fastccg::session
