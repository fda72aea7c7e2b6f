#include "loopback_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace fastccg::test {
namespace {

constexpr int patience_ms = 10'000;

bool wait_for(int fd, short events, int timeout_ms) {
  pollfd entry{fd, events, 0};
  return ::poll(&entry, 1, timeout_ms) == 1;
}

ReceivedRequest parse_head(std::string_view head) {
  ReceivedRequest request;
  std::size_t begin = head.find("\r\n");
  request.line = std::string(head.substr(0, begin));
  while (begin != std::string_view::npos) {
    begin += 2;
    const std::size_t end = head.find("\r\n", begin);
    const std::string_view line = head.substr(begin, end == std::string_view::npos ? end : end - begin);
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos) {
      const std::size_t value = std::min(line.find_first_not_of(' ', colon + 1), line.size());
      request.headers.emplace_back(line.substr(0, colon), line.substr(value));
    }
    begin = end;
  }
  return request;
}

}  // namespace

std::string ReceivedRequest::header(std::string_view name) const {
  const std::string* value = find_header(headers, name);
  return value == nullptr ? std::string() : *value;
}

Peer::Peer(int fd, const TlsIdentity* identity) : fd_(fd) {
  const timeval timeout{patience_ms / 1000, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
  const int one = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (identity != nullptr) start_tls(*identity);
}

Peer::~Peer() { close(); }

Peer::Peer(Peer&& other) noexcept
    : closing_(std::move(other.closing_)),
      fd_(std::exchange(other.fd_, -1)),
      tls_(std::move(other.tls_)),
      buffer_(std::move(other.buffer_)) {}

bool Peer::start_tls(const TlsIdentity& identity) {
  tls_ = std::make_unique<TlsStream>(identity, fd_);
  return tls_->established();
}

long Peer::receive(char* data, std::size_t size) {
  return tls_ ? tls_->receive(data, size) : ::recv(fd_, data, size, 0);
}

bool Peer::read_more() {
  std::array<char, 65536> data;
  const long count = receive(data.data(), data.size());
  if (count <= 0) return false;
  buffer_.append(data.data(), static_cast<std::size_t>(count));
  return true;
}

std::optional<ReceivedRequest> Peer::read_head() {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!read_more()) return std::nullopt;
  }
  ReceivedRequest request = parse_head(std::string_view(buffer_).substr(0, end));
  buffer_.erase(0, end + 4);
  return request;
}

std::optional<ReceivedRequest> Peer::read_request() {
  std::optional<ReceivedRequest> request = read_head();
  if (!request) return std::nullopt;
  const std::string length = request->header("Content-Length");
  const std::size_t size = length.empty() ? 0 : std::stoul(length);
  std::optional<std::string> body = read_body(size);
  if (!body) return std::nullopt;
  request->body = std::move(*body);
  return request;
}

std::optional<std::string> Peer::read_body(std::size_t size) {
  while (buffer_.size() < size) {
    if (!read_more()) return std::nullopt;
  }
  std::string body = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return body;
}

bool Peer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const long count = tls_ ? tls_->send(bytes) : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

std::size_t Peer::send_until_blocked(std::string_view bytes, std::size_t limit, std::chrono::milliseconds stall) {
  std::size_t sent = 0;
  while (sent < limit && wait_for(fd_, POLLOUT, static_cast<int>(stall.count()))) {
    const std::size_t offset = sent % bytes.size();
    const std::size_t size = std::min(bytes.size() - offset, limit - sent);
    const long count = ::send(fd_, bytes.data() + offset, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count <= 0) break;
    sent += static_cast<std::size_t>(count);
  }
  return sent;
}

void Peer::receive_until_quiet(std::chrono::milliseconds stall) {
  while (wait_for(fd_, POLLIN, static_cast<int>(stall.count())) && read_more()) buffer_.clear();
}

bool Peer::wait_for_close() {
  while (wait_for(fd_, POLLIN, patience_ms)) {
    if (!read_more()) return true;
    buffer_.clear();
  }
  return false;
}

void Peer::close() {
  tls_.reset();
  const std::unique_lock lock = closing_ ? std::unique_lock(*closing_) : std::unique_lock<std::mutex>();
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void Peer::reset() {
  const linger at_once{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

void Peer::interrupt() {
  const std::lock_guard lock(*closing_);
  if (fd_ >= 0) ::shutdown(fd_, SHUT_RDWR);
}

Listener::Listener(const TlsIdentity* identity, int backlog)
    : identity_(identity), fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (fd_ < 0 || ::bind(fd_, generic, size) != 0 || ::listen(fd_, backlog) != 0 ||
      ::getsockname(fd_, generic, &size) != 0) {
    throw std::runtime_error("cannot listen on 127.0.0.1");
  }
  port_ = ntohs(address.sin_port);
}

Listener::~Listener() { ::close(fd_); }

std::string Listener::url(std::string_view path) const {
  std::string url = identity_ != nullptr ? "https" : "http";
  return url.append("://127.0.0.1:").append(std::to_string(port_)).append(path);
}

Peer Listener::accept() {
  if (!wait_for(fd_, POLLIN, patience_ms)) throw std::runtime_error("nobody connected");
  const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd < 0) throw std::runtime_error("nobody connected");
  return Peer(fd, identity_);
}

bool Listener::has_connection(std::chrono::milliseconds patience) {
  return wait_for(fd_, POLLIN, static_cast<int>(patience.count()));
}

void Listener::interrupt() { ::shutdown(fd_, SHUT_RDWR); }

ScriptedServer::ScriptedServer(Script script, const TlsIdentity* identity)
    : script_(std::move(script)), listener_(identity), acceptor_([this] { accept_all(); }) {}

ScriptedServer::~ScriptedServer() {
  listener_.interrupt();
  acceptor_.join();
  for (Peer& peer : peers_) peer.interrupt();
  for (std::thread& thread : threads_) thread.join();
}

std::size_t ScriptedServer::connections() const {
  const std::lock_guard lock(mutex_);
  return peers_.size();
}

void ScriptedServer::accept_all() {
  while (true) {
    try {
      while (!listener_.has_connection(std::chrono::milliseconds(patience_ms))) {
      }
      Peer accepted = listener_.accept();
      const std::lock_guard lock(mutex_);
      const std::size_t number = peers_.size();
      Peer& peer = peers_.emplace_back(std::move(accepted));
      threads_.emplace_back([this, &peer, number] {
        script_(peer, number);
        peer.interrupt();
      });
    } catch (const std::runtime_error&) {
      return;
    }
  }
}

ScriptedServer::Script answer_always(std::string bytes) {
  return [bytes = std::move(bytes)](Peer& peer, std::size_t) {
    while (peer.read_request()) peer.send(bytes);
  };
}

std::string http_answer(int status, std::string_view body, std::string_view headers) {
  std::string answer = "HTTP/1.1 " + std::to_string(status) + " Status\r\nContent-Length: ";
  return answer.append(std::to_string(body.size())).append("\r\n").append(headers).append("\r\n").append(body);
}

std::string chunk(std::string_view bytes) {
  std::array<char, 32> size{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", bytes.size());
  return std::string(size.data()).append(bytes).append("\r\n");
}

}  // namespace fastccg::test
