#include <fcntl.h>
#include <unistd.h>

#include "session/file_system.hpp"
#include "session/session.hpp"

namespace fastccg::session {

void write_atomically(const std::string& path, std::string_view text) {
  const Purpose purpose("save", "the session file", path);
  purpose.check_path();
  const auto target = follow_links(purpose);
  const auto folder = folder_of(target);
  const auto folder_descriptor = open_folder(folder, purpose);

  TemporaryFile file(folder, purpose);
  if (!file.write(text) || !file.flush() || !file.release().close()) purpose.fail(reason(errno));
  if (!file.replace(target)) purpose.fail(reason(errno));
  if (!flush_folder(folder_descriptor))
    purpose.fail("it was written, but may be lost if the machine stops now: " + reason(errno));
}

std::string read(const std::string& path, std::size_t max_bytes) {
  const Purpose purpose("read", "the session file", path);
  purpose.check_path();
  // Without O_NONBLOCK, opening a pipe would wait for its writer.
  const Descriptor file(uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); }));
  if (!file) purpose.fail(reason(errno));
  return read_all(file, purpose, max_bytes);
}

}  // namespace fastccg::session
