#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fastccg/message.hpp"
#include "fastccg/reply.hpp"
#include "fastccg/settings.hpp"

namespace fastccg {

/// One exchange of a conversation. It enters the history whole and never changes afterwards, so snapshots share it.
class Turn {
 public:
  Turn() = default;

  /// The question, and what was answered to it. Messages added by hand make a turn of their own.
  std::vector<Message> messages;
  /// Whether the answer was cut off by a cancellation or an error; its text is what had arrived.
  bool interrupted = false;
};

using Turns = std::vector<std::shared_ptr<const Turn>>;

namespace session {

/// All that a session file holds: everything of a model but its key and its filter.
class State {
 public:
  State() = default;

  std::string name;  ///< "provider/name".
  Settings settings;
  Turns turns;
  /// The number of each turn in the order of turns, ascending. Empty, as in a session file: 0, 1, 2, ...
  std::vector<std::uint64_t> orders;
  std::vector<Warning> warnings;  ///< What was mended while it was read. Not in the file.
};

/// The file's text: JSON as `docs/session-format.md` describes it.
std::string render(const State& state);

/// The state in a file's text: one of ours, of any version up to this one, or one of the original Python package.
/// Throws `SessionError` that names `path`, from which the text came, and line and column, or the field, and says what is
/// wrong with it.
State parse(std::string_view text, std::string_view path = {});

/// The state in the file at `path`: a session, or what a journal adds up to. Throws as `read`, `parse` and `recover` do.
State load(const std::string& path);

/// Replaces the file at `path` in one step (temporary file beside it, fsync, rename, fsync of the folder), with mode
/// 0600. A symbolic link is followed, so that it stays a link. Throws `SessionError`; the old file is then intact and no
/// temporary file is left.
void write_atomically(const std::string& path, std::string_view text);

/// The file's bytes. Throws `SessionError` if it cannot be read, is not a regular file, or has over `max_bytes`.
std::string read(const std::string& path, std::size_t max_bytes = std::size_t{1} << 32);

}  // namespace session

}  // namespace fastccg
