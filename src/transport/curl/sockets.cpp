#include "transport/curl/sockets.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <exception>

namespace fastccg::transport {

Sockets::~Sockets() {
  for (std::size_t fd = 0; fd < entries_.size(); ++fd) leave(static_cast<int>(fd), entries_[fd]);
}

int Sockets::open(const curl_sockaddr& address) noexcept {
  // Programs that the user's code starts must not inherit connections: they would hold them open. How many descriptors
  // there may be is left as it is: the limit belongs to the process, is inherited by what it starts, and keeps code
  // that uses select(2) from writing past its sets. A program that wants thousands of streams raises it, as the error
  // says.
  const int fd = ::socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol);
  if (fd < 0) return -1;
  try {
    Entry& known = entry(fd);
    leave(fd, known);  // Should an earlier descriptor of this number have been closed behind our back.
    known = Entry();
    known.ours = true;
  } catch (const std::exception&) {
    ::close(fd);
    errno = ENOMEM;
    return -1;
  }
  return fd;
}

int Sockets::close(int fd) noexcept {
  const auto index = static_cast<std::size_t>(fd);
  if (index < entries_.size()) {
    leave(fd, entries_[index]);
    entries_[index] = Entry();
  }
  return ::close(fd);
}

void Sockets::want(int fd, int what, const void* user) noexcept {
  try {
    Entry& known = entry(fd);
    if (what != CURL_POLL_REMOVE) known.user = user;
    known.wanted = 0;
    if (what == CURL_POLL_IN || what == CURL_POLL_INOUT) known.wanted |= Loop::readable;
    if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT) known.wanted |= Loop::writable;
    if (known.wanted != 0) {
      loop_.watch(fd, known.wanted, *this);
      known.registered = true;
    } else if (!known.ours) {
      // The name resolver's descriptors are closed behind our back, and their numbers come back as other descriptors.
      leave(fd, known);
    }
  } catch (const std::exception&) {
    // The kernel or the memory is full. To report it to libcurl would end all requests; so only this one fails, at its
    // deadline.
  }
}

void Sockets::release(int fd, const void* user) noexcept {
  const auto index = static_cast<std::size_t>(fd);
  if (fd >= 0 && index < entries_.size() && entries_[index].user == user) entries_[index].user = nullptr;
}

bool is_readable(int fd) noexcept {
  pollfd asked{fd, POLLIN, 0};
  return ::poll(&asked, 1, 0) > 0;
}

void Sockets::on_ready(int fd, unsigned readiness) {
  Entry& known = entry(fd);
  if (known.wanted == 0) return on_unwanted(fd, known, readiness);
  // Told that it may send, libcurl sends, though an answer may have come since the system was asked, and the server be
  // gone: sending fails then, and the answer is never read. Told nothing, it asks the system for both.
  const bool readable = (readiness & Loop::readable) != 0;
  const bool writable = (readiness & Loop::writable) != 0;
  const int events = !readable ? 0 : CURL_CSELECT_IN | (writable ? CURL_CSELECT_OUT : 0);
  ready_(fd, events);
}

void Sockets::on_unwanted(int fd, Entry& entry, unsigned readiness) {
  // The server sends more than a paused request reads.
  if (!entry.ours || entry.user != nullptr || may_be_used_()) return leave(fd, entry);
  if ((readiness & Loop::readable) == 0) return loop_.watch(fd, Loop::readable, *this);
  // The server closes a kept connection, or sends what is no request's answer. libcurl 7.88 would send the next request
  // there all the same, and take those bytes for its answer; one that is shut down it does not use again.
  leave(fd, entry);
  ::shutdown(fd, SHUT_RDWR);
}

Sockets::Entry& Sockets::entry(int fd) {
  const auto index = static_cast<std::size_t>(fd);
  if (index >= entries_.size()) entries_.resize(index + 1);
  return entries_[index];
}

void Sockets::leave(int fd, Entry& entry) noexcept {
  if (entry.registered) loop_.unwatch(fd);
  entry.registered = false;
}

}  // namespace fastccg::transport
