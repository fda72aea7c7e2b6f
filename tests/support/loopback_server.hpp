#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/request.hpp"
#include "tls.hpp"

namespace fastccg::test {

/// A request as a server got it.
class ReceivedRequest {
 public:
  ReceivedRequest() = default;

  std::string line;  ///< "POST /path HTTP/1.1".
  Headers headers;
  std::string body;

  /// The value of the header, or an empty text.
  std::string header(std::string_view name) const;
};

/// The server's end of a connection, with blocking functions. Nothing waits longer than ten seconds, so that a test
/// that goes wrong ends; what did not happen by then counts as failed.
class Peer {
 public:
  Peer(int fd, const TlsIdentity* identity);
  ~Peer();
  Peer(Peer&& other) noexcept;
  Peer& operator=(Peer&&) = delete;

  /// The next request with its body; nothing if the client closed the connection instead.
  std::optional<ReceivedRequest> read_request();
  /// The same without the body, which `read_body` gets.
  std::optional<ReceivedRequest> read_head();
  /// The body of this size that belongs to the head; nothing if the client closed the connection instead.
  std::optional<std::string> read_body(std::size_t size);
  /// Whether all of it could be sent.
  bool send(std::string_view bytes);
  /// Sends `bytes` again and again until nothing has gone out for `stall`, or `limit` bytes have. Returns how many
  /// went. Not over TLS.
  std::size_t send_until_blocked(std::string_view bytes, std::size_t limit, std::chrono::milliseconds stall);
  /// Reads and drops what the client sends, until nothing has come for `stall`. Not over TLS.
  void receive_until_quiet(std::chrono::milliseconds stall);
  /// Waits until the client has closed its side; reads and drops what it sends until then.
  bool wait_for_close();
  /// A proxy's side of a tunnel: from here on the client speaks TLS.
  bool start_tls(const TlsIdentity& identity);

  bool tls_established() const { return tls_ && tls_->established(); }
  bool tls_resumed() const { return tls_ && tls_->resumed(); }
  void close();
  /// Closes with a reset instead of an orderly end.
  void reset();
  /// Ends what is being waited for. From any thread.
  void interrupt();

 private:
  bool read_more();
  long receive(char* data, std::size_t size);

  std::unique_ptr<std::mutex> closing_ = std::make_unique<std::mutex>();  // Lets `interrupt` hit no other descriptor.
  int fd_;
  std::unique_ptr<TlsStream> tls_;
  std::string buffer_;
};

/// A socket on a free port of 127.0.0.1 that waits for connections, for tests that play the server themselves.
class Listener {
 public:
  /// `identity`, if there is one, outlives it, and makes it a TLS server.
  explicit Listener(const TlsIdentity* identity = nullptr, int backlog = 1024);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  int port() const { return port_; }
  /// "http://127.0.0.1:PORT" and the path.
  std::string url(std::string_view path = "/") const;

  /// The next connection. Throws after ten seconds without one, or after `interrupt`.
  Peer accept();
  /// Whether a connection is waiting, now or within `patience`.
  bool has_connection(std::chrono::milliseconds patience);
  /// Ends `accept`. From any thread.
  void interrupt();

 private:
  const TlsIdentity* identity_;
  int fd_;
  int port_ = 0;
};

/// A server in threads of its own: each connection is served by a call of the script, which gets its number from 0 on.
/// For tests that are themselves busy as the client.
class ScriptedServer {
 public:
  using Script = std::function<void(Peer&, std::size_t)>;

  explicit ScriptedServer(Script script, const TlsIdentity* identity = nullptr);
  /// Ends all connections.
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  std::string url(std::string_view path = "/") const { return listener_.url(path); }
  std::size_t connections() const;

 private:
  void accept_all();

  Script script_;
  Listener listener_;
  mutable std::mutex mutex_;
  std::list<Peer> peers_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

/// A script that answers every request of a connection with these bytes.
ScriptedServer::Script answer_always(std::string bytes);

/// A whole HTTP answer with its length. `headers` are further lines, each with its line break.
std::string http_answer(int status, std::string_view body, std::string_view headers = "");

/// A piece of a chunked body.
std::string chunk(std::string_view bytes);

/// The end of a chunked body.
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

/// The head of a chunked answer.
inline constexpr std::string_view chunked_head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

}  // namespace fastccg::test
