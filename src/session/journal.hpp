#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "session/session.hpp"

/// The text of a journal, as `docs/session-format.md` describes it: lines of JSON, each with its length and checksum.
namespace fastccg::session {

/// A turn and its place: turns stand in the order of this number.
class PlacedTurn {
 public:
  PlacedTurn(std::uint64_t order_, std::shared_ptr<const Turn> turn_) : order(order_), turn(std::move(turn_)) {}

  std::uint64_t order;
  std::shared_ptr<const Turn> turn;
};

/// Settings, as the JSON text that `render_settings` gives.
class SettingsText {
 public:
  explicit SettingsText(std::string json_) : json(std::move(json_)) {}
  std::string json;
};

/// Conversation and settings were cleared.
class Cleared {};

/// One thing that happened to a conversation.
using JournalEntry = std::variant<PlacedTurn, SettingsText, Cleared>;

/// What all entries of a journal together make.
class JournalImage {
 public:
  JournalImage() = default;

  std::string name;
  std::string settings = "{}";
  std::vector<PlacedTurn> turns;  ///< Sorted by order.

  void apply(const JournalEntry& entry);
  /// After this, applying them takes no memory.
  void make_room_for(std::span<const JournalEntry> entries);
};

/// What was read of a journal.
class RecoveredJournal {
 public:
  RecoveredJournal() = default;

  JournalImage image;
  Settings settings;            ///< The image's.
  std::size_t sound_bytes = 0;  ///< How far the file is whole. What follows was being written when the writer stopped.
  std::size_t live_bytes = 0;   ///< How many of them a journal of the same content would need, roughly.
  std::uint64_t records = 0;
  std::vector<Warning> warnings;  ///< Says so if a part was cut off.
};

/// Whether the text is a journal's, and not that of a session file; also if it is damaged.
bool is_journal(std::string_view text);

/// Reads a journal as far as it is whole. A torn end is a warning. Damage before that is a `SessionError` with line and
/// byte, and with `path`, from which the text came: something has been lost that was safe once.
RecoveredJournal recover(std::string_view text, std::string_view path = {});

/// Appends the record that begins a journal.
void render_journal_header(std::string& out, std::string_view name);
/// Appends one entry as JSON.
void render_entry(std::string& out, const JournalEntry& entry);
/// Appends the record of that number; `entries` are JSON objects with commas between them.
void render_record(std::string& out, std::uint64_t number, std::string_view entries);

}  // namespace fastccg::session
