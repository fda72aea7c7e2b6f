#pragma once

#include <curl/curl.h>

#include <functional>
#include <vector>

#include "loop/loop.hpp"

namespace fastccg::transport {

/// Whether reading from the socket would give something at once: bytes, an end or an error.
bool is_readable(int fd) noexcept;

/// libcurl's sockets in the event loop. A connection that is kept between two requests stays registered, since taking
/// it out and putting it back costs two system calls per request, and so that what happens on it is seen: it is then not
/// used again.
class Sockets final : private Loop::FdHandler {
 public:
  /// Hears of events in libcurl's terms (CURL_CSELECT_IN and CURL_CSELECT_OUT).
  using Ready = std::function<void(int fd, int events)>;
  /// Tells whether there may be a user of a connection who has not wanted it.
  using MayBeUsed = std::function<bool()>;

  /// `loop` outlives it.
  Sockets(Loop& loop, Ready ready, MayBeUsed may_be_used)
      : loop_(loop), ready_(std::move(ready)), may_be_used_(std::move(may_be_used)) {}
  ~Sockets() override;
  Sockets(const Sockets&) = delete;
  Sockets& operator=(const Sockets&) = delete;

  /// A new socket for a connection, or -1 with `errno` set.
  int open(const curl_sockaddr& address) noexcept;
  int close(int fd) noexcept;
  /// `what` is one of CURL_POLL_IN, CURL_POLL_OUT, CURL_POLL_INOUT and CURL_POLL_REMOVE. Who wants one of the first three
  /// has the socket until `release`, or until another wants it.
  void want(int fd, int what, const void* user) noexcept;
  void release(int fd, const void* user) noexcept;

 private:
  class Entry {
   public:
    Entry() = default;

    const void* user = nullptr;  ///< Null: the connection is kept for whoever comes.
    unsigned wanted = 0;
    bool registered = false;
    bool ours = false;  ///< Made by `open`, and so closed by `close`.
  };

  void on_ready(int fd, unsigned readiness) override;
  void on_unwanted(int fd, Entry& entry, unsigned readiness);
  Entry& entry(int fd);
  void leave(int fd, Entry& entry) noexcept;

  Loop& loop_;
  Ready ready_;
  MayBeUsed may_be_used_;
  std::vector<Entry> entries_;  // By descriptor.
};

}  // namespace fastccg::transport
