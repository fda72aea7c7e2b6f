#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdint>
#include <cstdio>
#include <system_error>
#include <utility>

#include "fastccg/error.hpp"
#include "session/session.hpp"

namespace fastccg::session {

namespace {

[[noreturn]] void fail(const std::string& action, const std::string& path, const std::string& why) {
  throw_error(Error(ErrorKind::session, "cannot " + action + " the session file \"" + path + "\": " + why));
}

std::string reason(int error) { return std::generic_category().message(error); }

void check_path(const char* action, const std::string& path) {
  if (path.empty()) fail(action, path, "the path is empty");
  if (path.find('\0') != std::string::npos) fail(action, path.c_str(), "the path has a zero byte");
}

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) noexcept : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }

  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  /// The result of `close`: some file systems report only there that a write failed.
  bool close() noexcept { return ::close(std::exchange(fd_, -1)) == 0 || errno == EINTR; }

 private:
  int fd_;
};

template <class Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string read_link(const std::string& path, std::size_t size) {
  // Some file systems report a size of zero for links.
  std::string target(size > 0 ? size + 1 : PATH_MAX, '\0');
  const auto length = ::readlink(path.c_str(), target.data(), target.size());
  target.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  return target;
}

/// Follows links to the file that is meant, which need not exist: renaming over a link would replace the link.
std::string follow_links(const std::string& asked) {
  constexpr int most_links = 40;
  auto path = asked;
  for (int i = 0; i < most_links; ++i) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) {
      if (errno == ENOENT) return path;
      fail("save", asked, reason(errno));
    }
    if (S_ISDIR(status.st_mode)) fail("save", asked, "it is a folder; name a file in it");
    if (S_ISREG(status.st_mode)) return path;
    if (!S_ISLNK(status.st_mode)) fail("save", asked, "it is a device or the like, and no regular file");
    const auto target = read_link(path, static_cast<std::size_t>(status.st_size));
    if (target.empty()) fail("save", asked, reason(errno));
    path = target.front() == '/' ? target : folder_of(path) + "/" + target;
  }
  fail("save", asked, reason(ELOOP));
}

/// A new file beside the one that it is to replace. It is removed unless it took that one's place.
class TemporaryFile {
 public:
  TemporaryFile(const std::string& folder, const std::string& asked) {
    constexpr int most_tries = 100;
    for (int i = 0; i < most_tries; ++i) {
      path_ = folder + "/.fastccg-" + unique_name() + ".tmp";
      file_ = Descriptor(
          uninterrupted([&] { return ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600); }));
      if (file_) return;
      if (errno != EEXIST) break;
    }
    const int error = errno;
    fail("save", asked, "no file can be made in its folder \"" + folder + "\": " + reason(error));
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (!replaced_) ::unlink(path_.c_str());
  }

  /// False, with the reason in `errno`, if anything failed.
  bool write(std::string_view text) noexcept {
    constexpr std::size_t largest_write = std::size_t{1} << 30;
    while (!text.empty()) {
      const auto size = std::min(text.size(), largest_write);
      const auto written = uninterrupted([&] { return ::write(file_.get(), text.data(), size); });
      if (written <= 0) {
        if (written == 0) errno = ENOSPC;
        return false;
      }
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }

  /// The umask may have taken from the mode that the file was made with.
  bool flush() noexcept {
    return ::fchmod(file_.get(), 0600) == 0 && uninterrupted([&] { return ::fsync(file_.get()); }) == 0 &&
           file_.close();
  }

  bool replace(const std::string& path) noexcept {
    replaced_ = ::rename(path_.c_str(), path.c_str()) == 0;
    return replaced_;
  }

 private:
  static std::string unique_name() {
    static std::atomic<unsigned> counter{0};
    const auto now = std::chrono::system_clock::now().time_since_epoch().count();
    return std::to_string(::getpid()) + "-" + std::to_string(counter++) + "-" + std::to_string(now);
  }

  std::string path_;
  Descriptor file_;
  bool replaced_ = false;
};

Descriptor open_folder(const std::string& folder, const std::string& asked) {
  Descriptor descriptor(uninterrupted([&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (descriptor || errno == EACCES) return descriptor;  // a folder may be writable without being readable
  fail("save", asked, "its folder \"" + folder + "\" cannot be used: " + reason(errno));
}

/// Some file systems cannot flush a folder and say so; they keep the rename by other means.
bool flush_folder(const Descriptor& folder) noexcept {
  return !folder || uninterrupted([&] { return ::fsync(folder.get()); }) == 0 || errno == EINVAL || errno == ENOTSUP ||
         errno == EROFS;
}

}  // namespace

void write_atomically(const std::string& path, std::string_view text) {
  check_path("save", path);
  const auto target = follow_links(path);
  const auto folder = folder_of(target);
  const auto folder_descriptor = open_folder(folder, path);

  TemporaryFile file(folder, path);
  if (!file.write(text) || !file.flush()) fail("save", path, reason(errno));
  if (!file.replace(target)) fail("save", path, reason(errno));
  if (!flush_folder(folder_descriptor))
    fail("save", path, "it was written, but may be lost if the machine stops now: " + reason(errno));
}

std::string read(const std::string& path, std::size_t max_bytes) {
  check_path("read", path);
  // Without O_NONBLOCK, opening a pipe would wait for its writer.
  const Descriptor file(uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); }));
  if (!file) fail("read", path, reason(errno));
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) fail("read", path, reason(errno));
  if (S_ISDIR(status.st_mode)) fail("read", path, "it is a folder; name a file in it");
  if (!S_ISREG(status.st_mode)) fail("read", path, "it is a device or the like, and no regular file");

  const auto too_large = [&] {
    fail("read", path, "it has over " + std::to_string(max_bytes) + " bytes, which is the limit");
  };
  if (static_cast<std::uintmax_t>(status.st_size) > max_bytes) too_large();

  // One byte more than expected shows the end of the file without another round of growing.
  std::string text(static_cast<std::size_t>(status.st_size) + 1, '\0');
  std::size_t size = 0;
  while (true) {
    const auto got = uninterrupted([&] { return ::read(file.get(), text.data() + size, text.size() - size); });
    if (got < 0) fail("read", path, reason(errno));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
    if (size > max_bytes) too_large();
    if (size == text.size()) text.resize(text.size() * 2);
  }
  text.resize(size);
  return text;
}

}  // namespace fastccg::session
