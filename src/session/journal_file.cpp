#include "session/journal_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>

namespace fastccg::session {

namespace {

constexpr std::size_t max_journal_bytes = std::size_t{1} << 32;
/// Below this size it does not matter how much of a journal has been superseded.
constexpr std::size_t small_journal = std::size_t{64} << 10;
/// A record of a file that is written anew has so many bytes of entries: few enough to place damage, enough to be cheap.
constexpr std::size_t snapshot_record = std::size_t{16} << 10;
/// Who is about to let go of the file, such as a model that was just destroyed, is given so much time.
constexpr std::chrono::milliseconds lock_patience{250};

/// The program may go to another folder while it has the journal.
std::string absolute(const std::string& path, const Purpose& purpose) {
  std::error_code error;
  const auto found = std::filesystem::absolute(path, error);
  if (error) purpose.fail(reason(error.value()));
  return found.string();
}

Purpose purpose_of(const std::string& path) { return Purpose("autosave to", "the journal", path); }

/// Collects entries, and writes them as records of a good size.
class SnapshotWriter {
 public:
  explicit SnapshotWriter(TemporaryFile& file) : file_(file) {}

  bool header(std::string_view name) {
    render_journal_header(text_, name);
    return write();
  }
  bool entry(const JournalEntry& entry) {
    if (!entries_.empty()) entries_.append(", ");
    render_entry(entries_, entry);
    return entries_.size() < snapshot_record || write();
  }
  bool write() {
    if (!entries_.empty()) render_record(text_, records_ + 1, entries_);
    if (!entries_.empty()) ++records_;
    entries_.clear();
    bytes_ += text_.size();
    const bool written = file_.write(text_);
    text_.clear();
    return written;
  }

  std::size_t bytes() const noexcept { return bytes_; }
  std::uint64_t records() const noexcept { return records_ + 1; }

 private:
  TemporaryFile& file_;
  std::string entries_;
  std::string text_;
  std::size_t bytes_ = 0;
  std::uint64_t records_ = 0;
};

bool write_image(SnapshotWriter& writer, const JournalImage& image) {
  bool written = writer.header(image.name) && writer.entry(SettingsText(image.settings));
  for (const auto& turn : image.turns) written = written && writer.entry(turn);
  return written && writer.write();
}

bool same(const JournalImage& a, const JournalImage& b) {
  const auto same_turn = [](const PlacedTurn& x, const PlacedTurn& y) {
    return x.order == y.order &&
           (x.turn == y.turn || (x.turn->interrupted == y.turn->interrupted && x.turn->messages == y.turn->messages));
  };
  return a.name == b.name && a.settings == b.settings && std::ranges::equal(a.turns, b.turns, same_turn);
}

}  // namespace

JournalFile::JournalFile(const std::string& path) : purpose_(purpose_of(path)) {
  purpose_.check_path();
  target_ = absolute(follow_links(purpose_), purpose_);
  // The file that was opened may no longer stand at the path when it is locked: whoever had it may just have replaced it.
  while (!open_existing()) {
  }
}

bool JournalFile::open_existing() {
  Descriptor file(uninterrupted([&] { return ::open(target_.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW); }));
  if (!file && errno == ENOENT) return true;
  if (!file) purpose_.fail(reason(errno));
  lock(file);
  if (!stands_at_path(file)) return false;
  const auto text = read_all(file, purpose_, max_journal_bytes);
  file_ = std::move(file);
  if (text.empty()) return true;
  if (!is_journal(text)) purpose_.fail("another file stands there, which is no journal; choose another path");
  if (::fchmod(file_.get(), 0600) != 0) purpose_.fail(reason(errno));
  recovered_ = recover(text, purpose_.path());
  bytes_ = text.size();
  records_ = recovered_->records;
  turns_bytes_ = recovered_->live_bytes;
  sound_ = recovered_->sound_bytes == bytes_;
  return true;
}

void JournalFile::lock(const Descriptor& file) const {
  const auto deadline = std::chrono::steady_clock::now() + lock_patience;
  while (uninterrupted([&] { return ::flock(file.get(), LOCK_EX | LOCK_NB); }) != 0) {
    if (errno != EWOULDBLOCK) purpose_.fail("it cannot be locked: " + reason(errno));
    if (std::chrono::steady_clock::now() >= deadline)
      purpose_.fail("another process or model autosaves to it; choose another path, or end the other one first");
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

bool JournalFile::stands_at_path(const Descriptor& file) const {
  struct stat opened {};
  struct stat standing {};
  return ::fstat(file.get(), &opened) == 0 && ::lstat(target_.c_str(), &standing) == 0 &&
         opened.st_dev == standing.st_dev && opened.st_ino == standing.st_ino;
}

void JournalFile::begin(JournalImage image) {
  if (!sound_ || !recovered_ || !same(image, recovered_->image)) {
    write_anew(image);
  } else {
    compact_from_ = 0;
  }
  image_ = std::move(image);
  recovered_.reset();
}

bool JournalFile::is_as_left() const {
  struct stat status {};
  return ::fstat(file_.get(), &status) == 0 && static_cast<std::size_t>(status.st_size) == bytes_;
}

bool JournalFile::can_append() const { return sound_ && stands_at_path(file_) && is_as_left(); }

void JournalFile::append(std::span<const JournalEntry> entries) {
  if (!can_append()) {
    auto image = image_;
    for (const auto& entry : entries) image.apply(entry);
    write_anew(image);
    image_ = std::move(image);
    return;
  }
  // Beforehand: if memory ran out once the record is safe, the entries would be given again.
  image_.make_room_for(entries);
  write_record(entries);
  for (const auto& entry : entries) image_.apply(entry);
}

void JournalFile::write_record(std::span<const JournalEntry> entries) {
  std::string list;
  auto turns_bytes = turns_bytes_;
  for (const auto& entry : entries) {
    if (!list.empty()) list.append(", ");
    const auto before = list.size();
    render_entry(list, entry);
    if (std::holds_alternative<Cleared>(entry)) turns_bytes = 0;
    if (std::holds_alternative<PlacedTurn>(entry)) turns_bytes += list.size() - before;
  }
  std::string record;
  render_record(record, records_, list);

  sound_ = false;
  if (::lseek(file_.get(), static_cast<::off_t>(bytes_), SEEK_SET) < 0) purpose_.fail(reason(errno));
  if (!write_all(file_, record)) {
    const int error = errno;
    // A write that did not fit can be taken back; one that was to be flushed and was not, cannot.
    sound_ = ::ftruncate(file_.get(), static_cast<::off_t>(bytes_)) == 0;
    purpose_.fail(reason(error));
  }
  if (uninterrupted([&] { return ::fdatasync(file_.get()); }) != 0) purpose_.fail(reason(errno));
  sound_ = true;
  bytes_ += record.size();
  turns_bytes_ = turns_bytes;
  ++records_;
}

std::size_t JournalFile::wasteful_from() const noexcept {
  return 2 * (turns_bytes_ + image_.settings.size()) + small_journal;
}

std::optional<Error> JournalFile::compact_if_wasteful() {
  if (!sound_ || bytes_ <= std::max(compact_from_, wasteful_from())) return std::nullopt;
  try {
    write_anew(image_);
    return std::nullopt;
  } catch (const FastCCGError& error) {
    compact_from_ = 2 * bytes_;
    return error.error();
  }
}

void JournalFile::write_anew(const JournalImage& image) {
  const auto folder = folder_of(target_);
  const auto folder_descriptor = open_folder(folder, purpose_);
  TemporaryFile file(folder, purpose_);
  lock(file.descriptor());
  SnapshotWriter writer(file);
  if (!write_image(writer, image) || !file.flush()) purpose_.fail(reason(errno));

  const bool first = !file_ || !stands_at_path(file_);
  if (first ? !file.claim(target_) : !file.replace(target_)) {
    if (errno == EEXIST) purpose_.fail("another file has appeared there; choose another path");
    purpose_.fail(reason(errno));
  }
  // The old file is let go, and its lock with it, only now: somebody who opened it sees that it no longer stands there.
  file_ = file.release();
  bytes_ = writer.bytes();
  turns_bytes_ = writer.bytes();
  records_ = writer.records();
  compact_from_ = 0;
  sound_ = flush_folder(folder_descriptor);
  if (!sound_) purpose_.fail("it was written, but may be lost if the machine stops now: " + reason(errno));
}

}  // namespace fastccg::session
