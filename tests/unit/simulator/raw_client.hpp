#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simulator_test {

/// An HTTP answer, taken apart as far as it came.
class RawAnswer {
 public:
  RawAnswer() = default;

  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;       ///< Chunks joined.
  std::string bytes;      ///< All that came, as it came.
  std::size_t reads = 0;  ///< In how many pieces.
  bool complete = false;  ///< The body has the end that its framing promises.
  bool closed = false;    ///< The server closed the connection in the orderly way.
  bool reset = false;     ///< The server reset it.

  std::string header(std::string_view name) const;
  /// What stands behind "data: ", event by event.
  std::vector<std::string> events() const;
};

/// A blocking HTTP client without a library, so that every byte of an answer can be looked at.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const noexcept { return connected_; }
  void send(std::string_view bytes) const;
  /// Reads an answer until it is complete, the connection ends, or nothing has come for so long.
  RawAnswer read(std::chrono::milliseconds patience = std::chrono::seconds(10));
  /// What has come so far, not taken apart; waits for at least something.
  RawAnswer read_some();
  RawAnswer post(std::string_view path, std::string_view body, std::string_view more_headers = "");
  /// Leaves without a word.
  void close();

 private:
  int socket_ = -1;
  bool connected_ = false;
  std::string rest_;  // bytes of the next answer
};

/// A request with the usual headers.
std::string post_request(std::string_view path, std::string_view body, std::string_view more_headers = "");
/// Asks `question` of gpt-4o, alone; `more` are further members of the body, such as `,"stream":true`.
std::string chat_body(std::string_view question, std::string_view more = "");

}  // namespace simulator_test
