#include "session/file_system.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <climits>
#include <cstdint>
#include <cstdio>
#include <system_error>

namespace fastccg::session {

namespace {

std::string read_link(const std::string& path, std::size_t size) {
  // Some file systems report a size of zero for links.
  std::string target(size > 0 ? size + 1 : PATH_MAX, '\0');
  const auto length = ::readlink(path.c_str(), target.data(), target.size());
  target.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  return target;
}

std::string unique_name() {
  static std::atomic<unsigned> counter{0};
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  return std::to_string(::getpid()) + "-" + std::to_string(counter++) + "-" + std::to_string(now);
}

std::string in_quotes(std::string_view path) { return "\"" + std::string(path.substr(0, path.find('\0'))) + "\""; }

}  // namespace

Error Purpose::error(const std::string& why) const {
  return Error(ErrorKind::session, "cannot " + action_ + " " + what_ + " " + in_quotes(path_) + ": " + why);
}

void Purpose::check_path() const {
  if (path_.empty()) fail("the path is empty");
  if (path_.find('\0') != std::string::npos) fail("the path has a zero byte");
}

std::string named(std::string_view what, std::string_view path) {
  return std::string(what) + (path.empty() ? "" : " " + in_quotes(path));
}

std::string reason(int error) { return std::generic_category().message(error); }

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

bool Descriptor::close() noexcept { return ::close(std::exchange(fd_, -1)) == 0 || errno == EINTR; }

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string follow_links(const Purpose& purpose) {
  constexpr int most_links = 40;
  auto path = purpose.path();
  for (int i = 0; i < most_links; ++i) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) {
      if (errno == ENOENT) return path;
      purpose.fail(reason(errno));
    }
    if (S_ISDIR(status.st_mode)) purpose.fail("it is a folder; name a file in it");
    if (S_ISREG(status.st_mode)) return path;
    if (!S_ISLNK(status.st_mode)) purpose.fail("it is a device or the like, and no regular file");
    const auto target = read_link(path, static_cast<std::size_t>(status.st_size));
    if (target.empty()) purpose.fail(reason(errno));
    path = target.front() == '/' ? target : folder_of(path).append("/").append(target);
  }
  purpose.fail(reason(ELOOP));
}

bool write_all(const Descriptor& file, std::string_view text) noexcept {
  constexpr std::size_t largest_write = std::size_t{1} << 30;
  while (!text.empty()) {
    const auto size = std::min(text.size(), largest_write);
    const auto written = uninterrupted([&] { return ::write(file.get(), text.data(), size); });
    if (written <= 0) {
      if (written == 0) errno = ENOSPC;
      return false;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::string read_all(const Descriptor& file, const Purpose& purpose, std::size_t max_bytes) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) purpose.fail(reason(errno));
  if (S_ISDIR(status.st_mode)) purpose.fail("it is a folder; name a file in it");
  if (!S_ISREG(status.st_mode)) purpose.fail("it is a device or the like, and no regular file");

  const auto too_large = [&] {
    purpose.fail("it has over " + std::to_string(max_bytes) + " bytes, which is the limit");
  };
  if (static_cast<std::uintmax_t>(status.st_size) > max_bytes) too_large();

  // One byte more than expected shows the end of the file without another round of growing.
  std::string text(static_cast<std::size_t>(status.st_size) + 1, '\0');
  std::size_t size = 0;
  while (true) {
    const auto got = uninterrupted([&] { return ::read(file.get(), text.data() + size, text.size() - size); });
    if (got < 0) purpose.fail(reason(errno));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
    if (size > max_bytes) too_large();
    if (size == text.size()) text.resize(text.size() * 2);
  }
  text.resize(size);
  return text;
}

Descriptor open_folder(const std::string& folder, const Purpose& purpose) {
  Descriptor descriptor(uninterrupted([&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (descriptor || errno == EACCES) return descriptor;
  purpose.fail("its folder \"" + folder + "\" cannot be used: " + reason(errno));
}

bool flush_folder(const Descriptor& folder) noexcept {
  return !folder || uninterrupted([&] { return ::fsync(folder.get()); }) == 0 || errno == EINVAL || errno == ENOTSUP ||
         errno == EROFS;
}

TemporaryFile::TemporaryFile(const std::string& folder, const Purpose& purpose) {
  constexpr int most_tries = 100;
  for (int i = 0; i < most_tries; ++i) {
    path_ = folder + "/.fastccg-" + unique_name() + ".tmp";
    file_ =
        Descriptor(uninterrupted([&] { return ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600); }));
    if (file_) return;
    if (errno != EEXIST) break;
  }
  const int error = errno;
  purpose.fail("no file can be made in its folder \"" + folder + "\": " + reason(error));
}

TemporaryFile::~TemporaryFile() {
  if (!placed_) ::unlink(path_.c_str());
}

/// The umask may have taken from the mode that the file was made with.
bool TemporaryFile::flush() noexcept {
  return ::fchmod(file_.get(), 0600) == 0 && uninterrupted([&] { return ::fsync(file_.get()); }) == 0;
}

bool TemporaryFile::replace(const std::string& path) noexcept {
  placed_ = ::rename(path_.c_str(), path.c_str()) == 0;
  return placed_;
}

bool TemporaryFile::claim(const std::string& path) noexcept {
  if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) == 0) return placed_ = true;
  if (errno != EINVAL && errno != ENOSYS) return false;
  // The file system cannot rename in this way. A second name that is made fails as well if the first one is taken.
  return ::link(path_.c_str(), path.c_str()) == 0;
}

}  // namespace fastccg::session
