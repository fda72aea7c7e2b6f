#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "session/file_system.hpp"
#include "session/journal.hpp"

namespace fastccg::session {

/// A journal that this object alone writes. Not to be used from two threads at once; all of it may block on the disk.
///
/// Records are appended in place. The file is written anew beside itself, and then takes its own place in one step, when
/// too much of it has been superseded, and whenever its end cannot be trusted: after a failed write, since what the
/// system did with the pages is unknown, or if somebody removed it, cut it off or added to it.
///
/// The lock is one on the file that stands at the path. A new file is locked before it takes the path over, so there is
/// no moment in which another one could lock it.
class JournalFile {
 public:
  /// Opens and locks the journal at `path`, if there is one, and reads it. Throws `SessionError` if another object or
  /// process has it, if it is damaged, or if something else stands there.
  explicit JournalFile(const std::string& path);

  /// Where it really is: links are followed. Absolute.
  const std::string& target() const noexcept { return target_; }
  /// What was in it, until it is begun. Nothing if there was no file, or an empty one.
  const std::optional<RecoveredJournal>& recovered() const noexcept { return recovered_; }

  /// Makes it hold `image` and nothing else, durably. Writes nothing if it does already. Throws `SessionError`; what was
  /// there before is then still there.
  void begin(JournalImage image);

  /// Adds the entries durably. Throws `SessionError`; they can then be given again, in front of those that follow.
  void append(std::span<const JournalEntry> entries);

  /// Gives back the space of what was superseded, if there is much of it. Returns what kept it from doing so, which
  /// harms nothing; it then tries again when the file has grown.
  std::optional<Error> compact_if_wasteful();

 private:
  bool open_existing();
  void lock(const Descriptor& file) const;
  bool stands_at_path(const Descriptor& file) const;
  /// Whether it ends where this object has left it: nobody else has cut it off or added to it.
  bool is_as_left() const;
  bool can_append() const;
  void write_record(std::span<const JournalEntry> entries);
  void write_anew(const JournalImage& image);
  std::size_t wasteful_from() const noexcept;

  Purpose purpose_;
  std::string target_;
  Descriptor file_;
  std::optional<RecoveredJournal> recovered_;

  JournalImage image_;
  bool sound_ = false;  ///< The file ends where `bytes_` says, for sure.
  std::size_t bytes_ = 0;
  std::size_t turns_bytes_ = 0;  ///< Of those entries that are turns of the image.
  std::size_t compact_from_ = 0;
  std::uint64_t records_ = 0;
};

}  // namespace fastccg::session
