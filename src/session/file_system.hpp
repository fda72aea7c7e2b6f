#pragma once

#include <cerrno>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "fastccg/error.hpp"

/// What session files and journals ask of the system. Functions that fail say why in `errno`, unless they throw.
namespace fastccg::session {

/// Names the file that the user asked for, and what was to be done with it, in errors.
class Purpose {
 public:
  /// `action` is such as "save", `what` such as "the session file".
  Purpose(std::string action, std::string what, std::string path)
      : action_(std::move(action)), what_(std::move(what)), path_(std::move(path)) {}

  const std::string& path() const noexcept { return path_; }
  Error error(const std::string& why) const;
  [[noreturn]] void fail(const std::string& why) const { throw_error(error(why)); }
  /// Fails for a path that cannot be meant.
  void check_path() const;

 private:
  std::string action_;
  std::string what_;
  std::string path_;
};

/// How errors speak of a file: `what` alone if the path is empty.
std::string named(std::string_view what, std::string_view path);

/// What the system says of an error number.
std::string reason(int error);

/// Calls until a signal no longer interrupts.
template <class Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) noexcept : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor();

  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  /// The result of `close`: some file systems report only there that a write failed.
  bool close() noexcept;

 private:
  int fd_;
};

std::string folder_of(const std::string& path);

/// Follows links to the file that is meant, which need not exist: renaming over a link would replace the link.
/// Throws if something other than a regular file stands there.
std::string follow_links(const Purpose& purpose);

/// Writes all of `text` at the descriptor's place.
bool write_all(const Descriptor& file, std::string_view text) noexcept;

/// All that stands in the file from its place on. Throws if it is no regular file or has over `max_bytes`.
std::string read_all(const Descriptor& file, const Purpose& purpose, std::size_t max_bytes);

/// The folder, to be flushed. Empty if it must not be read, which does not mean that it must not be written.
Descriptor open_folder(const std::string& folder, const Purpose& purpose);

/// Some file systems cannot flush a folder and say so; they keep the rename by other means.
bool flush_folder(const Descriptor& folder) noexcept;

/// A new file, mode 0600, beside the one that it is to replace. It is removed unless it took that one's place.
class TemporaryFile {
 public:
  TemporaryFile(const std::string& folder, const Purpose& purpose);
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile();

  const Descriptor& descriptor() const noexcept { return file_; }
  bool write(std::string_view text) noexcept { return write_all(file_, text); }
  bool flush() noexcept;
  bool replace(const std::string& path) noexcept;
  /// Takes the place only if nothing stands there.
  bool claim(const std::string& path) noexcept;
  /// Hands over the descriptor.
  Descriptor release() noexcept { return std::move(file_); }

 private:
  std::string path_;
  Descriptor file_;
  bool placed_ = false;
};

}  // namespace fastccg::session
