#include "raw_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <stdexcept>

namespace simulator_test {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (auto& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

std::size_t number(std::string_view text, int base) {
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

// Takes the answer apart as far as it goes. Returns how many bytes it has used, if it is complete.
std::size_t parse(RawAnswer& answer, std::string_view bytes) {
  const auto head_end = bytes.find("\r\n\r\n");
  if (head_end == std::string_view::npos) return 0;
  answer.headers.clear();
  answer.body.clear();
  auto head = bytes.substr(0, head_end + 2);
  answer.status = static_cast<int>(number(head.substr(std::min<std::size_t>(9, head.size()), 3), 10));
  for (head.remove_prefix(head.find("\r\n") + 2); !head.empty(); head.remove_prefix(head.find("\r\n") + 2)) {
    const auto line = head.substr(0, head.find("\r\n"));
    const auto colon = line.find(": ");
    if (colon != std::string_view::npos) answer.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  auto rest = bytes.substr(head_end + 4);
  if (answer.header("transfer-encoding") != "chunked") {
    const auto length = answer.header("content-length");
    answer.complete = !length.empty() && rest.size() >= number(length, 10);
    answer.body = rest.substr(0, answer.complete ? number(length, 10) : rest.size());
    return answer.complete ? head_end + 4 + answer.body.size() : 0;
  }
  while (true) {
    const auto line_end = rest.find("\r\n");
    if (line_end == std::string_view::npos) return 0;
    const auto size = number(rest.substr(0, line_end), 16);
    rest.remove_prefix(line_end + 2);
    answer.body += rest.substr(0, size);
    if (rest.size() < size + 2) return 0;
    rest.remove_prefix(size + 2);
    if (size != 0) continue;
    answer.complete = true;
    return bytes.size() - rest.size();
  }
}

}  // namespace

std::string RawAnswer::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (lower(key) == lower(name)) return value;
  return {};
}

std::vector<std::string> RawAnswer::events() const {
  std::vector<std::string> result;
  constexpr std::string_view mark = "data: ";
  for (std::size_t at = 0; at < body.size();) {
    const auto end = std::min(body.find('\n', at), body.size());
    const auto line = std::string_view(body).substr(at, end - at);
    if (line.substr(0, mark.size()) == mark) result.emplace_back(line.substr(mark.size()));
    at = end + 1;
  }
  return result;
}

RawClient::RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

RawClient::~RawClient() { close(); }

void RawClient::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

void RawClient::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // the server may answer, and leave, before it has read all
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

RawAnswer RawClient::read(std::chrono::milliseconds patience) {
  RawAnswer answer;
  answer.bytes = std::exchange(rest_, {});
  std::array<char, 64 * 1024> buffer{};
  while (true) {
    if (const auto used = parse(answer, answer.bytes); used > 0) {
      rest_ = answer.bytes.substr(used);
      answer.bytes.resize(used);
      return answer;
    }
    pollfd ready{socket_, POLLIN, 0};
    if (::poll(&ready, 1, static_cast<int>(patience.count())) == 0) return answer;
    const auto size = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (size <= 0) {
      answer.closed = size == 0;
      answer.reset = size < 0 && errno == ECONNRESET;
      return answer;
    }
    ++answer.reads;
    answer.bytes.append(buffer.data(), static_cast<std::size_t>(size));
  }
}

RawAnswer RawClient::read_some() {
  RawAnswer answer;
  std::string buffer(64 * 1024, '\0');
  const auto size = ::recv(socket_, buffer.data(), buffer.size(), 0);
  buffer.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  answer.bytes = std::move(buffer);
  return answer;
}

RawAnswer RawClient::post(std::string_view path, std::string_view body, std::string_view more_headers) {
  send(post_request(path, body, more_headers));
  return read();
}

std::string post_request(std::string_view path, std::string_view body, std::string_view more_headers) {
  std::string request = "POST ";
  request.append(path).append(" HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer test-key\r\n");
  request.append("Content-Type: application/json\r\n").append(more_headers);
  request.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n").append(body);
  return request;
}

std::string chat_body(std::string_view question, std::string_view more) {
  std::string body = R"({"model":"gpt-4o","messages":[{"role":"user","content":")";
  return body.append(question).append("\"}]").append(more).append("}");
}

}  // namespace simulator_test
